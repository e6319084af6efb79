"""FEEL, the expression language of DMN and of our BPMN conditions: read once, evaluated within a budget.

    compile_expression("Fee * 2 > 10").evaluate({"Fee": 6})        → True
    compile_unary_tests('"open", "closed"').passes("open", {})     → True

Own work, because an expression comes from whoever may edit a policy (threat 52): see docs/adr. It knows only the
values of `values.py`, looks at no Python attribute, and pays for each step from a `Budget`.
"""

from sluis.process.feel.expressions import Expression, UnaryTests, compile_expression, compile_unary_tests
from sluis.process.feel.faults import Budget, BudgetExceeded, FeelFault
from sluis.process.feel.values import Function, Range, YearsMonths, from_python
from sluis.process.feel.writing import to_json

__all__ = [
    "Budget",
    "BudgetExceeded",
    "Expression",
    "FeelFault",
    "Function",
    "Range",
    "UnaryTests",
    "YearsMonths",
    "compile_expression",
    "compile_unary_tests",
    "from_python",
    "to_json",
]

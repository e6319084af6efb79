"""What SpiffWorkflow asks when a process wants something computed: FEEL, or a refusal. It never runs Python.

Its own engine runs whatever text a condition holds as Python. This one is not derived from it, so nothing is inherited
that could. The places of SpiffWorkflow 3.2.0 that evaluate, and what becomes of each:

- conditions of flows, of loops and of multi-instance, cardinality: `evaluate`, FEEL
- script tasks, pre- and post-scripts: `execute`, refused (and no such step is ever built)
- service calls: `call_service`, refused (service tasks are jobs of ours)
- decision tables: our own DMN, through `decide`
- timers: our own definitions, read before they get here
- correlation keys and ad-hoc processes: `environment`, refused (and no such thing is ever built)
- data objects, input and output associations: never built
"""

from typing import Any, NoReturn

from sluis.process.feel import compile_expression, to_json


class Refused(Exception):
    """SpiffWorkflow wanted to run something that is not FEEL: a fault of ours, as the check refuses such files."""


class _NoEnvironment:
    def evaluate(self, *_: Any, **__: Any) -> NoReturn:
        raise Refused("evaluate")

    def execute(self, *_: Any, **__: Any) -> NoReturn:
        raise Refused("execute")

    def call_service(self, *_: Any, **__: Any) -> NoReturn:
        raise Refused("call_service")


class FeelScripting:
    """Handed to SpiffWorkflow as its script engine."""

    environment = _NoEnvironment()

    def validate(self, expression: str) -> None:
        compile_expression(expression)

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        """The value of a FEEL expression with the variables of the instance and those of this round, as plain JSON."""
        return to_json(compile_expression(expression).evaluate(scope_of(task)))

    def execute(self, *_: Any, **__: Any) -> NoReturn:
        raise Refused("execute")

    def call_service(self, *_: Any, **__: Any) -> NoReturn:
        raise Refused("call_service")


def scope_of(task: Any) -> dict[str, Any]:
    """What an expression may name: the variables, those of this round of a multi-instance step, and `loops`."""
    top = task.workflow.top_workflow
    return {**top.variables, **task.data, "loops": top.loops}

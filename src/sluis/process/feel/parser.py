"""From text to syntax tree (DMN 1.5, grammar of 10.3.1.2). Raises FeelFault, and nothing else, on any text."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, cast

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.process.feel import syntax as s
from sluis.process.feel.cursor import MAX_DEPTH, Cursor
from sluis.process.feel.faults import FeelFault
from sluis.process.feel.scanner import Token, unescaped
from sluis.process.feel.temporal import read_moment
from sluis.process.feel.values import from_python

MAX_CHARACTERS = 100_000
# From loose to tight; a higher number binds first.
_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER = range(1, 7)
_LEVEL = {
    "or": _OR,
    "and": _AND,
    "between": _COMPARE,
    "in": _COMPARE,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), _COMPARE),
    **dict.fromkeys("+-", _ADD),
    **dict.fromkeys("*/", _MULTIPLY),
    "**": _POWER,
}
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_CONSTANTS = {"true": True, "false": False, "null": None}


def parse_expression(text: str, names: Iterable[str] = ()) -> s.Node:
    """The tree of one expression; `names` are names with signs or keywords in them that the text may use."""
    return _whole(text, names, lambda parser: parser.expression())


def parse_unary_tests(text: str, names: Iterable[str] = ()) -> s.Tests:
    """The tree of the text of an input cell of a decision table (DMN 1.5, 7.3.3 and grammar rules 13-18)."""
    if text.strip() in ("", "-"):
        return s.Tests(0, ())
    return cast(s.Tests, _whole(text, names, lambda parser: parser.unary_tests()))


def parse_type(text: str) -> s.TypeNode:
    """The tree of a type, as in `list<number>`."""
    return cast(s.TypeNode, _whole(text, (), lambda parser: parser.type()))


def _whole(text: str, names: Iterable[str], read: "Callable[[Parser], s.Node]") -> s.Node:
    if len(text) > MAX_CHARACTERS:
        raise FeelFault(
            "feel.too-long",
            N_("Een expressie mag hoogstens {limit} tekens hebben."),
            text=text[:100],
            position=MAX_CHARACTERS,
            limit=MAX_CHARACTERS,
        )
    parser = Parser(text, names)
    tree = read(parser)
    parser.end()
    return tree


class Parser(Cursor):
    """Recursive descent; goes back in the text only to see whether `not(…)` is all there is."""

    # --- expressions ----------------------------------------------------------------------------------------------

    def expression(self) -> s.Node:
        return self.nested(lambda: self._binary(_OR))

    def _binary(self, least: int) -> s.Node:
        left = self._unary()
        while (token := self.peek()).kind in ("sign", "keyword") and _LEVEL.get(token.value, 0) >= least:
            self.take()
            left = self._with_right(token, left)
        return left

    def _with_right(self, token: Token, left: s.Node) -> s.Node:
        operator, at = token.value, token.start
        level = _LEVEL[operator]
        if operator == "between":
            low = self._binary(_ADD)
            self.expect("and")
            return s.Between(at, left, low, self._binary(_ADD))
        if operator == "in":
            return s.In(at, left, self._in_tests())
        right = self._binary(level + 1)
        if level <= _AND:
            return s.Logical(at, cast(Any, operator), left, right)
        if level == _COMPARE:
            return s.Compare(at, cast(Any, operator), left, right)
        return s.Arithmetic(at, cast(Any, operator), left, right)

    def _unary(self) -> s.Node:
        minus: list[Token] = []
        while token := self.accept("-"):
            minus.append(token)
        if len(minus) > MAX_DEPTH:
            raise self.too_deep()
        found = self._postfix()
        for token in reversed(minus):
            found = s.Negate(token.start, found)
        return found

    def _postfix(self) -> s.Node:
        found = self._primary()
        steps = 0
        while True:
            token = self.peek()
            steps += 1
            if steps > MAX_DEPTH:
                raise self.too_deep()
            if self.accept("."):
                found = s.Path(token.start, found, self._property())
            elif not self.in_endpoint and self.accept("["):
                condition = self.expression()
                self.expect("]")
                found = s.Filter(token.start, found, condition)
            elif self.accept("("):
                found = self._call(token.start, found)
            elif self.accept("instance"):
                self.expect("of")
                found = s.InstanceOf(token.start, found, self.type())
            else:
                return found

    def _property(self) -> str:
        token = self.take()
        if token.kind not in ("name", "keyword"):
            raise self.fault(token, N_("Bij teken {position} hoort een naam na de punt."))
        return token.value

    def _call(self, at: int, function: s.Node) -> s.Node:
        names: list[str] = []
        arguments: list[s.Node] = []
        while not self.sees(")"):
            name = self._argument_name() if not arguments or names else None
            if name:
                names.append(name)
            elif names:
                raise self.fault(self.peek(), N_("Bij teken {position} hoort een naam met een dubbele punt."))
            arguments.append(self.expression())
            if not self.accept(","):
                break
        self.expect(")")
        return s.Call(at, function, tuple(arguments), tuple(names))

    def _argument_name(self) -> str | None:
        label = self.scanner.label(self.at)
        if label and self.scanner.token(label.end).value == ":":
            self.at = label.end
            self.take()
            return label.value
        return None

    # --- primaries ------------------------------------------------------------------------------------------------

    def _primary(self) -> s.Node:
        token = self.peek()
        match token.kind:
            case "number" | "text" | "moment":
                return self._literal(self.take())
            case "name":
                return self._name(self.take())
            case "keyword":
                return self._keyword(self.take())
            case "sign":
                return self._sign(token)
            case _:
                raise self.fault(token, N_("Dit is geen FEEL: bij teken {position} staat {found}."))

    def _literal(self, token: Token) -> s.Node:
        if token.kind == "number":
            try:
                return s.Literal(token.start, from_python(Decimal(token.value)))
            except (Invalid, ArithmeticError) as error:
                raise self.fault(token, N_("Het getal bij teken {position} is te groot.")) from error
        text = unescaped(token.value)
        if token.kind == "text":
            return s.Literal(token.start, text)
        moment = read_moment(text)
        if moment is None:
            raise self.fault(token, N_("Bij teken {position} staat geen datum, tijd of duur: {found}."))
        return s.Literal(token.start, moment)

    def _name(self, token: Token) -> s.Node:
        if token.value == "function" and self.sees("("):
            return self._function(token.start)
        return s.Name(token.start, token.value)

    def _keyword(self, token: Token) -> s.Node:
        if token.value in _CONSTANTS:
            return s.Literal(token.start, _CONSTANTS[token.value])
        match token.value:
            case "if":
                condition = self.expression()
                self.expect("then")
                then = self.expression()
                self.expect("else")
                return s.If(token.start, condition, then, self.expression())
            case "for":
                iterators = self._iterators("return")
                return s.For(token.start, iterators, self.expression())
            case "some" | "every":
                iterators = self._iterators("satisfies")
                return s.Quantified(token.start, token.value == "every", iterators, self.expression())
            case "function":
                return self._function(token.start)
            case _:
                raise self.fault(token, N_("Dit is geen FEEL: bij teken {position} staat {found}."))

    def _iterators(self, closing: str) -> tuple[s.Iterator, ...]:
        found: list[s.Iterator] = []
        while True:
            name = self.take()
            if name.kind != "name":
                raise self.fault(name, N_("Bij teken {position} hoort een naam."))
            self.expect("in")
            source = self.expression()
            until = self.expression() if self.accept("..") else None
            found.append(s.Iterator(name.start, name.value, source, until))
            if not self.accept(","):
                self.expect(closing)
                return tuple(found)

    def _function(self, at: int) -> s.Node:
        self.expect("(")
        parameters: list[tuple[str, s.TypeNode | None]] = []
        while not self.sees(")"):
            label = self.scanner.label(self.at)
            if not label:
                raise self.fault(self.peek(), N_("Bij teken {position} hoort een naam."))
            self.at = label.end
            self.scanner.learn(label.value)
            parameters.append((label.value, self.type() if self.accept(":") else None))
            if not self.accept(","):
                break
        self.expect(")")
        if self.sees("external"):
            raise self.fault(self.peek(), N_("Functies van buiten FEEL (external) voert Sluis niet uit."))
        return s.FunctionNode(at, tuple(parameters), self.expression())

    def _sign(self, token: Token) -> s.Node:
        match token.value:
            case "(":
                return self._parenthesized()
            case "[":
                return self._list()
            case "]":
                return self._interval(self.take(), self.expression())
            case "{":
                return self._context()
            case "<" | "<=" | ">" | ">=" | "=" | "!=":
                raise self.fault(token, N_("Bij teken {position} staat {found} zonder iets ervoor."))
            case _:
                raise self.fault(token, N_("Dit is geen FEEL: bij teken {position} staat {found}."))

    def _parenthesized(self) -> s.Node:
        """An expression in brackets, or a range: `(1..5]`, `(< 10)`."""
        opening = self.expect("(")
        operator = self.accept("<", "<=", ">", ">=", "=")
        if operator:
            return self._operator_range(opening.start, operator.value)
        found = self.expression()
        if self.sees(".."):
            return self._interval(opening, found)
        self.expect(")")
        return found

    def _interval(self, opening: Token, low: s.Node) -> s.Node:
        self.expect("..")
        high = self.nested(lambda: self._binary(_ADD), endpoint=True)
        closing = self.expect(")", "]", "[")
        return s.RangeNode(opening.start, low, high, opening.value == "[", closing.value == "]")

    def _operator_range(self, at: int, operator: str) -> s.Node:
        end = self.nested(lambda: self._binary(_ADD))
        self.expect(")")
        if operator == "=":
            return s.RangeNode(at, end, end, low_closed=True, high_closed=True)
        closed = operator.endswith("=")
        if operator.startswith("<"):
            return s.RangeNode(at, None, end, low_closed=False, high_closed=closed)
        return s.RangeNode(at, end, None, closed, high_closed=False)

    def _list(self) -> s.Node:
        opening = self.expect("[")
        items: list[s.Node] = []
        while not self.sees("]"):
            items.append(self.expression())
            if len(items) == 1 and self.sees(".."):
                return self._interval(opening, items[0])
            if not self.accept(","):
                break
        self.expect("]")
        return s.ListNode(opening.start, tuple(items))

    def _context(self) -> s.Node:
        opening = self.expect("{")
        entries: dict[str, s.Node] = {}
        while not self.sees("}"):
            token = self.peek()
            if token.kind == "text":
                key = unescaped(self.take().value)
            else:
                label = self.scanner.label(self.at)
                if not label:
                    raise self.fault(token, N_("Bij teken {position} hoort een naam."))
                self.at, key = label.end, label.value
            self.expect(":")
            if key in entries:
                raise self.fault(token, N_("Bij teken {position} staat de naam {found} voor de tweede keer."))
            entries[key] = self.expression()
            self.scanner.learn(key)
            if not self.accept(","):
                break
        self.expect("}")
        return s.ContextNode(opening.start, tuple(entries.items()))

    # --- tests ----------------------------------------------------------------------------------------------------

    def unary_tests(self) -> s.Tests:
        """`not(…)` around all of it is a test of its own; when more follows it is the function."""
        token = self.peek()
        if token.value == "not" and self.scanner.token(token.end).value == "(":
            self.at = self.scanner.token(token.end).end
            try:
                tests = self._tests().tests
                self.expect(")")
                self.end()
                return s.Tests(token.start, tests, negated=True)
            except FeelFault:
                self.at, self.depth, self.in_endpoint = token.start, 0, False
        return self._tests()

    def _tests(self) -> s.Tests:
        at = self.peek().start
        tests = [self._test(_OR)]
        while self.accept(","):
            tests.append(self._test(_OR))
        return s.Tests(at, tuple(tests))

    def _test(self, least: int) -> s.Test:
        token = self.accept(*_COMPARISONS)
        if token:
            return s.Test(token.start, cast(Any, token.value), self.nested(lambda: self._binary(_ADD)))
        at = self.peek().start
        return s.Test(at, None, self.nested(lambda: self._binary(least)))

    def _in_tests(self) -> s.Tests:
        opening = self.accept("(")
        if not opening:
            test = self._test(_ADD)
            return s.Tests(test.at, (test,))
        tests = self._tests().tests
        if len(tests) == 1 and tests[0].operator is None and self.sees(".."):
            return s.Tests(opening.start, (s.Test(opening.start, None, self._interval(opening, tests[0].operand)),))
        self.expect(")")
        return s.Tests(opening.start, tests)

    # --- types ----------------------------------------------------------------------------------------------------

    def type(self) -> s.TypeNode:
        return self.nested(self._type)

    def _type(self) -> s.TypeNode:
        token = self.take()
        if token.kind not in ("name", "keyword"):
            raise self.fault(token, N_("Bij teken {position} hoort een type."))
        name = token.value
        while self.accept("."):
            name += "." + self._property()
        if name not in ("list", "range", "context", "function") or not self.accept("<"):
            return s.TypeNode(token.start, name)
        names: list[str] = []
        parts: list[s.TypeNode] = []
        while not self.sees(">"):
            if name == "context":
                label = self.scanner.label(self.at)
                if not label:
                    raise self.fault(self.peek(), N_("Bij teken {position} hoort een naam."))
                self.at = label.end
                names.append(label.value)
                self.expect(":")
            parts.append(self.type())
            if not self.accept(","):
                break
        self.expect(">")
        if name == "function":
            self.expect("->")
            parts.append(self.type())
        return s.TypeNode(token.start, name, tuple(parts), tuple(names))

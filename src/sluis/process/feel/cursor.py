"""A place in a text: the next token, what must stand there, and how deep one is."""

from collections.abc import Callable, Iterable

from sluis.kernel.text import N_
from sluis.process.feel.faults import FeelFault
from sluis.process.feel.scanner import Scanner, Token

MAX_DEPTH = 40


class Cursor:
    """One token of look-ahead. `in_endpoint`: within the end of a range, where `[` closes and is no filter."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        self.scanner = Scanner(text, names)
        self.at = 0
        self.depth = 0
        self.in_endpoint = False

    def peek(self) -> Token:
        return self.scanner.token(self.at)

    def take(self) -> Token:
        token = self.peek()
        self.at = token.end
        return token

    def sees(self, *values: str) -> bool:
        token = self.peek()
        return token.kind in ("sign", "keyword") and token.value in values

    def accept(self, *values: str) -> Token | None:
        return self.take() if self.sees(*values) else None

    def expect(self, *values: str) -> Token:
        token = self.peek()
        if not self.sees(*values):
            raise self.fault(token, N_("Bij teken {position} staat {found}, maar hier hoort {expected}."), values)
        return self.take()

    def end(self) -> None:
        token = self.peek()
        if token.kind != "end":
            raise self.fault(token, N_("Dit is geen FEEL: bij teken {position} staat {found}."))

    def fault(self, token: Token, message: str, expected: Iterable[str] = ()) -> FeelFault:
        return FeelFault(
            "feel.syntax",
            message if token.kind != "end" else N_("De expressie houdt te vroeg op."),
            text=self.scanner.text,
            position=token.start + 1,
            found=token.value,
            expected=" / ".join(expected),
        )

    def too_deep(self) -> FeelFault:
        return FeelFault(
            "feel.too-nested",
            N_("De expressie is dieper genest dan {limit} niveaus."),
            text=self.scanner.text,
            position=self.at + 1,
            limit=MAX_DEPTH,
        )

    def nested[T](self, read: Callable[[], T], *, endpoint: bool = False) -> T:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.too_deep()
        before, self.in_endpoint = self.in_endpoint, endpoint
        found = read()
        self.in_endpoint = before
        self.depth -= 1
        return found

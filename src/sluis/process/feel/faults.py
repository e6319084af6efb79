"""What can be wrong with an expression, and the ceiling on what evaluating it may cost."""

from dataclasses import dataclass
from typing import Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_


class FeelFault(Invalid):
    """The text is not FEEL; `position` counts characters from 1."""

    def __init__(self, code: str, message: str, *, text: str, position: int, **params: Any) -> None:
        super().__init__(code, message, text=text, position=position, **params)
        self.text = text
        self.position = position


class BudgetExceeded(Invalid):
    """Evaluating took more steps, levels or characters than an expression may take."""


@dataclass(slots=True)
class Budget:
    """What one evaluation may still use: steps, levels of function calls, characters in one text.

    A step is one node of the syntax tree evaluated once, or one item of a list looked at. Share one budget between
    expressions to cap them together.
    """

    steps: int = 200_000
    depth: int = 50
    characters: int = 1_000_000

    def spend(self, steps: int) -> None:
        """Raises BudgetExceeded when nothing is left."""
        self.steps -= steps
        if self.steps < 0:
            raise BudgetExceeded(
                "feel.budget",
                N_("De berekening is te groot: ze kost meer stappen dan is toegestaan."),
                way_out=N_("Maak de expressie kleiner, of gebruik minder herhalingen."),
            )

    def text(self, length: int) -> None:
        """Account for a text of so many characters before it is made."""
        if length > self.characters:
            raise BudgetExceeded(
                "feel.text-too-long",
                N_("De berekening maakt een tekst van meer dan {limit} tekens."),
                way_out=N_("Maak de expressie kleiner, of gebruik minder herhalingen."),
                limit=self.characters,
            )
        self.spend(1 + length // 64)

    def enter(self) -> None:
        """One function call deeper; pair with `leave`."""
        self.depth -= 1
        if self.depth < 0:
            raise too_deep()

    def leave(self) -> None:
        self.depth += 1


def too_deep() -> BudgetExceeded:
    return BudgetExceeded(
        "feel.too-deep",
        N_("De berekening roept zichzelf te vaak aan."),
        way_out=N_("Gebruik geen functie die zichzelf aanroept."),
    )

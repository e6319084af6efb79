"""What an evaluation remembers beside its value: the rules that matched, and what went wrong on the way."""

from dataclasses import dataclass, field
from typing import Any

from sluis.kernel.text import N_
from sluis.process.dmn.faults import ModelFault
from sluis.process.dmn.types import NotAllowed, Types, WrongType
from sluis.process.feel.faults import Budget

_MOST_NOTES = 100


@dataclass(slots=True)
class Trace(Budget):
    """A budget that also remembers. `matched` by table id; a table run twice keeps the rules of its last run."""

    matched: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    faults: list[ModelFault] = field(default_factory=list[ModelFault])


def note(budget: Budget, element: str, code: str, message: str, **params: Any) -> None:
    """Remember that something has no answer, and why."""
    if isinstance(budget, Trace) and len(budget.faults) < _MOST_NOTES:
        budget.faults.append(ModelFault(element, code, message, params))


def typed(types: Types, value: Any, reference: str, element: str, budget: Budget, *, read: bool = False) -> Any:
    """The value as that type, or null with a note that says what was expected."""
    if value is None or not reference:
        return value
    try:
        return types.coerced(value, reference, read=read)
    except NotAllowed as error:
        message = N_("De waarde van {part} is niet een van de toegestane waarden ({expected}).")
        note(budget, element, "dmn.not-allowed", message, part=_named(element, error), expected=error.expected)
    except WrongType as error:
        message = N_("De waarde van {part} is van het soort {found}, maar moet {expected} zijn.")
        named = _named(element, error)
        note(budget, element, "dmn.wrong-type", message, part=named, expected=error.expected, found=error.found)
    return None


def _named(element: str, error: WrongType) -> str:
    return f"{element}.{error.place}" if error.place else element

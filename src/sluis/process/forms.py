"""Are these answers to this form? Pure: a form and what was filled in go in, plain JSON values come out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.process.types import Field

MAX_TEXT = 20_000
MAX_LIST = 2_000
_WRONG = object()


def accept(form: Sequence[Field], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they become variables: every field of the form, null where nothing was filled in.

    Raises Invalid with a fault per field: unknown, needed, or of the wrong kind.
    """
    known = {field.id: field for field in form}
    unknown = N_("Dit formulier heeft geen veld ‘{field}’.")
    faults = [Fault(unknown, name, params={"field": name}) for name in answers if name not in known]
    accepted: dict[str, Any] = {}
    for field in form:
        value, fault = _one(field, answers.get(field.id))
        accepted[field.id] = value
        faults += [fault] if fault else []
    if faults:
        raise Invalid("process.answers", N_("Het formulier is niet goed ingevuld."), faults=faults)
    return accepted


def _one(field: Field, value: Any) -> tuple[Any, Fault | None]:
    value = value.strip() if isinstance(value, str) else value
    if value is None or value in ("", []):
        missing = Fault(N_("Vul ‘{label}’ in."), field.id, params={"label": field.label})
        return None, missing if field.required else None
    accepted = _KINDS[field.type](field, value)
    if accepted is _WRONG:
        return None, Fault(_EXPECTED[field.type], field.id, params={"label": field.label})
    return accepted, None


def _among(field: Field, value: Any) -> Any:
    return value if value in [option.value for option in field.options] else _WRONG


def _several(field: Field, value: Any) -> Any:
    good = isinstance(value, list) and all(_among(field, one) is not _WRONG for one in value)
    return list(dict.fromkeys(value)) if good else _WRONG


def _text(field: Field, value: Any) -> Any:
    return value if isinstance(value, str) and len(value) <= MAX_TEXT else _WRONG


def _known(field: Field, value: Any) -> Any:
    return value if value in ("yes", "no", "unknown") else _WRONG


def _date(field: Field, value: Any) -> Any:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return value.isoformat() if type(value) is date else _WRONG


def _number(field: Field, value: Any) -> Any:
    """Whole numbers stay whole; a comma is read as the Dutch write it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return _WRONG
    try:
        number = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        return _WRONG
    if not number.is_finite() or abs(number.adjusted()) > 15:
        return _WRONG
    return int(number) if number == number.to_integral_value() else float(number)


def _names(field: Field, value: Any) -> Any:
    good = isinstance(value, list) and len(value) <= MAX_LIST and all(isinstance(one, str) for one in value)
    return list(dict.fromkeys(value)) if good else _WRONG


_KINDS: dict[str, Callable[[Field, Any], Any]] = {
    "yes-no-unknown": _known,
    "choice": _among,
    "choices": _several,
    "text": _text,
    "long-text": _text,
    "date": _date,
    "number": _number,
    "columns": _names,
}
_EXPECTED = {
    "yes-no-unknown": N_("Kies bij ‘{label}’ ja, nee of onbekend."),
    "choice": N_("Kies bij ‘{label}’ een van de mogelijkheden."),
    "choices": N_("Kies bij ‘{label}’ uit de mogelijkheden."),
    "text": N_("‘{label}’ is te lang of geen tekst."),
    "long-text": N_("‘{label}’ is te lang of geen tekst."),
    "date": N_("Vul bij ‘{label}’ een datum in, zoals 2027-01-31."),
    "number": N_("Vul bij ‘{label}’ een getal in."),
    "columns": N_("Kies bij ‘{label}’ kolommen."),
}

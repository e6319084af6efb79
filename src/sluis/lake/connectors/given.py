"""From what was typed to what a connector gets: every field checked, secrets apart, all faults at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors.base import LONGEST, MOST_LINES, Connector, Field, Given, Kind


def read(connector: Connector, raw: Mapping[str, Any], mode: str, kept: Given | None = None) -> Given:
    """Raises Invalid with one fault per wrong field.

    `kept` is what the source had: an empty secret keeps the one of before, as long as the place stays the same.
    """
    faults = [
        Fault(N_("Deze koppeling kent geen veld '{name}'."), field=name, params={"name": name[:40]})
        for name in sorted(set(raw) - {field.name for field in connector.fields})
    ]
    plain = [field for field in connector.fields if field.kind is not Kind.SECRET]
    config = {field.name: _value(field, raw.get(field.name), faults) for field in plain}
    moved = kept is not None and _moved(plain, config, kept.config)
    secrets = _secrets(connector.fields, raw, faults, kept, moved)
    given = Given(config, secrets, mode, kept.waiting if kept else None)
    if not faults:
        faults += connector.faults(config, mode)
    if faults:
        raise Invalid("source.config", N_("De bron is nog niet goed ingevuld."), faults=faults)
    return given


def blotted(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, wherever a server or a driver repeats one."""
    for secret in sorted((s for s in secrets if s), key=len, reverse=True):
        text = text.replace(secret, "•••")
    return text


def _secrets(
    fields: Sequence[Field], raw: Mapping[str, Any], faults: list[Fault], kept: Given | None, moved: bool
) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in fields:
        if field.kind is not Kind.SECRET:
            continue
        value = _text(field, raw.get(field.name), faults, strip=False)
        before = kept.secret(field.name) if kept else ""
        if not value and before and moved:
            faults.append(Fault(N_("Het adres is gewijzigd. Vul {label_term} opnieuw in."), field=field.name,
                                params={"label_term": field.label}))  # fmt: skip
        value = value or before
        if field.required and not value:
            faults.append(_missing(field))
        if value:
            found[field.name] = value
    return found


def _moved(fields: Iterable[Field], config: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    places = [field for field in fields if field.place or field.kind is Kind.ADDRESS]
    return any(config.get(field.name) != before.get(field.name) for field in places)


def _value(field: Field, raw: Any, faults: list[Fault]) -> Any:
    if field.kind is Kind.LINES:
        return _lines(field, raw, faults)
    text = _text(field, raw, faults) or str(field.default)
    if field.required and not text:
        faults.append(_missing(field))
    if field.kind is Kind.NUMBER and text:
        return _number(field, text, faults)
    if field.kind is Kind.CHOICE and text and text not in {value for value, _label in field.choices}:
        faults.append(Fault(N_("Kies een waarde uit de lijst."), field=field.name))
    return text


def _text(field: Field, raw: Any, faults: list[Fault], *, strip: bool = True) -> str:
    text = "" if raw is None else str(raw)
    text = text.strip() if strip else text.rstrip("\r\n")
    if len(text) > LONGEST or not text.isprintable():
        faults.append(Fault(N_("Dit is te lang of bevat onleesbare tekens."), field=field.name))
        return ""
    return text


def _lines(field: Field, raw: Any, faults: list[Fault]) -> list[str]:
    parts = raw.splitlines() if isinstance(raw, str) else list(raw or ())
    found = [text for part in parts if (text := _text(field, part, faults))]
    if len(found) > MOST_LINES:
        faults.append(Fault(N_("Dit zijn te veel regels."), field=field.name))
    if field.required and not found:
        faults.append(_missing(field))
    return list(dict.fromkeys(found))


def _number(field: Field, text: str, faults: list[Fault]) -> int | str:
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0:
        return int(text)
    faults.append(Fault(N_("Vul een heel getal boven nul in."), field=field.name))
    return ""


def _missing(field: Field) -> Fault:
    return Fault(N_("Vul {label_term} in."), field=field.name, params={"label_term": field.label})

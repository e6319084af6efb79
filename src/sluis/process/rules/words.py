"""Processes and policies as pages show them: the drawing, the steps in words, tables in words, and what changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext

from sluis.foundation.roles import ROLES
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.process.bpmn import BpmnModel
from sluis.process.bpmn import read as read_process
from sluis.process.dmn.cases import Case, read_cases
from sluis.process.drawing import Look, draw, ordered, read
from sluis.process.rules.changes import ASPECTS, Aspect, Change
from sluis.process.rules.sheets import PolicySheets, Sheet, sheets

_ANY = frozenset({"", "-"})
_WORDS = {
    "yes": N_("ja"),
    "no": N_("nee"),
    "unknown": N_("onbekend"),
    "true": N_("ja"),
    "false": N_("nee"),
    "null": N_("niet ingevuld"),
}
_HIT = {
    "UNIQUE": N_("Hoogstens één regel past, en die beslist."),
    "FIRST": N_("De eerste regel die past, beslist."),
    "COLLECT": N_("Elke regel die past, telt mee."),
    "ANY": N_("Passen er meer regels, dan zeggen zij hetzelfde."),
    "PRIORITY": N_("Passen er meer regels, dan wint de belangrijkste uitkomst."),
    "RULE ORDER": N_("Elke regel die past, telt mee, in deze volgorde."),
    "OUTPUT ORDER": N_("Elke regel die past, telt mee, de belangrijkste uitkomst eerst."),
}
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|\b(true|false|null)\b|\bnot\(')
_REASON = "reason"


@dataclass(frozen=True, slots=True)
class StepText:
    """`inner` stands inside another step; `who` is the title of a role, or says that Sluis does it."""

    element: str
    name: str
    who: str
    text: str
    inner: bool


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule; `faults` are sentences about what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    explanation: str
    source: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableText:
    """One decision in words: columns of what is known, columns of what follows, and the rules."""

    id: str
    name: str
    text: str
    hit: str
    known: tuple[str, ...]
    follows: tuple[str, ...]
    rules: tuple[RuleText, ...]
    expression: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseText:
    name: str
    given: str
    expected: str
    why: str


@dataclass(frozen=True, slots=True)
class ChangeText:
    text: str
    aspects: tuple[tuple[str, str, str], ...]


def language() -> str:
    return get_language() or "nl"


def picture(xml: bytes, faults: Sequence[tuple[str, str]] = ()) -> str:
    """The drawing of a process with its faults (element, sentence); '' for a file that cannot be drawn."""
    at = {element: " ".join(text for named, text in faults if named == element) for element, _ in faults}
    try:
        return draw(read(xml), Look(faults=at, language=language(), translate=gettext))
    except Invalid:
        return ""


def steps(xml: bytes) -> tuple[StepText, ...]:
    """What a person or Sluis does, in order, with the explanation that the file gives."""
    model, _ = read_process(xml)
    try:
        drawn = read(xml)
    except Invalid:
        return ()
    return tuple(
        StepText(one.element, one.name, _who(one.role, one.kind), _explained(model, one.element), one.depth > 0)
        for one in ordered(drawn, {}, language=language())
    )


def _who(role: str, kind: str) -> str:
    if role:
        return gettext(ROLES[role].title) if role in ROLES else role
    return "" if kind in ("subProcess", "callActivity") else gettext("Sluis doet dit zelf")


def _explained(model: BpmnModel | None, element: str) -> str:
    node = model.nodes.get(element) if model else None
    if node is None:
        return ""
    return (node.documentation_en if language().startswith("en") else "") or node.documentation


def tables(xml: bytes, faults: Sequence[tuple[str, str]] = ()) -> tuple[PolicySheets, tuple[TableText, ...]]:
    """Every decision in words; each fault (element, sentence) stands at the table or the rule that it is about."""
    read_as = sheets(xml)
    return read_as, tuple(_table(sheet, faults) for sheet in read_as.decisions)


def _about(parts: frozenset[str], faults: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(text for element, text in faults if element in parts)


def _table(sheet: Sheet, faults: Sequence[tuple[str, str]]) -> TableText:
    told = [place for place, column in enumerate(sheet.outputs) if column.name != _REASON]
    rules = tuple(
        RuleText(
            row.number,
            (*(cell(text) for text in row.inputs), *(cell(row.outputs[at]) for at in told if at < len(row.outputs))),
            row.explanation.said(language()),
            row.source,
            _about(row.parts, faults),
        )
        for row in sheet.rows
    )
    return TableText(
        sheet.id,
        sheet.label.said(language()),
        sheet.documentation.said(language()),
        gettext(_HIT[sheet.hit_policy]) if sheet.hit_policy in _HIT else "",
        tuple(column.label.said(language()) for column in sheet.inputs),
        tuple(sheet.outputs[at].label.said(language()) for at in told),
        rules,
        sheet.text,
        _about(sheet.parts, faults),
    )


def cell(text: str) -> str:
    """A cell of FEEL as a reader says it: without quotes, with words for what is not there."""
    if text in _ANY:
        return gettext("maakt niet uit")
    return _PART.sub(_said, text)


def _said(part: re.Match[str]) -> str:
    if part[0] == "not(":
        return gettext("niet") + " ("
    word = part[2] or part[1]
    if word == "":
        return gettext("geen")
    return gettext(_WORDS[word]) if word in _WORDS else word


def cases(data: bytes) -> dict[str, list[CaseText]]:
    """Per decision the cases that it must decide in this way."""
    found: dict[str, list[CaseText]] = {}
    for one in read_cases(data) if data else ():
        found.setdefault(one.decision, []).append(_case(one))
    return found


def _case(one: Case) -> CaseText:
    given = "; ".join(f"{name}: {value(told)}" for name, told in one.inputs.items() if told is not None)
    expected = "; ".join(f"{name}: {value(told)}" for name, told in one.expected.items())
    return CaseText(one.name, given or gettext("niets ingevuld"), expected, one.why)


def value(told: Any) -> str:
    """A plain value in words."""
    if isinstance(told, Mapping):
        return ", ".join(f"{name} {value(one)}" for name, one in told.items() if one is not None)
    if isinstance(told, list | tuple):
        return ", ".join(value(one) for one in told) or gettext("geen")
    text = "null" if told is None else str(told).lower() if isinstance(told, bool) else str(told)
    return gettext(_WORDS[text]) if text in _WORDS else text or gettext("geen")


def changed(changes: Sequence[Change]) -> tuple[ChangeText, ...]:
    """Each change as a sentence, with what was and what comes per aspect."""
    return tuple(
        ChangeText(
            gettext(one.message).format(name=one.name.said(language()), number=one.number),
            tuple((_aspect(aspect), _shown(aspect.before), _shown(aspect.after)) for aspect in one.aspects),
        )
        for one in changes
    )


def _aspect(aspect: Aspect) -> str:
    if aspect.name in ASPECTS:
        return gettext(ASPECTS[aspect.name])
    return aspect.label.said(language()) or aspect.name


def _shown(text: str) -> str:
    return _PART.sub(_said, text) or gettext("niets")

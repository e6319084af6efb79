"""Processes and policies as pages show them: the drawing, the steps in words, tables in words, and what changed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext, ngettext

from sluis.foundation.roles import ROLES
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_, said
from sluis.process import timing
from sluis.process.bpmn import BpmnModel
from sluis.process.bpmn import read as read_process
from sluis.process.dmn.cases import Case, read_cases
from sluis.process.drawing import Look, draw, ordered, read
from sluis.process.rules.changes import ASPECTS, Aspect, Change
from sluis.process.rules.sheets import Column, Labels, PolicySheets, Row, Sheet, Text, sheets

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
_HOLDS = re.compile(r'list contains\(\?, *("(?:[^"\\]|\\.)*")\)')
_REASON, _VALUE = "reason", "value"
_NO_LABELS: Labels = {}


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
    return said(node.documentation, node.documentation_en, language())


def tables(xml: bytes, faults: Sequence[tuple[str, str]] = ()) -> tuple[PolicySheets, tuple[TableText, ...]]:
    """Every decision in words; each fault (element, sentence) stands at the table or the rule that it is about."""
    read_as = sheets(xml)
    return read_as, tuple(_table(sheet, faults) for sheet in read_as.decisions)


def _about(parts: frozenset[str], faults: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(text for element, text in faults if element in parts)


def _table(sheet: Sheet, faults: Sequence[tuple[str, str]]) -> TableText:
    told = [place for place, column in enumerate(sheet.outputs) if column.name != _REASON]
    return TableText(
        sheet.id,
        sheet.label.said(language()),
        sheet.documentation.said(language()),
        gettext(_HIT[sheet.hit_policy]) if sheet.hit_policy in _HIT else "",
        tuple(column.label.said(language()) for column in sheet.inputs),
        tuple(sheet.outputs[at].label.said(language()) for at in told),
        tuple(_rule(sheet, row, told, faults) for row in sheet.rows),
        sheet.text,
        _about(sheet.parts, faults),
    )


def _rule(sheet: Sheet, row: Row, told: list[int], faults: Sequence[tuple[str, str]]) -> RuleText:
    known = (cell(text, column.labels) for text, column in zip(row.inputs, sheet.inputs, strict=False))
    follows = (cell(row.outputs[at], sheet.outputs[at].labels) for at in told if at < len(row.outputs))
    return RuleText(
        row.number,
        (*known, *follows),
        row.explanation.said(language()),
        row.source.said(language()),
        _about(row.parts, faults),
    )


def cell(text: str, labels: Labels = _NO_LABELS) -> str:
    """A cell of FEEL as a reader says it: by its labels, without quotes, with words for what is not there."""
    if text in _ANY:
        return gettext("maakt niet uit")
    if text in labels:
        return labels[text].said(language())
    plain = _HOLDS.sub(lambda found: gettext("met {value}").format(value=found[1]), text)
    return _PART.sub(lambda part: _said(part, labels), plain)


def _said(part: re.Match[str], labels: Labels) -> str:
    if part[0] == "not(":
        return gettext("niet") + " ("
    return _word(part[2] or part[1], labels)


def _word(code: str, labels: Labels) -> str:
    """The label of a code, else the word that every table has for it, else the length of time that it is, or itself."""
    if code in labels:
        return labels[code].said(language())
    if code in _WORDS:
        return gettext(_WORDS[code])
    return _length(code) or code or gettext("geen")


def _length(text: str) -> str:
    """`P1Y6M` as "1 jaar en 6 maanden"; '' for what is no length of time."""
    length = timing.duration(text)
    if length is None:
        return ""
    return gettext(" en ").join(_counted(length)) or ngettext("{count} dag", "{count} dagen", 0).format(count=0)


def _counted(length: timing.Duration) -> Iterator[str]:
    years, months = divmod(length.months, 12)
    days = length.fixed.days
    hours, minutes = divmod(length.fixed.seconds // 60, 60)
    if years:
        yield ngettext("{count} jaar", "{count} jaar", years).format(count=years)
    if months:
        yield ngettext("{count} maand", "{count} maanden", months).format(count=months)
    if days:
        yield ngettext("{count} dag", "{count} dagen", days).format(count=days)
    if hours:
        yield ngettext("{count} uur", "{count} uur", hours).format(count=hours)
    if minutes:
        yield ngettext("{count} minuut", "{count} minuten", minutes).format(count=minutes)


def cases(data: bytes, read_as: PolicySheets) -> dict[str, list[CaseText]]:
    """Per decision the cases that it must decide in this way, in the words of the policy."""
    found: dict[str, list[CaseText]] = {}
    for one in read_cases(data) if data else ():
        found.setdefault(one.decision, []).append(_case(one, read_as))
    return found


def _case(one: Case, read_as: PolicySheets) -> CaseText:
    asked = [(read_as.asked(one.decision, name), told) for name, told in _flat(one.inputs)]
    given = "; ".join(f"{column.label.said(language())}: {value(told, column.labels)}" for column, told in asked)
    results = [(result(read_as, one.decision, name), told) for name, told in one.expected.items()]
    expected = "; ".join(f"{label}: {value(told, labels)}" for (label, labels), told in results)
    return CaseText(one.name, given or gettext("niets ingevuld"), expected, one.why)


def _flat(inputs: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """What is given by its whole name: `privacy.outcome` is an entry of `privacy`."""
    for name, told in inputs.items():
        if isinstance(told, Mapping):
            yield from _flat(told, f"{within}{name}.")
        elif told is not None:
            yield within + name, told


def result(read_as: PolicySheets | None, decision: str, name: str) -> tuple[str, Labels]:
    """What an entry of a result is called, and its codes; `value` stands for the whole result."""
    column = read_as.given(decision, name) if read_as else Column(name, Text(name))
    label = gettext("uitkomst") if column.label.nl == _VALUE else column.label.said(language())
    return label, column.labels


def value(told: Any, labels: Labels = _NO_LABELS) -> str:
    """A plain value in words."""
    if isinstance(told, Mapping):
        return ", ".join(f"{name} {value(one, labels)}" for name, one in told.items() if one is not None)
    if isinstance(told, list | tuple):
        return ", ".join(value(one, labels) for one in told) or gettext("geen")
    return _word("null" if told is None else str(told).lower() if isinstance(told, bool) else str(told), labels)


def reason(read_as: PolicySheets | None, body: Mapping[str, Any]) -> Text:
    """Why a decision came out so, from its evidence (`decision`, `matched`, `reason`), with the twin that its rule has.

    Without a reason: the `outcome` in words.
    """
    decision, text = str(body.get("decision") or ""), str(body.get(_REASON) or "")
    if not text:
        outcome = str(body.get("outcome") or "")
        labels = read_as.given(decision, "outcome").labels if read_as else _NO_LABELS
        return labels.get(outcome) or Text(outcome and _word(outcome, labels))
    sheet = read_as.decision(decision) if read_as else None
    matched = (body.get("matched") or {}).get(decision, ())
    rows = [row for row in sheet.rows if row.number in matched] if sheet else []
    return next((row.explanation for row in rows if row.explanation.nl == text), Text(text))


def changed(changes: Sequence[Change]) -> tuple[ChangeText, ...]:
    """Each change as a sentence, with what was and what comes per aspect."""
    return tuple(
        ChangeText(
            gettext(one.message).format(name=one.name.said(language()), number=one.number),
            tuple(
                (_aspect(aspect), _shown(aspect.before, aspect.labels), _shown(aspect.after, aspect.labels))
                for aspect in one.aspects
            ),
        )
        for one in changes
    )


def _aspect(aspect: Aspect) -> str:
    if aspect.name in ASPECTS:
        return gettext(ASPECTS[aspect.name])
    return aspect.label.said(language()) or aspect.name


def _shown(text: str, labels: Labels) -> str:
    return cell(text, labels) if text else gettext("niets")

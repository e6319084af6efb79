"""A policy as people read it: each decision as a table with columns, rules, explanation and legal source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from sluis.foundation.safe_xml import XmlCaps, parse

OURS = "{urn:nl:sluis:process:1}"
CAPS = XmlCaps(total_bytes=10 * 1024 * 1024)
_SOURCE, _EXPLAINED, _EXPLAINED_EN = "Bron", "Uitleg", "Explanation"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Dutch with its English twin."""

    nl: str
    en: str = ""

    def said(self, language: str) -> str:
        return self.en if language.startswith("en") and self.en else self.nl


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is what the policy itself calls it: an expression, or the entry of the result."""

    name: str
    label: Text


@dataclass(frozen=True, slots=True)
class Row:
    """One rule; `number` counts from 1, as in the evidence of a decision."""

    id: str
    number: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    explanation: Text
    source: str
    parts: frozenset[str] = frozenset()
    """The id of the rule and of each of its cells."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One decision. Without a table `text` is the expression that decides."""

    id: str
    name: str
    label: Text
    documentation: Text
    hit_policy: str = ""
    inputs: tuple[Column, ...] = ()
    outputs: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    text: str = ""
    parts: frozenset[str] = frozenset()
    """Ids of the decision itself, without those of its rules."""


@dataclass(frozen=True, slots=True)
class PolicySheets:
    name: Text
    documentation: Text
    reads: tuple[Column, ...]
    decisions: tuple[Sheet, ...] = field(default=())


def sheets(xml: bytes) -> PolicySheets:
    """Any DMN file that can be read, whether or not it can run. Raises Invalid for what is no XML."""
    root = parse(xml, caps=CAPS)
    reads = tuple(
        Column(data.get("name", ""), _label(data, data.get("name", ""))) for data in root.findall("{*}inputData")
    )
    return PolicySheets(
        Text(root.get("name", ""), root.get(OURS + "name-en", "")),
        _documentation(root),
        reads,
        tuple(_sheet(decision) for decision in root.findall("{*}decision")),
    )


def _sheet(decision: Element) -> Sheet:
    name = decision.get("name", "")
    head = (decision.get("id", name), name, _label(decision, name), _documentation(decision))
    table = decision.find("{*}decisionTable")
    if table is None:
        return Sheet(*head, text=decision.findtext("{*}literalExpression/{*}text") or "", parts=_ids(decision))
    inputs = tuple(_input(one) for one in table.findall("{*}input"))
    outputs = tuple(_output(one, decision) for one in table.findall("{*}output"))
    notes = [note.get("name", "") for note in table.findall("{*}annotation")]
    rows = tuple(
        _row(rule, number, [column.name for column in outputs], notes)
        for number, rule in enumerate(table.findall("{*}rule"), 1)
    )
    parts = _ids(decision).difference(*(row.parts for row in rows))
    return Sheet(*head, table.get("hitPolicy", "UNIQUE"), inputs, outputs, rows, parts=parts)


def _input(element: Element) -> Column:
    expression = element.findtext("{*}inputExpression/{*}text") or ""
    return Column(expression, _label(element, expression))


def _output(element: Element, decision: Element) -> Column:
    name = element.get("name") or decision.get("name", "")
    return Column(name, _label(element, name))


def _row(rule: Element, number: int, outputs: list[str], notes: list[str]) -> Row:
    given = tuple(_texts(rule, "inputEntry"))
    results = tuple(_texts(rule, "outputEntry"))
    said: Mapping[str, str] = dict(zip(notes, _texts(rule, "annotationEntry"), strict=False))
    reason = dict(zip(outputs, results, strict=False)).get("reason", "").strip('"')
    explained = Text(said.get(_EXPLAINED) or reason, said.get(_EXPLAINED_EN, ""))
    return Row(rule.get("id", str(number)), number, given, results, explained, said.get(_SOURCE, ""), _ids(rule))


def _ids(element: Element) -> frozenset[str]:
    return frozenset(one.get("id", "") for one in element.iter()) - {""}


def _texts(rule: Element, tag: str) -> Iterator[str]:
    return ((entry.findtext("{*}text") or "").strip() for entry in rule.findall("{*}" + tag))


def _label(element: Element, otherwise: str) -> Text:
    return Text(element.get("label") or otherwise, element.get(OURS + "label-en", ""))


def _documentation(element: Element) -> Text:
    english = element.findtext(f"{{*}}extensionElements/{OURS}documentation-en") or ""
    return Text((element.findtext("{*}description") or "").strip(), english.strip())

"""A policy as people read it: each decision as a table with columns, rules, explanation and legal source.

What a code means stands in the file, on the column where it is used, or on `definitions` for the whole file:

    <extensionElements><sluis:label value="licence_plate" nl="kenteken" en="number plate"/></extensionElements>
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from sluis.foundation.safe_xml import XmlCaps, parse
from sluis.kernel.text import Said, said

OURS = "{urn:nl:sluis:process:1}"
CAPS = XmlCaps(total_bytes=10 * 1024 * 1024)
_SOURCE, _EXPLAINED, _EXPLAINED_EN = "Bron", "Uitleg", "Explanation"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Dutch with its English twin."""

    nl: str
    en: str = ""

    def said(self, language: str) -> Said:
        return said(self.nl, self.en, language)


Labels = Mapping[str, Text]
"""What a code, or a whole cell, is called."""


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is what the policy itself calls it: an expression, or the entry of the result."""

    name: str
    label: Text
    labels: Labels = field(default_factory=dict[str, Text])


@dataclass(frozen=True, slots=True)
class Row:
    """One rule; `number` counts from 1, as in the evidence of a decision."""

    id: str
    number: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    explanation: Text
    source: Text
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
    labels: Labels = field(default_factory=dict[str, Text])

    def decision(self, name: str) -> Sheet | None:
        return next((one for one in self.decisions if one.name == name), None)

    def asked(self, decision: str, name: str) -> Column:
        """What an input is called, in the table of that decision or else in another one; its own name if nowhere."""
        first = self.decision(decision)
        tables = (first, *self.decisions) if first else self.decisions
        found = next((one for table in tables for one in table.inputs if one.name == name), None)
        known = found or next((one for one in self.reads if one.name == name), None)
        return known or Column(name, Text(name), self.labels)

    def given(self, decision: str, entry: str) -> Column:
        """What an entry of the result is called; a decision with one result has no name for it."""
        outputs = table.outputs if (table := self.decision(decision)) else ()
        found = next((one for one in outputs if one.name == entry), outputs[0] if len(outputs) == 1 else None)
        return found or Column(entry, Text(entry), self.labels)


def sheets(xml: bytes) -> PolicySheets:
    """Any DMN file that can be read, whether or not it can run. Raises Invalid for what is no XML."""
    root = parse(xml, caps=CAPS)
    labels = _labels(root)
    reads = tuple(
        Column(data.get("name", ""), _label(data, data.get("name", "")), {**labels, **_labels(data)})
        for data in root.findall("{*}inputData")
    )
    return PolicySheets(
        Text(root.get("name", ""), root.get(OURS + "name-en", "")),
        _documentation(root),
        reads,
        tuple(_sheet(decision, labels) for decision in root.findall("{*}decision")),
        labels,
    )


def _sheet(decision: Element, labels: Labels) -> Sheet:
    name = decision.get("name", "")
    head = (decision.get("id", name), name, _label(decision, name), _documentation(decision))
    table = decision.find("{*}decisionTable")
    if table is None:
        return Sheet(*head, text=decision.findtext("{*}literalExpression/{*}text") or "", parts=_ids(decision))
    inputs = tuple(_input(one, labels) for one in table.findall("{*}input"))
    outputs = tuple(_output(one, decision, labels) for one in table.findall("{*}output"))
    notes = [note.get("name", "") for note in table.findall("{*}annotation")]
    rows = tuple(
        _row(rule, number, [column.name for column in outputs], notes, labels)
        for number, rule in enumerate(table.findall("{*}rule"), 1)
    )
    parts = _ids(decision).difference(*(row.parts for row in rows))
    return Sheet(*head, table.get("hitPolicy", "UNIQUE"), inputs, outputs, rows, parts=parts)


def _input(element: Element, labels: Labels) -> Column:
    expression = element.findtext("{*}inputExpression/{*}text") or ""
    return Column(expression, _label(element, expression), {**labels, **_labels(element)})


def _output(element: Element, decision: Element, labels: Labels) -> Column:
    name = element.get("name") or decision.get("name", "")
    return Column(name, _label(element, name), {**labels, **_labels(element)})


def _labels(element: Element) -> dict[str, Text]:
    found = element.findall(f"{{*}}extensionElements/{OURS}label")
    return {one.get("value", ""): Text(one.get("nl") or one.get("value", ""), one.get("en", "")) for one in found}


def _row(rule: Element, number: int, outputs: list[str], notes: list[str], labels: Labels) -> Row:
    given = tuple(_texts(rule, "inputEntry"))
    results = tuple(_texts(rule, "outputEntry"))
    said: Mapping[str, str] = dict(zip(notes, _texts(rule, "annotationEntry"), strict=False))
    reason = dict(zip(outputs, results, strict=False)).get("reason", "").strip('"')
    explained = Text(said.get(_EXPLAINED) or reason, said.get(_EXPLAINED_EN, ""))
    source = said.get(_SOURCE, "")
    source = labels.get(source, Text(source))
    return Row(rule.get("id", str(number)), number, given, results, explained, source, _ids(rule))


def _ids(element: Element) -> frozenset[str]:
    return frozenset(one.get("id", "") for one in element.iter()) - {""}


def _texts(rule: Element, tag: str) -> Iterator[str]:
    return ((entry.findtext("{*}text") or "").strip() for entry in rule.findall("{*}" + tag))


def _label(element: Element, otherwise: str) -> Text:
    return Text(element.get("label") or otherwise, element.get(OURS + "label-en", ""))


def _documentation(element: Element) -> Text:
    english = element.findtext(f"{{*}}extensionElements/{OURS}documentation-en") or ""
    return Text((element.findtext("{*}description") or "").strip(), english.strip())

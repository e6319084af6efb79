"""The reference page of the policy tables, from the tables themselves."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from sluis.foundation.safe_xml import parse
from sluis.process.shipped import shipped

_DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
_OURS = "{urn:nl:sluis:process:1}"
_HIT = {
    "UNIQUE": "at most one rule may match",
    "FIRST": "the first rule that matches decides",
    "COLLECT": "every rule that matches counts",
}


def policies_page(generated: str) -> str:
    lines = [
        "# The policy tables\n",
        generated.replace("the code", "the tables in `policies/`"),
        "What each table decides, from which answers, and every rule with its source. How to change one:",
        "[change a rule of the policy](../how-to/change-a-policy-rule.md). Key = name of the file without `.dmn`.",
        "The rules are in Dutch in the files; this page shows the English beside them.",
    ]
    for path in sorted(shipped("policies").glob("*.dmn")):
        root = parse(path)
        lines += ["", f"## {path.stem}: {root.get(_OURS + 'name-en')}", "", _english(root), ""]
        lines += _variables(root)
        for decision in root.findall(_DMN + "decision"):
            lines += _decision(decision)
    return "\n".join(lines) + "\n"


def _english(element: Element) -> str:
    return element.findtext(f"{_DMN}extensionElements/{_OURS}documentation-en") or ""


def _variables(root: Element) -> Iterator[str]:
    names = [f"`{data.get('name')}` ({data.get(_OURS + 'label-en')})" for data in root.findall(_DMN + "inputData")]
    yield "Reads: " + ", ".join(names) + "."


def _decision(decision: Element) -> Iterator[str]:
    table = decision.find(_DMN + "decisionTable")
    yield f"\n### {decision.get('name')}\n"
    if table is None:
        yield f"{_english(decision)} `{decision.findtext(f'{_DMN}literalExpression/{_DMN}text')}`"
        return
    hit = table.get("hitPolicy") or "UNIQUE"
    yield f"{_english(decision)} Hit policy {hit}: {_HIT[hit]}."
    gives = [_column(output) for output in table.findall(_DMN + "output")]
    yield f"Gives: {', '.join(gives)}.\n"
    yield "| rule | why | source |\n|---|---|---|"
    notes = [note.get("name") for note in table.findall(_DMN + "annotation")]
    for number, rule in enumerate(table.findall(_DMN + "rule"), 1):
        texts = [entry.findtext(_DMN + "text") or "" for entry in rule.findall(_DMN + "annotationEntry")]
        said = dict(zip(notes, texts, strict=False))
        yield f"| {number} | {said.get('Explanation', '')} | {said.get('Bron', '')} |"


def _column(output: Element) -> str:
    values = output.findtext(f"{_DMN}outputValues/{_DMN}text")
    name = output.get("name") or output.get(_OURS + "label-en")
    return f"`{name}` ({values.replace(',', ', ')})" if values else f"`{name}`"

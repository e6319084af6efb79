"""The `quality` lists: metrics of the standard and SQL rules that Sluis checks, and the kinds that it does not."""

from collections.abc import Mapping, Sequence
from typing import Any

from sluis.kernel.text import N_
from sluis.lake.contracts.standard import COMPARISONS, finding, is_number, parted
from sluis.lake.contracts.types import Finding, Rule, Severity
from sluis.lake.contracts.yaml_text import Document

_LIGHT = frozenset({"warning", "warn", "info", "information", "low", "medium", "minor"})
_ARGUMENTS = {
    "missingValues": ("missingValues",),
    "invalidValues": ("validValues", "pattern"),
    "duplicateValues": ("properties",),
}
_LONGEST_QUERY = 10_000


def rules(
    document: Document, listed: Sequence[Mapping[str, Any]], path: str, column: str
) -> tuple[tuple[Rule, ...], tuple[Finding, ...]]:
    """Rules of a column, or of the table when `column` is ''; a remark for each that is not checked or is wrong."""
    return parted(_rule(document, one, f"{path}[{number}]", column, number) for number, one in enumerate(listed))


def _rule(document: Document, one: Mapping[str, Any], path: str, column: str, number: int) -> Rule | Finding:
    kind = one.get("type") or "library"
    if kind == "text":
        return finding(
            document, path, "text", N_("Dit is een regel in woorden; die controleert Sluis niet."), note=True
        )
    if kind == "custom":
        text = N_("Deze regel is voor een ander programma ({engine}); die controleert Sluis niet.")
        return finding(document, path, "custom", text, note=True, engine=str(one.get("engine"))[:40])
    compare = [name for name in COMPARISONS if name in one]
    if wrong := _wrong(document, one, path, column, kind, compare):
        return wrong
    name = str(one.get("id") or number + 1)
    return Rule(
        id=f"{column or 'table'}.quality.{name}",
        kind="sql" if kind == "sql" else "metric",
        column=column,
        severity=Severity.WARNING if str(one.get("severity") or "").lower() in _LIGHT else Severity.ERROR,
        given={
            "compare": compare[0],
            "bound": one[compare[0]],
            **({"query": one["query"]} if kind == "sql" else _metric(one)),
        },
        told=str(one.get("description") or one.get("name") or ""),
    )


def _metric(one: Mapping[str, Any]) -> dict[str, Any]:
    given = one.get("arguments") or {}
    wanted = _ARGUMENTS.get(str(one["metric"]), ())
    return {
        "metric": one["metric"],
        "percent": one.get("unit") == "percent",
        "arguments": {name: given[name] for name in wanted if name in given},
    }


def _wrong(
    document: Document, one: Mapping[str, Any], path: str, column: str, kind: str, compare: list[str]
) -> Finding | None:
    if kind == "library" and not one.get("metric"):
        if one.get("rule"):
            text = N_("‘rule’ is vervallen; schrijf ‘metric’. Sluis controleert deze regel nu niet.")
            return finding(document, path, "rule", text, note=True)
        return finding(document, path, "metric", N_("Bij deze regel ontbreekt ‘metric’."))
    if kind == "sql" and not 0 < len(str(one.get("query") or "").strip()) <= _LONGEST_QUERY:
        return finding(document, path, "query", N_("Bij deze regel ontbreekt ‘query’, of die is te lang."))
    if len(compare) != 1:
        text = N_("Geef één vergelijking, zoals ‘mustBe: 0’. Kies uit: {choices}.")
        return finding(document, path, "compare", text, choices=", ".join(COMPARISONS))
    if not _fits(compare[0], one[compare[0]]):
        text = N_("Bij ‘{name}’ hoort een getal, of bij ‘Between’ twee getallen: eerst het kleinste.")
        return finding(document, f"{path}.{compare[0]}", "bound", text, name=compare[0])
    return _wrong_arguments(document, one, path, column) if kind == "library" else None


def _fits(compare: str, bound: Any) -> bool:
    if compare.endswith("Between"):
        return isinstance(bound, list) and len(bound) == 2 and all(map(is_number, bound)) and bound[0] < bound[1]
    return is_number(bound) or (compare in ("mustBe", "mustNotBe") and isinstance(bound, str | bool))


def _wrong_arguments(document: Document, one: Mapping[str, Any], path: str, column: str) -> Finding | None:
    metric, given = one["metric"], one.get("arguments") or {}
    where = f"{path}.arguments"
    if metric in ("nullValues", "missingValues", "invalidValues") and not column:
        text = N_("‘{metric}’ hoort bij een kolom. Zet deze regel onder die kolom.")
        return finding(document, path, "place", text, metric=metric)
    for name in ("validValues", "missingValues", "properties"):
        if name in given and not isinstance(given[name], list):
            return finding(document, f"{where}.{name}", "list", N_("‘{name}’ is een lijst."), name=name)
    if metric == "invalidValues" and not ({"validValues", "pattern"} & set(given)):
        text = N_("Noem bij ‘arguments’ wat geldig is: ‘validValues’ of ‘pattern’.")
        return finding(document, path, "valid", text)
    if metric == "duplicateValues" and not column and not given.get("properties"):
        text = N_("Noem bij ‘arguments’ de kolommen: ‘properties: [a, b]’.")
        return finding(document, path, "columns", text)
    return None

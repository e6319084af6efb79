"""The profile of a table with rows added, from the profile it had and that of the new rows alone: pure arithmetic.

What adds up is exact. What does not (different values, quartiles, keys, groups) stays as it was measured, and
`partial` names those figures and the version they are of. Personal data adds up: a hit of either is a hit of both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sluis.kernel.sql import as_text
from sluis.lake.profile.duck_columns import TOP
from sluis.lake.profile.hiding import hide

_MOST_BINS = 60
_SURENESS = ("sure", "probable", "possible")
_ALWAYS = ("distinct", "quartiles", "patterns", "unique", "keys", "double_rows", "anonymity")

type Shape = dict[str, Any]
type Counts = Mapping[str, Mapping[str, int]]


def added(
    before: Mapping[str, Any], part: Mapping[str, Any], seen: Mapping[str, Counts], asked: Mapping[str, int]
) -> Shape:
    """`seen`: per column how often each earlier `bins` place and `top` value occurs in the new rows.

    `asked`: `number` of the version before, and how many of its rows were `replaced` by new ones. When rows were
    replaced every count is a ceiling, so all figures are named as those of that version.
    """
    replaced = asked.get("replaced", 0)
    rows = before["rows"] + part["rows"] - replaced
    stale = set(_ALWAYS) | ({"rows"} if replaced else set())
    news = {column["name"]: column for column in part["columns"]}
    olds = {column["name"]: column for column in before["columns"]}
    columns = [
        _column(olds.get(name), news.get(name), before["rows"], part["rows"], rows, seen.get(name, {}), stale)
        for name in [*olds, *(name for name in news if name not in olds)]
    ]
    filled = {column["name"]: max(rows - column["empty"], 1) for column in columns}
    hits = _hits(before["personal_data"], part["personal_data"], filled)
    since = (before.get("partial") or {}).get("version", asked["number"])
    return {
        **before,
        "rows": rows,
        "sampled_rows": min(rows, before["sampled_rows"] + part["sampled_rows"]),
        "columns": [hide(column, hits) for column in columns],
        "geometry": _geometry(before.get("geometry"), part.get("geometry")),
        "personal_data": hits,
        "partial": {"version": since, "figures": sorted(stale)},
    }


def _column(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    rows_before: int,
    rows_added: int,
    rows: int,
    seen: Counts,
    stale: set[str],
) -> Shape:
    was = old or {**(new or {}), **_nothing(rows_before)}
    come = new or {**(old or {}), **_nothing(rows_added)}
    empty = min(rows, was["empty"] + come["empty"])
    shape: Shape = {**come, **was, "rows": rows, "empty": empty, "empty_share": round(empty / rows, 6) if rows else 0.0}
    if was.get("hidden") or come.get("hidden"):
        shape["hidden"] = True
    if "distinct" in shape:
        shape |= {"distinct": max(was["distinct"], come["distinct"]), "distinct_exact": False, "unique": False}
    filled = (was["rows"] - was["empty"], come["rows"] - come["empty"])
    for name, pick in (("min", min), ("max", max)):
        if name in was and name in come:
            shape[name] = pick(was[name], come[name], key=_comparable)
    if was.get("mean") is not None and come.get("mean") is not None:
        shape["mean"] = _mean((was["mean"], come["mean"]), filled)
    if "length" in was and "length" in come:
        shape["length"] = _length(was["length"], come["length"], filled)
    if "quartile1" in shape:
        shape["quartiles_exact"] = False
    if "histogram" in was:
        shape["histogram"] = _histogram(was["histogram"], seen.get("bins", {}), stale)
    if "top" in was:
        shape |= _top(was, come, seen.get("top", {}), stale)
    return shape


def _nothing(rows: int) -> Shape:
    """A column that is not there: all its cells are empty."""
    return {"rows": rows, "empty": rows, "distinct": 0}


def _comparable(value: Any) -> Any:
    """Decimals are kept as text."""
    try:
        return (0, float(value), "")
    except (TypeError, ValueError):
        return (1, 0.0, str(value))


def _mean(means: tuple[float, float], filled: tuple[int, int]) -> float | None:
    total = sum(filled)
    return float(f"{(means[0] * filled[0] + means[1] * filled[1]) / total:.10g}") if total else None


def _length(was: Mapping[str, Any], come: Mapping[str, Any], filled: tuple[int, int]) -> Shape:
    return {"min": min(was["min"], come["min"]), "max": max(was["max"], come["max"]),
            "mean": _mean((was["mean"], come["mean"]), filled)}  # fmt: skip


def _histogram(was: Mapping[str, Any], seen: Mapping[str, int], stale: set[str]) -> Shape:
    """The same bins, and as many more of the same width as the new values ask."""
    bins = was["bins"]
    if was["unit"] != "number":
        counts = {item["from"]: item["count"] for item in bins}
        for start, count in seen.items():
            counts[start] = counts.get(start, 0) + count
        if len(counts) > _MOST_BINS:
            stale.add("histogram")
            return dict(was)
        return {**was, "bins": [{"from": start, "count": counts[start]} for start in sorted(counts)]}
    places = {int(place): count for place, count in seen.items()}
    first, last = min([0, *places]), max([len(bins) - 1, *places])
    if last - first >= _MOST_BINS:
        stale.add("histogram")
        return dict(was)
    start, width = bins[0]["from"], bins[0]["to"] - bins[0]["from"]
    old = {place: item["count"] for place, item in enumerate(bins)}
    return {**was, "bins": [
        {"from": start + place * width, "to": start + (place + 1) * width,
         "count": old.get(place, 0) + places.get(place, 0)}
        for place in range(first, last + 1)
    ]}  # fmt: skip


def _top(was: Mapping[str, Any], come: Mapping[str, Any], seen: Mapping[str, int], stale: set[str]) -> Shape:
    """Exact when both lists name every value; else the counts of the values that were known."""
    counts = {as_text(item["value"]): dict(item) for item in was["top"]}
    for item in counts.values():
        item["count"] += seen.get(as_text(item["value"]), 0)
    whole = all(len(one.get("top") or ()) == one["distinct"] for one in (was, come))
    if not whole:
        stale.add("top")
        return {"top": sorted(counts.values(), key=_most_first)}
    for item in come.get("top") or ():
        counts.setdefault(as_text(item["value"]), dict(item))
    return {"top": sorted(counts.values(), key=_most_first)[:TOP], "distinct": len(counts), "distinct_exact": True}


def _most_first(item: Mapping[str, Any]) -> tuple[int, str]:
    return -item["count"], str(item["value"])


def _geometry(was: Mapping[str, Any] | None, come: Mapping[str, Any] | None) -> Shape | None:
    if was is None or come is None:
        return dict(was or come or {}) or None
    types = {kind: was["types"].get(kind, 0) + come["types"].get(kind, 0) for kind in {*was["types"], *come["types"]}}
    boxes = [box for box in (was["bbox"], come["bbox"]) if box]
    box = [*(min(b[n] for b in boxes) for n in (0, 1)), *(max(b[n] for b in boxes) for n in (2, 3))] if boxes else None
    return {
        **was,
        "types": dict(sorted(types.items())),
        "bbox": box,
        "empty": was["empty"] + come["empty"],
        "invalid": was["invalid"] + come["invalid"],
        "invalid_exact": was["invalid_exact"] and come["invalid_exact"],
    }


def _hits(
    was: Sequence[Mapping[str, Any]], come: Sequence[Mapping[str, Any]], filled: Mapping[str, int]
) -> list[Shape]:
    found: dict[tuple[str, tuple[str, ...]], Shape] = {}
    for hit in (*was, *come):
        key = hit["kind"], tuple(hit["columns"])
        other = found.get(key)
        surest = (
            hit if other is None or _SURENESS.index(hit["confidence"]) < _SURENESS.index(other["confidence"]) else other
        )
        found[key] = {**surest, "count": hit["count"] + (other["count"] if other else 0)}
    for (_, columns), hit in found.items():
        hit["share"] = min(1.0, round(hit["count"] / filled[columns[0]], 4))
    return list(found.values())

"""How far the values of a column moved between two profiles: pure arithmetic on what the profiles hold already.

The measure is the Jensen-Shannon distance with logarithms of base two: the root of the divergence of Lin (1991,
"Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory 37), which is a metric (Endres & Schindelin
2003, "A new metric for probability distributions", IEEE Trans. Inf. Theory 49): 0 when nothing moved, 1 when nothing is
shared. From that divergence is taken what chance alone gives for so many rows, (k-1)/(8 ln 2)·(1/n+1/m), so that small
tables do not cry wolf.

Moments move on by themselves and keys are new by nature: of those only the share of empty cells is compared.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

type Spread = Mapping[Any, float]
"""Value, bin or "empty" → number of rows."""

_EMPTY, _OTHER = ("empty",), ("other",)
_MOST_BINS = 200


def distance(one: Spread, other: Spread) -> float:
    """The Jensen-Shannon distance of two spreads, 0 to 1; 0 when one of them is empty."""
    return math.sqrt(_divergence(one, other))


def drift(one: Spread, other: Spread) -> float:
    """The distance beyond what chance gives for so many rows."""
    n, m = sum(one.values()), sum(other.values())
    if not n or not m:
        return 0.0
    places = len({key for spread in (one, other) for key, count in spread.items() if count})
    chance = (places - 1) / (8 * math.log(2)) * (1 / n + 1 / m)
    return math.sqrt(max(0.0, _divergence(one, other) - chance))


def _divergence(one: Spread, other: Spread) -> float:
    n, m = sum(one.values()), sum(other.values())
    if not n or not m:
        return 0.0
    total = 0.0
    for key in {*one, *other}:
        p, q = one.get(key, 0) / n, other.get(key, 0) / m
        middle = (p + q) / 2
        total += sum(share / 2 * math.log2(share / middle) for share in (p, q) if share)
    return min(1.0, max(0.0, total))


def drifts(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, float]:
    """Column → drift, of the columns that both profiles have with one type."""
    known = {column["name"]: column for column in before["columns"]}
    found: dict[str, float] = {}
    for column in after["columns"]:
        was = known.get(column["name"])
        if was is not None and was["type"] == column["type"]:
            found[column["name"]] = round(drift(*spreads(was, column)), 4)
    return found


def spreads(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Spread, Spread]:
    """The rows of both over the same places: bins, most frequent values, or filled and empty alone."""
    pair = (was, now)
    if not any(column.get("unique") or column.get("hidden") for column in pair):
        bins = [_number_bins(column) for column in pair]
        if all(bins):
            return _with_empty(was, _over(bins[0], bins)), _with_empty(now, _over(bins[1], bins))
        if all(column.get("top") for column in pair):
            shared = _comparable(pair)
            return _with_empty(was, _named(was, shared)), _with_empty(now, _named(now, shared))
    return _with_empty(was, {}), _with_empty(now, {})


def _with_empty(column: Mapping[str, Any], spread: Mapping[Any, float]) -> Spread:
    filled = column["rows"] - column["empty"]
    rest = filled - sum(spread.values())
    return {**spread, **({_OTHER: rest} if rest > 0 else {}), _EMPTY: column["empty"]}


def _number_bins(column: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    histogram = column.get("histogram") or {}
    return histogram["bins"] if histogram.get("unit") == "number" else ()


def _over(own: Sequence[Mapping[str, Any]], both: Iterable[Sequence[Mapping[str, Any]]]) -> dict[int, float]:
    """Rows per bin of the widest of both; rows of a bin that lies in two are divided by length.

    Bins are wider where one far value came in: on the finer ones the coarser would seem to have moved. Far values stand
    together in the outermost places, so that their number stays bounded.
    """
    start, width = max(((bins[0]["from"], bins[0]["to"] - bins[0]["from"]) for bins in both), key=lambda pair: pair[1])
    found: dict[int, float] = {}
    for part in own:
        low, high = _place(part["from"], start, width), _place(part["to"], start, width)
        first = math.floor(low)
        last = max(math.ceil(high) - 1, first)
        for place in range(first, last + 1):
            share = (min(high, place + 1) - max(low, place)) / (high - low) if last > first else 1.0
            found[place] = found.get(place, 0.0) + part["count"] * share
    return found


def _place(value: float, start: float, width: float) -> float:
    """In bins from the start; one that is nearly whole is whole, for bounds are rounded."""
    try:
        place = (value - start) / width
    except (OverflowError, ZeroDivisionError):
        place = math.copysign(_MOST_BINS, value - start)
    place = min(_MOST_BINS, max(-_MOST_BINS, 0.0 if math.isnan(place) else place))
    return float(round(place)) if abs(place - round(place)) < 1e-6 else place


def _comparable(pair: Sequence[Mapping[str, Any]]) -> set[str]:
    """Values whose number of rows is known on both sides: named in the list, or the list names every value."""
    lists = [{_key(item["value"]) for item in column["top"]} for column in pair]
    whole = [_whole(column) for column in pair]
    return {
        value
        for value in lists[0] | lists[1]
        if all(value in names or all_named for names, all_named in zip(lists, whole, strict=True))
    }


def _whole(column: Mapping[str, Any]) -> bool:
    return sum(item["count"] for item in column["top"]) >= column["rows"] - column["empty"]


def _named(column: Mapping[str, Any], values: set[str]) -> dict[Any, float]:
    return {_key(item["value"]): float(item["count"]) for item in column["top"] if _key(item["value"]) in values}


def _key(value: Any) -> str:
    return f"{type(value).__name__}:{value}"

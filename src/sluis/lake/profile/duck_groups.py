"""Small groups: k-anonymity and l-diversity of chosen columns."""

from collections.abc import Sequence
from typing import Any

from sluis.kernel.sql import quoted
from sluis.lake.profile.duck_session import Session

SMALL_GROUP = 5
SMALL_CELL = 10
_SIZES = ((1, 1), (2, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, None))


def groups(session: Session, chosen: Sequence[str], sensitive: str = "") -> dict[str, Any]:
    """Rows alike in all `chosen` columns form a group (an empty cell is a value too).

    `k` smallest group; `small` groups and rows under 5; `cells` groups and rows under 10; `l` the least number of
    different values of the sensitive column in one group.
    """
    names = ", ".join(map(quoted, chosen))
    kept = ", ".join(map(quoted, dict.fromkeys([*chosen, *([sensitive] if sensitive else [])])))
    inner = f"SELECT {kept}, count(*) AS _rows FROM t GROUP BY {kept}"
    size = f"SELECT sum(_rows)::BIGINT AS n, count(*) AS l FROM ({inner}) GROUP BY {names}"
    bands = ", ".join(f"count(*) FILTER (n >= {a}{f' AND n <= {b}' if b else ''}), coalesce(sum(n) FILTER (n >= {a}"
                      f"{f' AND n <= {b}' if b else ''}), 0)::BIGINT" for a, b in _SIZES)  # fmt: skip
    k, number, least, *counts = session.one(f"SELECT min(n), count(*), min(l), {bands} FROM ({size})")
    sizes = [
        {"from": a, "to": b, "groups": counts[2 * i], "rows": counts[2 * i + 1]} for i, (a, b) in enumerate(_SIZES)
    ]
    result = {"quasi_identifiers": list(chosen), "k": k or 0, "groups": number, "rows": session.rows, "sizes": sizes}
    result["small"] = _below(sizes, SMALL_GROUP)
    result["cells"] = _below(sizes, SMALL_CELL)
    return result | ({"sensitive": sensitive, "l": least or 0} if sensitive else {})


def _below(sizes: Sequence[dict[str, Any]], bound: int) -> dict[str, int]:
    small = [s for s in sizes if s["to"] is not None and s["to"] < bound]
    return {"below": bound, "groups": sum(s["groups"] for s in small), "rows": sum(s["rows"] for s in small)}

"""The entry of the sandbox that brings a table in parts back to one file. JSON in, JSON out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.parts.duck_parts import (
    Progress,
    Stored,
    boxed,
    fingerprint,
    geo_of,
    opened,
    relation,
    selection,
    stored_as,
    write_part,
)

_WHOLE = "data.parquet"


def whole(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """All parts as one file, the same rows in the same order, counted back from what was written.

    Request: `paths`, `columns`, `out` (a folder). Result: `file` (its name in `out`) and `rows`. Raises Invalid when
    what was written does not hold the same rows.
    """
    out = Path(request["out"])
    con = opened(out)
    table = Stored.of(con, request)
    stored = {c.name: stored_as(c, table.stored) for c in table.columns}
    chosen = selection(table.columns, stored, table.stored, boxed(table.columns))
    select = f"SELECT {chosen} FROM {table.source}"
    progress(0.1, N_("Delen samenvoegen"))
    rows = write_part(con, select, out / _WHOLE, geo_of(table.paths))
    progress(0.7, N_("Nalezen"))
    before = fingerprint(con, f"({select})", table.columns)
    if fingerprint(con, relation([out / _WHOLE]), table.columns) != before or rows != before[0]:
        raise Invalid(
            "table.not-same", N_("Het samengevoegde bestand heeft niet dezelfde rijen; er is niets gewijzigd.")
        )
    return {"file": _WHOLE, "rows": rows}

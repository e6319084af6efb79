"""Keys: which rows of a load cannot be put by their key, and which rows of a table they take the place of."""

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from sluis.kernel.errors import Invalid, fill
from sluis.kernel.sql import literal, quoted
from sluis.kernel.text import N_
from sluis.lake.types import Column, ColumnType

_REASONS = {
    "key-empty": N_("Rij {row} van de ingelezen rijen heeft geen waarde in de sleutel {key}."),
    "key-double": N_("Rij {row} van de ingelezen rijen heeft dezelfde sleutel {key} als een andere rij."),
}
_TEXT_CHARS = 32_000


def check_key(key: Sequence[str], columns: Sequence[Column]) -> None:
    """Raises Invalid for a key without columns, or with columns that are not there or tell nothing apart."""
    known = {column.name: column for column in columns}
    wrong = [n for n in key if n not in known or known[n].type in (ColumnType.GEOMETRY, ColumnType.JSON)]
    if wrong or not key:
        raise Invalid(
            "table.key",
            N_("De sleutel kan niet met deze kolommen: {columns}."),
            way_out=N_("Kies een of meer van: {known}."),
            columns=", ".join(wrong) or "–",
            known=", ".join(name for name in known if name not in wrong),
        )


def refuse(con: duckdb.DuckDBPyConnection, load: Path, key: Sequence[str], out: Path, known: Path | None) -> int:
    """Leave rows with an empty key, or a key that comes twice, in the table `refused`; returns how many there are.

    They are added to the rejects in `known`, in `out`. Of rows with the same key none is taken: nobody can say which.
    """
    names, empty = ", ".join(map(quoted, key)), " OR ".join(f"{quoted(name)} IS NULL" for name in key)
    source = f"read_parquet({literal(str(load))}, file_row_number = true)"
    twice = f"SELECT {names} FROM {source} WHERE NOT ({empty}) GROUP BY {names} HAVING count(*) > 1"
    con.execute(
        f"CREATE TEMP TABLE refused AS SELECT file_row_number AS n, 'key-empty' AS code FROM {source} WHERE {empty} "
        f"UNION ALL SELECT file_row_number, 'key-double' FROM {source} SEMI JOIN ({twice}) USING ({names})"
    )
    found = con.execute("SELECT count(*) FROM refused").fetchone()
    if found and found[0]:
        _write(con, source, key, out, known)
    return int(found[0]) if found else 0


def _write(con: duckdb.DuckDBPyConnection, source: str, key: Sequence[str], out: Path, known: Path | None) -> None:
    if known:
        shutil.copyfile(known, out)
    with out.open("a", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        if not known:
            rows.writerow(["regel", "code", "reden", "tekst"])
        text = f"SELECT r.code, t.* FROM {source} t JOIN refused r ON t.file_row_number = r.n ORDER BY r.n"
        cursor = con.execute(text)
        names = [item[0] for item in cursor.description or ()]
        while some := cursor.fetchmany(10_000):
            for code, *values in some:
                record = dict(zip(names[1:], values, strict=True))
                place = record.pop("file_row_number") + 1
                reason = fill(_REASONS[code], {"row": place, "key": ", ".join(key)})
                raw = json.dumps(record, ensure_ascii=False, default=str)[:_TEXT_CHARS]
                rows.writerow(["", code, reason, raw])


def replaced(con: duckdb.DuckDBPyConnection, part: Path, load: Path, key: Sequence[str]) -> int:
    """Leave the row numbers of a part whose key is in the load in the table `gone`; returns how many there are.

    DuckDB skips row groups of the part that lie outside the least and most of the keys.
    """
    names = ", ".join(map(quoted, key))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE gone AS SELECT file_row_number AS n "
        f"FROM read_parquet({literal(str(part))}, file_row_number = true) "
        f"SEMI JOIN (SELECT {names} FROM read_parquet({literal(str(load))})) USING ({names})"
    )
    found = con.execute("SELECT count(*) FROM gone").fetchone()
    return int(found[0]) if found else 0

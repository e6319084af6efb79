"""CSV and TSV. A flawless file goes straight through DuckDB; anything else goes record by record.

The fast way accepts only perfection: as many rows as counted line ends, every value fitting, no blank rows, no totals.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest import encoding as enc
from sluis.lake.ingest.dialect import parse, sniff
from sluis.lake.ingest.duck_convert import connect, csv_relation
from sluis.lake.ingest.duck_decide import Named
from sluis.lake.ingest.duck_quick import NotFlawless, write_quickly
from sluis.lake.ingest.duck_typed import Progress, Staged, finish, load
from sluis.lake.ingest.header import name_columns
from sluis.lake.ingest.plan import Dialect, Job, Plan
from sluis.lake.ingest.records import CarefulReader, is_total
from sluis.lake.ingest.stage import Rejects, Stage
from sluis.lake.types import Remark

_TAIL_BYTES = 65_536


def read_delimited(job: Job, progress: Progress) -> dict[str, Any]:
    """Read a delimited text file; returns the report."""
    progress(0.01, "tekens bepalen")
    found = enc.scan(job.source, job.options.encoding)
    path, remarks = _readable(job, found)
    dialect, more = sniff(path, "utf-8-sig", job.options)
    dialect = replace(dialect, encoding=found.encoding)
    remarks += more
    progress(0.1, "lezen")
    report = None
    if _may_be_flawless(path, dialect, found, job):
        report = _fast(job, path, dialect, found, remarks, progress)
    return report or _careful(job, path, dialect, remarks, progress)


def _readable(job: Job, found: enc.Scan) -> tuple[Path, list[Remark]]:
    """The file itself, or a clean UTF-8 copy, with remarks about what had to be replaced."""
    remarks: list[Remark] = []
    if found.nuls:
        message = N_("Het bestand bevat {count} nultekens. Die zijn vervangen door spaties.")
        remarks.append(Remark("csv.nul", message, {"count": found.nuls}))
    if found.garbled:
        message = N_(
            "{count} tekens zijn waarschijnlijk twee keer omgezet (zoals FryslÃ¢n voor Fryslân), de eerste op regel "
            "{line}. Ze zijn niet veranderd."
        )
        remarks.append(Remark("csv.garbled", message, {"count": found.garbled, "line": found.garbled_line}))
    if found.encoding in ("utf-8", "utf-8-sig") and not (found.nuls or found.bad_bytes or found.carriage_only):
        return job.source, remarks
    copy = job.out / "utf8.csv"
    unreadable = enc.to_utf8(job.source, found, copy)
    if unreadable:
        message = N_("{count} tekens waren niet leesbaar als {encoding} en zijn vervangen door �.")
        remarks.append(Remark("csv.encoding", message, {"count": unreadable, "encoding": found.encoding}))
    return copy, remarks


def _may_be_flawless(path: Path, dialect: Dialect, found: enc.Scan, job: Job) -> bool:
    if (
        dialect.width == 1
        or dialect.comment
        or dialect.pad
        or found.quotes_open
        or found.carriage_only
        or job.options.types
    ):
        return False
    if found.encoding.startswith("utf-16"):
        return False
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        tail = stream.read().decode("utf-8", "replace").splitlines()[-6:]
    return not any(is_total(cells) for _, cells in parse(tail, dialect.delimiter))


def _fast(
    job: Job, path: Path, dialect: Dialect, found: enc.Scan, remarks: list[Remark], progress: Progress
) -> dict[str, Any] | None:
    """The report, or None when the file turned out not to be flawless (nothing is left behind then)."""
    names, titles, header_remarks = name_columns(dialect.header, job.options)
    keys, _, _ = name_columns(dialect.header, replace(job.options, names={}, titles={}))
    named = Named(names, titles, keys, dialect.delimiter)
    expected = found.rows - _records_above(path, dialect)
    target = job.out / "data.parquet"
    con = connect(job.out)
    relation = csv_relation(path, dialect.delimiter, dialect.width, dialect.first_line - 1)

    def texts_of(texts: Sequence[Plan]) -> str:
        if found.lines != found.rows:
            raise NotFlawless  # cells of more than one line: only the careful way knows the line of a row
        renamed = ", ".join(f'"{plan.name}" AS c{n}' for n, plan in enumerate(texts))
        line = f"file_row_number + {dialect.first_line} AS line"
        return f"(SELECT {renamed}, {line} FROM read_parquet('{target}', file_row_number=true))"

    try:
        plans, said, loaded = write_quickly(con, relation, named, job.options, target, texts_of)
        if loaded != expected:
            return None
    except (duckdb.Error, NotFlawless):
        return None
    finally:
        con.close()
    progress(0.9, "opslaan")
    staged = Staged("csv", Rejects(job.out / "rejects.csv"), titles, expected, dialect.to_json(), remarks)
    _clean(job, path)
    return finish(staged, plans, loaded, header_remarks + said)


def _records_above(path: Path, dialect: Dialect) -> int:
    """Line ends outside quotes before the first data line."""
    above, parity = 0, 0
    with path.open("rb") as stream:
        for _ in range(dialect.first_line - 1):
            line = stream.readline()
            parity = (parity + line.count(b'"')) % 2
            above += parity == 0
    return above


def _careful(job: Job, path: Path, dialect: Dialect, remarks: list[Remark], progress: Progress) -> dict[str, Any]:
    (job.out / "data.parquet").unlink(missing_ok=True)
    rejects = Rejects(job.out / "rejects.csv")
    stage = Stage(job.out / "stage.parquet", dialect.width)
    reader = CarefulReader(dialect, stage, rejects, progress)
    reader.read(path)
    _clean(job, path)
    if not reader.rows and dialect.width == 1:
        raise Invalid(
            "csv.empty",
            N_("Het bestand bevat geen rijen."),
            way_out=N_("Controleer of u het juiste bestand hebt gekozen."),
        )
    if reader.blank:
        message = N_("{count} lege regels zijn overgeslagen.")
        remarks = [*remarks, Remark("csv.blank", message, {"count": reader.blank})]
    staged = Staged("csv", rejects, dialect.header, reader.rows, dialect.to_json(), remarks)
    return load(job, stage, staged, progress)


def _clean(job: Job, path: Path) -> None:
    if path != job.source:
        path.unlink(missing_ok=True)

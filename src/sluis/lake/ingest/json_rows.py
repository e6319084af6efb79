"""JSON (an array of objects, or an object with one such array) and NDJSON, to rows of texts."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest.caps import MAX_COLUMNS, MAX_JSON_BYTES, MAX_JSON_DEPTH, MAX_LINE_BYTES
from sluis.lake.ingest.dialect import too_many_columns
from sluis.lake.ingest.duck_typed import Progress, Staged, load
from sluis.lake.ingest.plan import Job
from sluis.lake.ingest.stage import Rejects, Stage
from sluis.lake.types import ColumnType

Row = dict[str, Any]
_WAY_OUT = N_("Lever een lijst van objecten aan, elk met dezelfde velden.")


class _Duplicate(ValueError):
    pass


def read_json(job: Job, progress: Progress) -> dict[str, Any]:
    """Read one JSON document; returns the report. Raises Invalid when it holds no list of objects."""
    if job.source.stat().st_size > MAX_JSON_BYTES:
        raise Invalid(
            "json.too-big",
            N_("Het JSON-bestand is groter dan {limit} MB."),
            way_out=N_("Lever het aan als NDJSON (één object per regel) of als CSV."),
            limit=MAX_JSON_BYTES // 1024 // 1024,
        )
    progress(0.05, "lezen")
    data = job.source.read_bytes()
    try:
        document = _parse(data)
    except _Duplicate as error:
        raise Invalid("json.duplicate-key", N_("De naam '{key}' komt twee keer voor in hetzelfde object."),
                      way_out=_WAY_OUT, key=str(error)) from error  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise Invalid(
            "json.broken",
            N_("Het bestand is geen geldige JSON: {reason}."),
            way_out=_WAY_OUT,
            reason=str(error)[:200],
            english="reason",
        ) from error
    del data
    return _load(job, "json", enumerate(_list(document), start=1), progress)


def read_ndjson(job: Job, progress: Progress) -> dict[str, Any]:
    """Read one object per line; wrong lines are rejected with their line number."""
    return _load(job, "ndjson", _lines(job), progress)


def _lines(job: Job) -> Iterator[tuple[int, Any]]:
    with job.source.open("rb") as stream:
        number = 0
        while line := stream.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise Invalid("csv.line-too-long", N_("Regel {line} is langer dan {limit} MB."), line=number, limit=4)
            if not line.strip():
                continue
            try:
                yield number, _parse(line)
            except (ValueError, RecursionError) as error:
                yield number, (error, line)


def _parse(data: bytes) -> Any:
    """Strict RFC 8259: UTF-8, no NaN, no repeated names, not too deep, whole numbers and decimals kept as written."""
    _check_depth(data)
    text = data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8")
    return json.loads(text, parse_constant=_refuse, parse_float=_Number, parse_int=_Number, object_pairs_hook=_object)


class _Number(str):
    """A number in its written form: no precision is lost on the way to the column."""

    __slots__ = ()


def _check_depth(data: bytes) -> None:
    if data.count(b"[") + data.count(b"{") <= MAX_JSON_DEPTH:
        return
    depth = deepest = 0
    quoted = escaped = False
    for byte in data[:65_536]:
        if quoted:
            quoted = escaped or byte != 34
            escaped = byte == 92 and not escaped
        elif byte == 34:
            quoted = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    if deepest > MAX_JSON_DEPTH:
        raise ValueError(f"meer dan {MAX_JSON_DEPTH} niveaus diep")


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is geen JSON-getal")


def _object(pairs: list[tuple[str, Any]]) -> Row:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        raise _Duplicate(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return found


def _list(document: Any) -> list[Any]:
    if isinstance(document, list):
        rows = document
    elif isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list) and _has_objects(value)]
        rows = lists[0] if len(lists) == 1 else [document] if not lists and document else []
    else:
        rows = []
    if not _has_objects(rows):
        raise Invalid("json.no-table", N_("De JSON bevat geen lijst van objecten."), way_out=_WAY_OUT)
    return rows


def _has_objects(rows: Sequence[Any]) -> bool:
    return any(isinstance(row, dict) and row for row in rows)


def _load(job: Job, kind: str, rows: Iterable[tuple[int, Any]], progress: Progress) -> dict[str, Any]:
    """Two passes over a spool of flattened rows: first the names of all columns, then the cells."""
    rejects = Rejects(job.out / "rejects.csv")
    names: dict[str, int] = {}
    nested: set[int] = set()
    spool = job.out / "rows.ndjson"
    read = 0
    with spool.open("w", encoding="utf-8", errors="surrogatepass") as out:
        for line, row in rows:
            read += 1
            flat = _accepted(rejects, line, row)
            if flat is None:
                continue
            out.write(json.dumps([line, _cells(flat, names, nested)]) + "\n")
            if len(names) > MAX_COLUMNS:
                raise too_many_columns(len(names))
    if not names:
        raise Invalid("json.no-table", N_("De JSON bevat geen lijst van objecten."), way_out=_WAY_OUT)
    stage = Stage(job.out / "stage.parquet", len(names))
    with spool.open(encoding="utf-8", errors="surrogatepass") as back:
        for text in back:
            line, pairs = json.loads(text)
            cells: list[str | None] = [None] * len(names)
            for position, value in pairs:
                cells[position] = value.encode("utf-8", "replace").decode()
            stage.add(line, cells)
    spool.unlink()
    known = dict.fromkeys(nested, ColumnType.JSON)
    staged = Staged(kind, rejects, list(names), read, {"encoding": "utf-8"}, known=known)
    return load(job, stage, staged, progress)


def _accepted(rejects: Rejects, line: int, row: Any) -> Row | None:
    if isinstance(row, dict):
        return row
    if isinstance(row, tuple):
        error, raw = row
        text = raw.decode("utf-8", "replace")
        if isinstance(error, _Duplicate):
            rejects.add(line, "duplicate-key", text, key=str(error))
        else:
            rejects.add(line, "json", text, reason=str(error)[:120])
    else:
        rejects.add(line, "not-object", json.dumps(row))
    return None


def _cells(row: Row, names: dict[str, int], nested: set[int]) -> list[tuple[int, str]]:
    """(column, text) of each value; objects are flattened one level, deeper ones and lists stay JSON."""
    cells: list[tuple[int, str]] = []
    for name, value in row.items():
        inner = [(f"{name}.{key}", part) for key, part in value.items()] if isinstance(value, dict) else [(name, value)]
        for title, part in inner:
            position = names.setdefault(title, len(names))
            if isinstance(part, (dict, list)):
                nested.add(position)
                cells.append((position, _plain(part)))
            elif part is not None:
                cells.append((position, part if isinstance(part, str) else "true" if part else "false"))
    return cells


def _plain(value: Any) -> str:
    """JSON text of a nested value, its numbers as written."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_plain(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_plain(part) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False)

"""Reads one file through the entry of the sandbox, and shows what came of it."""

import csv
import json
from pathlib import Path
from typing import Any

import duckdb

from sluis.lake.ingest.entry import ingest

Rows = list[tuple[Any, ...]]


class Result:
    def __init__(self, out: Path, report: dict[str, Any]) -> None:
        self.out, self.report = out, report

    @property
    def rows(self) -> Rows:
        with duckdb.connect() as con:
            return con.execute(f"SELECT * FROM '{self.out / 'data.parquet'}'").fetchall()

    @property
    def types(self) -> dict[str, str]:
        return {column["name"]: column["type"] for column in self.report["columns"]}

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.report["rows_read"], self.report["rows_loaded"], self.report["rows_rejected"]

    @property
    def codes(self) -> set[str]:
        return {remark["code"] for remark in self.report["warnings"]}

    def remark(self, code: str) -> dict[str, Any]:
        return next(remark["params"] for remark in self.report["warnings"] if remark["code"] == code)

    @property
    def rejects(self) -> list[list[str]]:
        with (self.out / "rejects.csv").open(newline="") as file:
            return list(csv.reader(file))[1:]


def read(folder: Path, data: bytes | str, **options: Any) -> Result:
    source = folder / "source"
    source.write_bytes(data.encode() if isinstance(data, str) else data)
    out = folder / "out"
    out.mkdir()
    request = {"source": str(source), "filename": "bron.csv", "out": str(out), "options": options}
    return Result(out, json.loads(json.dumps(ingest(request, lambda fraction, text: None))))

"""A table of all types in two parts, measured and checked wherever the settings say."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from sluis.foundation.sandbox import Limits
from sluis.lake.contracts import reading
from sluis.lake.contracts.checking import check_table
from sluis.lake.engines import running
from sluis.lake.rows.duck import spatial_extension

LIMITS = Limits(cpu_seconds=600, wall_seconds=600)
COLUMNS = {
    "id": "integer", "soort": "text", "bedrag": "decimal", "maat": "number", "dag": "date", "open": "boolean",
    "uur": "time", "mail": "text", "bsn": "integer", "moment": "datetime", "woonplaats": "text", "leeftijd": "integer",
    "extra": "json", "geometry": "geometry",
}  # fmt: skip
FIRST_PART = """
    SELECT i AS id, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'Eik ' || i % 7 ELSE 'Beuk' END AS soort,
           (i % 100 * 1.25)::DECIMAL(10, 2) AS bedrag, CASE WHEN i = 7 THEN 'nan'::DOUBLE ELSE i / 8 END AS maat,
           DATE '2024-01-31' + (i % 400)::INTEGER AS dag, i % 3 = 0 AS open, make_time(i % 24, 0, 0) AS uur,
           CASE WHEN i % 3 = 0 THEN 'jan' || i % 9 || '@example.nl' ELSE 'geen' END AS mail,
           123456782 + i % 2 * 900 AS bsn, TIMESTAMPTZ '2024-01-01 12:00:00+00' + to_hours(i) AS moment,
           CASE WHEN i % 5 = 0 THEN NULL ELSE ['Tiel', 'Leerdam', 'Zwolle'][i % 3 + 1] END AS woonplaats,
           20 + i % 50 AS leeftijd, ST_Point(i, 1) AS geometry FROM range(25000) AS r(i)
"""
SECOND_PART = """
    SELECT i AS id, 'Es' AS soort, 1.5::DECIMAL(10, 2) AS bedrag, '{"a": ' || i % 3 || '}' AS extra,
           ST_Point(i, 2) AS geometry FROM range(25000, 30000) AS r(i)
"""


CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: x
version: 1.0.0
status: active
schema:
  - name: bomen
    properties:
      - {name: id, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: Soort, logicalType: string, unique: true, logicalTypeOptions: {pattern: "^[A-Z]", maxLength: 5}}
      - {name: bedrag, logicalType: number, logicalTypeOptions: {minimum: 2, multipleOf: 0.5}}
      - {name: dag, logicalType: date, required: true, logicalTypeOptions: {maximum: "2024-12-31"}}
      - {name: mail, logicalType: string, logicalTypeOptions: {format: email}}
      - {name: weg, logicalType: string}
      - name: woonplaats
        logicalType: string
        quality:
          - {metric: nullValues, mustBe: 0, unit: percent}
          - {metric: invalidValues, arguments: {validValues: [Tiel, Zwolle]}, mustBeLessThan: 10}
    quality:
      - {metric: rowCount, mustBeBetween: [1, 40000]}
      - {metric: duplicateValues, arguments: {properties: [soort, dag]}, mustBe: 0}
      - {type: sql, query: "SELECT max(leeftijd) - min(leeftijd) FROM {object} WHERE {property} > 0", mustBe: 49}
      - {type: sql, query: "SELECT count(*) FROM ${object} WHERE woonplaats = 'Tiel'", mustBeGreaterThan: 1}
      - {type: sql, query: "SELECT median(leeftijd) FROM bomen", mustBe: 45}
      # one value that is no number: of several it names the one that a thread met first
      - {type: sql, query: "SELECT sum((CASE WHEN id = 6 THEN mail END)::INTEGER) FROM bomen", mustBe: 1}
      - {type: sql, query: "SELECT count(*) FROM read_csv('/etc/passwd')", mustBe: 1}
      - {type: sql, query: "SELECT count(*) FROM 'x.parquet'", mustBe: 1}
      - {type: sql, query: "SELECT reflect('java.lang.System', 'getenv', 'HOME') FROM bomen", mustBe: 1}
      - {type: sql, query: "SELECT count(*) FROM parquet.`/etc/hosts`", mustBe: 1}
"""


def written(folder: Path, name: str, select: str) -> Path:
    path = folder / name
    with duckdb.connect() as con:
        con.load_extension(spatial_extension())
        con.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 6144)")
    return path


def measured(entry: str, parts: list[Path], **request: Any) -> dict[str, Any]:
    asked = {"source": list(map(str, parts)), **request}
    name = f"sluis.lake.profile.entry:{entry}"
    return running.run(name, asked, parts=parts, limits=LIMITS, told=lambda fraction, text: None)


def profiled(parts: list[Path]) -> dict[str, Any]:
    there = {name for path in parts for name in pq.read_schema(path).names}
    columns = [{"name": name, "title": name.title(), "type": COLUMNS[name]} for name in COLUMNS if name in there]
    return measured("profile", parts, columns=columns)


def both_parts(folder: Path) -> list[Path]:
    return [written(folder, "a.parquet", FIRST_PART), written(folder, "b.parquet", SECOND_PART)]


def outcomes(parts: list[Path]) -> list[Any]:
    """Of every rule of the contract."""
    agreed = reading.read(CONTRACT.replace("{property}", "id")).agreed
    columns = [{"name": name, "title": name.title(), "type": kind} for name, kind in COLUMNS.items()]
    profile = {"personal_data": [{"columns": ["mail"], "kind": "email"}]}
    now = datetime(2026, 11, 28, tzinfo=UTC)
    found = check_table(agreed, parts, columns, now=now, loaded_at=now, profile=profile, run=running.run)
    return [outcome.to_json() for outcome in found.outcomes]

"""Each rule against real Parquet, the way the sandbox calls it; and a draft that its own table keeps."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sluis.lake.contracts import draft, reading, wording, yaml_text
from sluis.lake.contracts.entry import check_rows
from sluis.lake.contracts.types import RuleOutcome
from sluis.lake.profile.entry import profile

NOW = datetime.fromisoformat("2026-06-10T12:00:00+00:00")
COLUMNS = [
    {"name": "id", "title": "Id", "type": "integer"},
    {"name": "code", "title": "Code", "type": "text"},
    {"name": "prijs", "title": "Prijs", "type": "decimal", "precision": 9, "scale": 2},
    {"name": "dag", "title": "Dag", "type": "date"},
    {"name": "op", "title": "Op", "type": "datetime"},
    {"name": "mail", "title": "Mail", "type": "text"},
    {"name": "leeg", "title": "Leeg", "type": "text"},
]
ROWS: dict[str, list[Any]] = {
    "id": [1, 2, 3, 3, None],
    "code": ["A1", "B2", "A1", "", "zz"],
    "prijs": [Decimal("1.50"), Decimal("0.00"), Decimal("-2.25"), None, Decimal("10.00")],
    "dag": [date(2026, 6, d) for d in (1, 2, 3, 4, 8)],
    "op": [datetime(2026, 6, 9, h) for h in (1, 2, 3, 4, 5)],  # noqa: DTZ001 - as Parquet keeps it
    "mail": ["jan@voorbeeld.nl", "geen", "piet@voorbeeld.nl", None, "a@b"],
    "leeg": [None] * 5,
}
SCHEMA = pa.schema(
    [("id", pa.int64()), ("code", pa.string()), ("prijs", pa.decimal128(9, 2)), ("dag", pa.date32()),
     ("op", pa.timestamp("us")), ("mail", pa.string()), ("leeg", pa.string())]
)  # fmt: skip


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three rows and two rows: one table in two parts."""
    folder = tmp_path_factory.mktemp("parts")
    whole = pa.table(ROWS, schema=SCHEMA)
    pq.write_table(whole.slice(0, 3), folder / "1.parquet")
    pq.write_table(whole.slice(3), folder / "2.parquet")
    return [folder / "1.parquet", folder / "2.parquet"]


def check(parts: list[Path], body: str, **more: Any) -> dict[str, RuleOutcome]:
    head = "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\n"
    agreed = reading.read(head + body).agreed
    request = {
        "parts": [str(path) for path in parts], "columns": COLUMNS, "tables": list(agreed.tables),
        "properties": [{"name": one.name, "names": list(one.names)} for one in agreed.properties],
        "rules": [rule.to_json() for rule in agreed.rules], "personal": {},
        "now": NOW.isoformat(), "loaded_at": NOW.isoformat(), **more,
    }  # fmt: skip
    found = check_rows(request, lambda share, text: None)["outcomes"]
    outcomes = [RuleOutcome.from_json(shape) for shape in found]
    assert all(isinstance(wording.outcome_text(one), str) for one in outcomes)
    return {one.rule.id: one for one in outcomes}


def of_column(name: str, options: str) -> str:
    return f"schema: [{{name: t, properties: [{{name: {name}, {options}}}]}}]\n"


@pytest.mark.parametrize(
    ("column", "options", "rule", "status", "found", "rows"),
    [
        ("id", "required: true", "id.required", "failed", "1", [5]),
        ("prijs", "required: true", "prijs.required", "failed", "1", [4]),
        ("dag", "required: true", "dag.required", "passed", "0", []),
        ("id", "unique: true", "id.unique", "failed", "1", [4]),
        ("dag", "unique: true", "dag.unique", "passed", "0", []),
        ("id", "primaryKey: true", "key", "failed", "2", [5, 4]),
        ("Code", "logicalType: string, logicalTypeOptions: {minLength: 1}", "Code.minLength", "failed", "1", [4]),
        ("code", "logicalType: string, logicalTypeOptions: {maxLength: 2}", "code.maxLength", "passed", "0", []),
        ("code", "physicalType: varchar(1)", "code.size", "failed", "4", [1, 2, 3, 5]),
        ("code", "logicalType: string, logicalTypeOptions: {pattern: '^[A-Z][0-9]$'}", "code.pattern", "failed", "2",
         [4, 5]),
        ("mail", "logicalType: string, logicalTypeOptions: {format: email}", "mail.format", "failed", "2", [2, 5]),
        ("prijs", "logicalType: number, logicalTypeOptions: {minimum: 0}", "prijs.min", "failed", "1", [3]),
        ("prijs", "logicalType: number, logicalTypeOptions: {exclusiveMinimum: 0}", "prijs.above", "failed", "2",
         [2, 3]),
        ("prijs", "logicalType: number, logicalTypeOptions: {maximum: 10}", "prijs.max", "passed", "0", []),
        ("prijs", "logicalType: number, logicalTypeOptions: {exclusiveMaximum: 10}", "prijs.below", "failed", "1", [5]),
        ("prijs", "logicalType: number, logicalTypeOptions: {multipleOf: 0.5}", "prijs.multiple", "failed", "1", [3]),
        ("id", "logicalType: integer, logicalTypeOptions: {format: u8}", "id.format.max", "passed", "0", []),
        ("dag", "logicalType: date, logicalTypeOptions: {minimum: '2026-06-02'}", "dag.min", "failed", "1", [1]),
        ("op", "logicalType: timestamp, logicalTypeOptions: {maximum: '2026-06-09T05:00:00+02:00'}", "op.max",
         "failed", "2", [4, 5]),
        ("dag", "logicalType: date, logicalTypeOptions: {minimum: gisteren}", "dag.min", "error", "", []),
        ("code", "logicalType: string, logicalTypeOptions: {pattern: '('}", "code.pattern", "error", None, []),
        ("prijs", "logicalType: number", "prijs.type", "passed", "decimal", []),
        ("prijs", "logicalType: integer", "prijs.type", "failed", "decimal", []),
        ("leeg", "logicalType: integer", "leeg.type", "passed", "text", []),
        ("weg", "logicalType: string", "weg.column", "failed", "", []),
        ("weg", "required: true", "weg.required", "error", "", []),
    ],
)  # fmt: skip
def test_what_a_column_promises(
    parts: list[Path], column: str, options: str, rule: str, status: str, found: str | None, rows: list[int]
) -> None:
    outcome = check(parts, of_column(column, options))[rule]
    assert (outcome.status.value, [example.row for example in outcome.examples]) == (status, rows)
    assert found is None or outcome.found == found


@pytest.mark.parametrize(
    ("column", "rule", "status", "found"),
    [
        ("id", "metric: nullValues, mustBe: 1", "passed", "1"),
        ("id", "metric: nullValues, unit: percent, mustBeLessThan: 20", "failed", "20.0"),
        ("code", "metric: missingValues, mustBe: 0", "failed", "1"),
        ("code", "metric: missingValues, arguments: {missingValues: [zz]}, mustBe: 1", "passed", "1"),
        ("mail", "metric: missingValues, arguments: {missingValues: [null, geen]}, mustBe: 2", "passed", "2"),
        ("code", "metric: invalidValues, arguments: {validValues: [A1, B2]}, mustBe: 2", "passed", "2"),
        ("id", "metric: invalidValues, arguments: {validValues: [1, '2', 3]}, mustBe: 0", "passed", "0"),
        ("code", "metric: invalidValues, arguments: {pattern: '^A'}, mustBeLessOrEqualTo: 2", "failed", "3"),
        ("id", "metric: duplicateValues, mustNotBe: 0", "passed", "1"),
        ("", "metric: duplicateValues, arguments: {properties: [id, code]}, mustBe: 0", "passed", "0"),
        ("", "metric: rowCount, mustBe: 5", "passed", "5"),
        ("", "metric: rowCount, mustBeGreaterThan: 5", "failed", "5"),
        ("", "metric: rowCount, mustBeGreaterOrEqualTo: 5", "passed", "5"),
        ("", "metric: rowCount, mustBeBetween: [6, 9]", "failed", "5"),
        ("", "metric: rowCount, mustNotBeBetween: [1, 5]", "failed", "5"),
    ],
)
def test_each_metric(parts: list[Path], column: str, rule: str, status: str, found: str) -> None:
    properties = "properties: [{name: id}, {name: code}, {name: mail}]"
    body = (
        of_column(column, f"quality: [{{{rule}}}]")
        if column
        else f"schema: [{{name: t, {properties}, quality: [{{{rule}}}]}}]\n"
    )
    outcome = check(parts, body)[f"{column or 'table'}.quality.1"]
    assert (outcome.status.value, outcome.found) == (status, found)


@pytest.mark.parametrize(
    ("query", "status", "found"),
    [
        ("select count(*) from ${object} where ${property} < 0", "passed", "1"),
        ("SELECT count(*) FROM {table} WHERE {column} < 0;", "passed", "1"),
        ("with x as (select prijs p from T where p < 0) select count(*) from x", "passed", "1"),
        ("select sum(n) from (select 1 n from lange_naam where bedrag < 0) y", "passed", "1"),
        ("select 2", "failed", "2"),
        ("select count(*), 1 from t", "error", "sql.value"),
        ("select prijs from t", "error", "sql.value"),
        ("select max(prijs) from t where false", "error", "sql.value"),
        ("select 1; select 1", "error", "sql.many"),
        ("delete from t", "error", "sql.select"),
        ("copy t to 'x.csv'", "error", "sql.select"),
        ("attach 'x.db'", "error", "sql.select"),
        ("select count(*) from read_text('/etc/passwd')", "error", "sql.source"),
        ("select (select count(*) from glob('/*'))", "error", "sql.source"),
        ("select count(*) from '/etc/passwd'", "error", "sql.table"),
        ("select count(*) from sluis_rows", "error", "sql.table"),
        ("select count(*) from information_schema.tables", "error", "sql.table"),
        ("select count(*) from duckdb_settings()", "error", "sql.source"),
        ("with duckdb_views as (select * from duckdb_views) select max(sql) from duckdb_views", "error", "sql.table"),
        ("with a as (select * from sluis_rows), sluis_rows as (select 1) select count(*) from a", "error", "sql.table"),
        ("select current_setting('temp_directory')", "error", "sql.source"),
        ("with t as (select * from t where prijs < 0) select count(*) from t", "passed", "1"),
        ("select count(*) from (describe t)", "error", "sql.source"),
        ("select onbekend from t", "error", "sql.wrong"),
        ("selec 1", "error", "sql.wrong"),
    ],
)
def test_a_rule_in_sql_is_one_select_over_this_table(parts: list[Path], query: str, status: str, found: str) -> None:
    content = {"name": "t", "physicalName": "lange_naam", "properties": [
        {"name": "bedrag", "physicalName": "prijs", "quality": [{"type": "sql", "mustBe": 1, "query": query}]},
    ]}  # fmt: skip
    outcome = check(parts, yaml_text.write({"schema": [content]}))["bedrag.quality.1"]
    assert (outcome.status.value, outcome.fault or outcome.found) == (status, found)


@pytest.mark.parametrize(
    ("sla", "status"),
    [
        ("value: 2, unit: d, element: t.dag", "passed"),
        ("value: 1, unit: day, element: dag", "failed"),
        ("value: 31, unit: h, element: t.op", "passed"),
        ("value: 30, unit: hours, element: t.op", "failed"),
        ("value: 1, unit: h", "passed"),
        ("value: 1, unit: h, element: t.leeg", "failed"),
    ],
)
def test_age_is_a_warning(parts: list[Path], sla: str, status: str) -> None:
    columns = "schema: [{name: t, properties: [{name: dag}, {name: op}, {name: leeg}]}]\n"
    found = check(parts, columns + f"slaProperties: [{{property: latency, {sla}}}]\n")
    outcome = next(one for one in found.values() if one.rule.kind == "fresh")
    assert (outcome.status.value, outcome.rule.severity.value) == (status, "warning")


def test_the_moment_of_loading_counts_without_a_column(parts: list[Path]) -> None:
    body = "schema: [{name: t}]\nslaProperties: [{property: frequency, value: 1, unit: w}]\n"
    old = (NOW - timedelta(days=8)).isoformat()
    assert check(parts, body, loaded_at=old)["table.frequency"].status.value == "failed"


def test_values_of_people_are_masked(parts: list[Path]) -> None:
    body = of_column("mail", "unique: true, logicalType: string, logicalTypeOptions: {minLength: 99}")
    outcome = check(parts, body, personal={"mail": "email"})["mail.minLength"]
    assert outcome.examples[0].value == "j••@•••••••••.••"


def test_a_draft_is_kept_by_the_table_it_was_made_from(parts: list[Path], tmp_path: Path) -> None:
    names = ["noord", "zuid", "oost"]
    table = pa.table(
        {
            "id": pa.array(range(60)),
            "nr": [f"LP-{n:04}" for n in range(60)],
            "wijk": [names[n % 3] for n in range(60)],
            "kw": [float(n) for n in range(60)],
            "dag": [date(2024, 3, 1) + timedelta(days=n) for n in range(60)],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    columns = [
        {"name": name, "title": name.title(), "type": kind}
        for name, kind in zip(table.column_names, ("integer", "text", "text", "number", "date"), strict=True)
    ]
    measured = profile({"source": str(tmp_path / "t.parquet"), "columns": columns}, lambda share, text: None)
    content = draft.proposal(
        identity="x", name="t", title="Laadpalen", description="Wat er staat.", report={"columns": columns},
        profile=measured, meanings={"kw": "Vermogen in kW"},
        frequency="http://publications.europa.eu/resource/authority/frequency/DAILY",
    )  # fmt: skip
    read = reading.read(yaml_text.write(content))
    assert not read.notes
    got = {one["name"]: one for one in content["schema"][0]["properties"]}
    assert got["id"]["primaryKey"]
    assert got["nr"]["logicalTypeOptions"] == {"pattern": r"^\p{Lu}{2}\-[0-9]{4}$"}
    assert got["wijk"]["quality"][0]["arguments"] == {"validValues": sorted(names)}
    assert got["kw"]["logicalTypeOptions"] == {"minimum": 0, "maximum": 200}
    assert got["dag"]["logicalTypeOptions"] == {"minimum": "2024-01-01"}
    request = {
        "parts": [str(tmp_path / "t.parquet")], "columns": columns, "tables": list(read.agreed.tables),
        "properties": [{"name": one.name, "names": list(one.names)} for one in read.agreed.properties],
        "rules": [rule.to_json() for rule in read.agreed.rules], "personal": {},
        "now": NOW.isoformat(), "loaded_at": NOW.isoformat(),
    }  # fmt: skip
    outcomes = check_rows(request, lambda share, text: None)["outcomes"]
    assert {one["status"] for one in outcomes} == {"passed"}
    assert len(outcomes) == len(read.agreed.rules) > 15

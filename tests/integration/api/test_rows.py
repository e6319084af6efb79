"""Rows of a table through the API: pages, streams, conditions, geometry."""

import csv
import io
import json
from decimal import Decimal

import pytest
import shapely
from django.test import Client
from tests.integration.api import world

from sluis.lake.geo.crs import to_wgs84

pytestmark = pytest.mark.usefixtures("outside")
ROWS = "/api/v1/datasets/zwemwater/rows"


def read(client: Client, query: str = "", status: int = 200, **headers: str) -> dict:
    response = client.get(ROWS + query, headers=headers)
    body = response.getvalue()
    assert response.status_code == status, body
    return json.loads(body, parse_float=Decimal)


def stream(client: Client, query: str = "", **headers: str) -> bytes:
    response = client.get(ROWS + query, headers=headers)
    assert response.status_code == 200, response.getvalue()
    return response.getvalue()


def every_page(client: Client, query: str) -> list[dict]:
    seen, page = [], read(client, query)
    while True:
        seen += page["rows"]
        if "next" not in page["links"]:
            return seen
        path, _, query = page["links"]["next"].partition("?")
        assert path == f"http://testserver{ROWS}"
        page = read(client, f"?{query}")


@pytest.mark.parametrize(
    "query", ["?limit=7", "?limit=100&sort=-plaats", "?limit=33&sort=ecoli,-datum", "?limit=10000"]
)
def test_pages_give_every_row_exactly_once(client, query):
    found = every_page(client, query)
    assert sorted(row["_id"] for row in found) == list(range(world.ROWS))


def test_values_come_through_without_loss(client):
    made = world.rows()
    for row in every_page(client, "?limit=100"):
        number = row["_id"]
        assert row["ecoli"] == made["ecoli"][number]
        assert row["plaats"] == made["plaats"][number]
        assert row["datum"] == made["datum"][number].isoformat()
        assert row["gemeten_op"] == made["gemeten_op"][number].isoformat()
        assert row["veilig"] == made["veilig"][number]
        assert (row["zuurgraad"] or 0) == made["zuurgraad"][number]


def test_next_stays_within_the_release(client):
    assert "release=2" in read(client, "?limit=5")["links"]["next"]
    page = read(client, "?limit=5&release=1")
    assert page["release"] == 1
    assert "release=1" in page["links"]["next"]


def test_back_and_forth(client):
    first = read(client, "?limit=10&sort=-datum")
    second = read(client, "?" + first["links"]["next"].partition("?")[2])
    back = read(client, "?" + second["links"]["prev"].partition("?")[2])
    assert back["rows"] == first["rows"]


def test_conditions_equal_a_plain_count(client):
    made = world.rows()
    asked = "?plaats=Vianen&zuurgraad__gte=5&datum__lt=2026-01-20&count=true&limit=1"
    expected = sum(
        p == "Vianen" and z >= 5 and d.isoformat() < "2026-01-20"
        for p, z, d in zip(made["plaats"], made["zuurgraad"], made["datum"], strict=True)
    )
    assert read(client, asked)["total"] == expected > 0


def test_a_column_with_a_reserved_name_is_reached(client):
    assert read(client, "?limit__lte=0&limit=5")["rows"][0]["_id"] == 0


def test_one_row(client):
    row = read(client, "/7?release=2")["row"]
    assert row == read(client, "?limit=10&release=2")["rows"][7]
    assert read(client, "/9999999", 404)["code"] == "rows.row"


def test_geometry_as_text_and_as_geojson(client):
    assert read(client, "?limit=1")["rows"][0]["geometry"] == "POINT (120000 430000)"
    rows = read(client, "?limit=10&geometry=geojson")["rows"]
    assert rows[3]["geometry"] is None
    (expected,) = to_wgs84(shapely.points([[120_004, 430_000]]), "EPSG:28992")
    found = rows[4]["geometry"]
    assert found["type"] == "Point"
    assert float(found["coordinates"][0]) == pytest.approx(expected.x, abs=1e-7)
    assert float(found["coordinates"][1]) == pytest.approx(expected.y, abs=1e-7)
    assert read(client, "/4?geometry=geojson")["row"]["geometry"] == found


@pytest.mark.parametrize("how", [{"query": "?format=csv"}, {"query": "", "accept": "text/csv"}])
def test_csv_gives_the_whole_selection(client, how):
    lines = list(csv.DictReader(io.StringIO(stream(client, how.pop("query"), **how).decode())))
    assert len(lines) == world.ROWS
    assert Decimal(lines[9]["zuurgraad"]) == world.rows()["zuurgraad"][9]


def test_ndjson_and_all_json_give_the_same_rows_in_the_asked_order(client):
    lines = [json.loads(line) for line in stream(client, "?format=ndjson&sort=-ecoli&plaats=Leerdam").splitlines()]
    whole = json.loads(stream(client, "?limit=all&sort=-ecoli&plaats=Leerdam"))
    assert lines == whole
    assert len(lines) == world.rows()["plaats"].count("Leerdam")
    assert [r["ecoli"] for r in lines if r["ecoli"]] == sorted((r["ecoli"] for r in lines if r["ecoli"]), reverse=True)


def test_a_stream_is_saved_under_a_telling_name(client):
    response = client.get(f"{ROWS}?format=csv")
    assert response["Content-Disposition"] == 'attachment; filename="zwemwater-2.csv"'
    assert response["Content-Type"].startswith("text/csv")
    response.getvalue()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?format=xlsx", "format"), ("?geometry=svg", "geometry"), ("?format=csv&limit=5", "limit"),
        ("?format=csv&cursor=abc", "cursor"), ("?format=csv&geometry=geojson", "geometry"), ("?limit=0", "limit"),
        ("?limit=10001", "limit"), ("?kleur=rood", "kleur"), ("?ecoli=veel", "ecoli"), ("?sort=kleur", "sort"),
        ("?cursor=onzin", "cursor"), ("?bbox=1,2,3", "bbox"), ("/1?kleur=rood", "kleur"),
    ],
)  # fmt: skip
def test_a_wrong_question_says_which_parameter(client, query, field):
    problem = read(client, query, 400)
    assert field in {fault["field"] for fault in problem["errors"]}


def test_all_wrong_conditions_at_once(client):
    faults = read(client, "?ecoli=veel&datum=morgen&kleur=rood", 400)["errors"]
    assert {fault["field"] for fault in faults} == {"ecoli", "datum", "kleur"}


def test_a_wrong_release_number_is_a_wrong_question(client):
    assert read(client, "?release=twee", 400)["code"] == "query.number"
    assert read(client, "?release=9", 404)["code"] == "release.unknown"


def test_a_stream_that_fails_at_once_is_a_problem_and_frees_its_place(client, monkeypatch):
    from sluis.api.clients import places

    problem = read(client, "?format=csv&ecoli=99999999999999999999", 400)
    assert problem["errors"][0]["field"] == "ecoli"
    assert places._held == {}


def test_long_answers_are_three_at_a_time(client):
    held = [client.get(f"{ROWS}?format=csv") for _ in range(3)]
    refused = client.get(f"{ROWS}?format=csv")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert refused.json()["code"] == "api.busy"
    held[0].getvalue()
    again = client.get(f"{ROWS}?format=csv")
    assert again.status_code == 200
    for response in (*held[1:], again):
        response.getvalue()
    from sluis.api.clients import places

    assert places._held == {}

"""Finding datasets and reading them through the API."""

import pytest
from django.test import Client
from tests.integration.api import world
from tests.integration.api.world import NOBODYS_BUSINESS
from tests.unit.register import examples

from sluis.release.types import Kind

pytestmark = pytest.mark.usefixtures("outside")


def read(client: Client, path: str, status: int = 200, **headers: str) -> dict:
    response = client.get(f"/api/v1{path}", headers=headers)
    assert response.status_code == status, response.content
    return response.json()


def test_the_root_leads_everywhere(client):
    for name, url in read(client, "/")["links"].items():
        answer = client.get(url.removeprefix("http://testserver"))
        assert answer.status_code == 200, name


def test_everything_public_is_found_except_what_was_withdrawn(client):
    found = read(client, "/datasets?pageSize=50&sort=title")
    assert {card["slug"] for card in found["datasets"]} == {
        "zwemwater",
        "kaart",
        "dossiers",
        "adressen",
        "bomen",
        "deels",
    }
    assert found["total"] == 6
    kinds = {facet["value"]: facet["count"] for facet in found["facets"]["kind"]}
    assert kinds["open"] == 3


def test_words_and_facets_narrow(client):
    assert [c["slug"] for c in read(client, "/datasets?q=bomen")["datasets"]] == ["bomen"]
    assert {c["slug"] for c in read(client, "/datasets?kind=closed&kind=planned")["datasets"]} == {"dossiers", "bomen"}
    assert read(client, "/datasets?kind=closed&q=bomen")["total"] == 0


def test_pages_follow_each_other_to_the_end(client):
    seen, path = [], "/datasets?pageSize=2&sort=title"
    while path:
        page = read(client, path)
        seen += [card["slug"] for card in page["datasets"]]
        path = (page["links"]["next"] or "").removeprefix("http://testserver/api/v1")
    assert len(seen) == len(set(seen)) == 6


def test_a_dataset_says_who_decided_what(client):
    found = read(client, "/datasets/zwemwater")
    assert found["decision"]["role"] == "data_owner"
    assert found["release"] == 2
    assert found["metadata"]["title"] == "Zwemwater"
    assert read(client, "/datasets/zwemwater/decision") == found["decision"]
    for url in found["links"].values():
        assert client.get(url.removeprefix("http://testserver")).status_code == 200, url


def test_english_when_asked(client):
    assert read(client, "/datasets/kaart")["title"] == "Kaart"
    assert read(client, "/datasets/kaart", accept_language="en")["title"] == "Map"
    assert read(client, "/datasets/bestaat-niet", 404, accept_language="en-GB")["title"] == "Not found"


def test_the_person_who_decided_stays_inside(client):
    for path in ("/datasets/zwemwater", "/datasets/zwemwater/releases/2", "/datasets/zwemwater/decision"):
        assert NOBODYS_BUSINESS not in client.get(f"/api/v1{path}").content.decode()


def test_releases_newest_first_each_with_files(client):
    releases = read(client, "/datasets/zwemwater/releases")["releases"]
    assert [(r["number"], r["status"]) for r in releases] == [(2, "current"), (1, "superseded")]
    assert {f["format"] for f in releases[1]["files"]} == {"parquet", "csv", "json", "geojson", "gpkg"}
    one = read(client, "/datasets/zwemwater/releases/1")
    assert one["decision"]["outcome"] == "open"
    assert one["columns"][0]["name"] == "plaats"


def test_columns_have_meaning_and_profile(client):
    found = read(client, "/datasets/zwemwater/columns", accept_language="en")
    assert found["columns"][0] | {"title": "Place", "meaning": "Where it was measured."} == found["columns"][0]
    assert found["columns"][0]["profile"] == {"distinct": 4, "empty": 50}
    assert found["geometry"]["crs"] == "EPSG:28992"


def test_a_withdrawn_dataset_is_gone_with_its_reason(client):
    paths = (
        "",
        "/rows",
        "/rows/0",
        "/columns",
        "/decision",
        "/download/csv",
        "/releases/1",
        "/releases/1/download/csv",
    )
    for path in paths:
        assert "De metingen kloppen niet." in read(client, f"/datasets/weg{path}", 410)["detail"]
    (only,) = read(client, "/datasets/weg/releases")["releases"]
    assert only["files"] == []
    assert only["reason"] == "De metingen kloppen niet."


def test_a_withdrawn_release_is_gone_and_the_rest_stands(client):
    assert read(client, "/datasets/deels/releases/1", 410)["code"] == "dataset.withdrawn"
    assert read(client, "/datasets/deels/rows?release=1", 410)["status"] == 410
    assert read(client, "/datasets/deels/rows?limit=1")["release"] == 2


@pytest.mark.parametrize("path", ["/rows", "/rows/1", "/columns", "/download/csv", "/releases/1/download/csv"])
def test_what_is_not_open_shows_no_data(client, path):
    for slug in ("dossiers", "adressen", "bomen"):
        assert read(client, f"/datasets/{slug}{path}", 404)["status"] == 404


def test_the_registers(client):
    closed = read(client, "/not-open")
    assert {card["slug"] for card in closed["datasets"]} == {"dossiers", "adressen"}
    assert all(card["ground"] == "Er staan persoonsgegevens in." for card in closed["datasets"])
    assert [c["slug"] for c in read(client, "/not-open?kind=restricted")["datasets"]] == ["adressen"]
    assert closed["facets"]["kind"] == [
        {"value": "restricted", "label": "Beperkt", "count": 1, "chosen": False},
        {"value": "closed", "label": "Gesloten", "count": 1, "chosen": False},
    ]
    assert [(c["slug"], c["plannedDate"]) for c in read(client, "/planned")["datasets"]] == [("bomen", "2027-03-01")]
    assert [c["slug"] for c in read(client, "/withdrawn")["datasets"]] == ["weg"]


def test_organisations_and_themes_count(client):
    (one,) = read(client, "/organisations")["organisations"]
    assert (one["value"], one["datasets"]) == ("merwede", 6)
    themes = {theme["value"]: theme for theme in read(client, "/themes")["themes"]}
    assert all(theme["label"] and theme["label"] != uri for uri, theme in themes.items())
    some = next(iter(themes.values()))
    assert read(client, some["href"].removeprefix("http://testserver/api/v1"))["total"] == some["datasets"]


def test_all_faults_at_once(client):
    problem = read(client, "/datasets?page=nul&pageSize=1000&sort=mooi&kleur=rood", 400)
    assert {fault["field"] for fault in problem["errors"]} == {"page", "pageSize", "sort", "kleur"}


def test_a_document_that_did_not_change_is_not_sent_again(client):
    first = client.get("/api/v1/datasets/zwemwater")
    again = client.get("/api/v1/datasets/zwemwater", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["API-Version"] == "1.0.0"
    other = client.get("/api/v1/datasets/zwemwater", headers={"if-none-match": first["ETag"], "accept-language": "en"})
    assert other.status_code == 200


def test_what_is_not_open_by_its_ground(client):
    privacy, safety = (examples.word("donl-ground", code) for code in ("PRIVACY", "STAATSVEILIGHEID"))
    world.put_outside("bunker", Kind.CLOSED, metadata={"title": "Bunker", "ground_codes": [safety, privacy]})
    world.put_outside("kabels", Kind.CLOSED, metadata={"title": "Kabels", "ground_codes": [safety]})
    found = read(client, f"/not-open?ground={safety}")
    assert {card["slug"] for card in found["datasets"]} == {"bunker", "kabels"}
    assert found["total"] == 2
    assert [(f["value"], f["count"], f["chosen"]) for f in found["facets"]["ground"]] == [
        (privacy, 3, False),
        (safety, 2, True),
    ]
    assert {f["value"]: f["count"] for f in found["facets"]["kind"]} == {"restricted": 0, "closed": 2}
    either = read(client, f"/not-open?ground={safety}&ground={privacy}&kind=restricted")
    assert [card["slug"] for card in either["datasets"]] == ["adressen"]
    assert {f["value"]: f["count"] for f in either["facets"]["ground"]} == {privacy: 1, safety: 0}
    none = read(client, "/not-open?ground=https://nergens.example/")
    assert (none["total"], none["datasets"]) == (0, [])
    english = client.get("/api/v1/not-open", headers={"accept-language": "en"}).json()
    assert english["facets"]["ground"][0]["label"] == "Not public (privacy sensitive)"
    elsewhere = read(client, "/not-open?organisation=elders")
    assert (elsewhere["total"], elsewhere["facets"]["ground"]) == (0, [])

"""Every answer of the API, whatever was asked: its headers, its errors, and never a 500."""

import json
from string import printable
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.api.design_rules import operations

from sluis.api.v1.openapi import document

pytestmark = pytest.mark.usefixtures("outside")
PATHS = [path for path, _, _ in operations(document())]
PARTS = {"slug": "zwemwater", "number": "1", "format": "csv", "rowId": "3"}
NEEDED = {
    "/sql": {"sql": "SELECT 1 AS een"},
    "/datasets/{slug}/groups": {"by": "plaats"},
    "/datasets/{slug}/releases/{number}/changes": {"since": "2"},
}  # the keys without which there is no answer


def filled(path: str, **other: str) -> str:
    return "/api/v1" + path.format(**(PARTS | other))


def check_problem(response, status: int) -> dict:
    assert response.status_code == status, response.getvalue()
    assert response["Content-Type"] == "application/problem+json"
    assert response["API-Version"] == "1.0.0"
    assert response["Access-Control-Allow-Origin"] == "*"
    body = response.json()
    assert body["status"] == status
    assert all(body[name] for name in ("type", "title", "detail", "instance", "code"))
    return body


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_says_its_version_and_lets_any_site_read(client, path):
    for method in ("get", "head"):
        response = getattr(client, method)(filled(path), NEEDED.get(path))
        response.getvalue()
        assert response.status_code in (200, 202, 302), path
        assert response["API-Version"] == "1.0.0"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", PATHS)
def test_nothing_can_be_written(client, path):
    for method in ("post", "put", "patch", "delete"):
        response = getattr(client, method)(filled(path))
        assert "GET" in check_problem(response, 405)["detail"]
        assert response["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_may_ask_first(client, path):
    response = client.options(filled(path), headers={"origin": "https://elders.example"})
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/"])
def test_a_slash_at_the_end_is_not_found(client, path):
    check_problem(client.get(filled(path) + "/"), 404)


@pytest.mark.parametrize("path", [path for path in PATHS if "{slug}" in path])
def test_unknown_and_withdrawn_datasets(client, path):
    check_problem(client.get(filled(path, slug="bestaat-niet"), NEEDED.get(path)), 404)
    if path != "/datasets/{slug}/releases":
        assert "kloppen niet" in check_problem(client.get(filled(path, slug="weg"), NEEDED.get(path)), 410)["detail"]


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1", "/api/v2/datasets", "/api/v1/bestaat-niet", "/api/v1/Datasets"]
)
def test_unknown_addresses(client, path):
    check_problem(client.get(path), 404)


@pytest.mark.parametrize("path", [path for path in PATHS if "download" not in path])
def test_a_parameter_that_does_not_exist_is_refused(client, path):
    body = check_problem(client.get(filled(path), NEEDED.get(path, {}) | {"bestaatNiet": "1"}), 400)
    assert [fault["field"] for fault in body["errors"]] == ["bestaatNiet"]


def test_an_unexpected_failure_is_a_problem_without_a_word_about_why(client, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("sluis.release.public.dataset", broken)
    body = check_problem(client.get("/api/v1/datasets/zwemwater"), 500)
    assert "secret" not in json.dumps(body)


def test_too_many_questions(client, monkeypatch):
    from sluis.api import answering
    from sluis.api.clients import Buckets

    monkeypatch.setattr(answering, "buckets", Buckets(rate=0.5, burst=2, clock=lambda: 0.0))
    assert [client.get("/api/v1/themes").status_code for _ in range(2)] == [200, 200]
    refused = client.get("/api/v1/themes")
    check_problem(refused, 429)
    assert 1 <= int(refused["Retry-After"]) <= 3


def test_answers_have_what_the_document_promises(client):
    made = document()
    for path, _, operation in operations(made):
        answer = operation["responses"].get("200", {}).get("content", {}).get("application/json")
        if answer and "$ref" in answer["schema"]:
            schema = made["components"]["schemas"][answer["schema"]["$ref"].rsplit("/", 1)[1]]
            body = client.get(filled(path), NEEDED.get(path)).json()
            assert set(schema.get("required", ())) <= set(body) <= set(schema["properties"]), path


WORDS = st.text(alphabet=st.sampled_from([*printable, "é", "€", "\x00", "\ud7ff", "😀"]), max_size=30)
KEYS = st.sampled_from(
    ["q", "theme", "organisation", "kind", "format", "sort", "page", "pageSize", "limit", "cursor", "count", "bbox",
     "bboxCrs", "release", "geometry", "plaats", "ecoli__gte", "datum__lt", "plaats__in", "ecoli__empty", "zuurgraad",
     "gemeten_op__neq", "veilig", "limit__eq", "plaats__contains"]
) | WORDS  # fmt: skip
VALUES = (
    WORDS
    | st.integers().map(str)
    | st.floats().map(str)
    | st.sampled_from(["all", "csv", "geojson", "-plaats", "plaats,ecoli", "1,2,3,4", "2026-01-01", "W10", "9" * 30])
)


@given(
    path=st.sampled_from(PATHS),
    query=st.lists(st.tuples(KEYS, VALUES), max_size=4),
    slug=st.sampled_from(["zwemwater", "weg", "dossiers", "x", "a" * 200]),
    number=st.integers(min_value=0, max_value=10**30).map(str),
    accept=st.sampled_from(["", "*/*", "text/csv", "application/json;q=0.1", "x/y;;q=z", "text/html"]),
)
@settings(max_examples=250)
def test_no_question_breaks_it(client, path, query, slug, number, accept):
    address = filled(path, slug=slug, number=number, rowId=number) + "?" + urlencode(query)
    response = client.get(address, headers={"accept": accept})
    body = response.getvalue()
    assert response.status_code in (200, 206, 302, 400, 404, 410), (address, body)
    assert response["API-Version"] == "1.0.0"
    if response.status_code >= 400:
        assert json.loads(body)["status"] == response.status_code

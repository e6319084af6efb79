"""Ready files: ranges, tags, caching."""

import hashlib

import pytest

pytestmark = pytest.mark.usefixtures("outside")
CSV = "/api/v1/datasets/zwemwater/releases/1/download/csv"


@pytest.fixture
def whole(client, outside) -> bytes:
    return client.get(CSV).getvalue()


def test_the_tag_is_the_hash_and_the_file_may_be_kept_for_ever(client, whole):
    response = client.get(CSV)
    assert response["ETag"] == f'"{hashlib.sha256(whole).hexdigest()}"'
    assert "immutable" in response["Cache-Control"]
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Length"] == str(len(whole))
    assert response["Content-Disposition"] == 'attachment; filename="zwemwater.csv"'
    response.getvalue()


def test_every_listed_file_is_there_with_its_size_and_hash(client):
    for release in client.get("/api/v1/datasets/zwemwater/releases").json()["releases"]:
        assert release["files"]
        for file in release["files"]:
            response = client.get(file["href"].removeprefix("http://testserver"))
            body = response.getvalue()
            assert (len(body), hashlib.sha256(body).hexdigest()) == (file["size"], file["sha256"])
            assert response["Content-Type"] == file["mediaType"]


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-0", 206, slice(0, 1)), ("bytes=0-99", 206, slice(0, 100)), ("bytes=100-", 206, slice(100, None)),
        ("bytes=-7", 206, slice(-7, None)), ("bytes=5-1000000", 206, slice(5, None)),
        ("bytes=0-1,4-5", 200, slice(None)), ("rows=1-2", 200, slice(None)), ("bytes=9-3", 200, slice(None)),
    ],
)  # fmt: skip
def test_ranges(client, whole, asked, status, part):
    response = client.get(CSV, headers={"range": asked})
    assert (response.status_code, response.getvalue()) == (status, whole[part])
    if status == 206:
        start = range(len(whole))[part].start
        stop = range(len(whole))[part].stop - 1
        assert response["Content-Range"] == f"bytes {start}-{stop}/{len(whole)}"


def test_a_range_outside_the_file_is_a_problem(client, whole):
    response = client.get(CSV, headers={"range": "bytes=99999999-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(whole)}"
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 416


def test_conditions_on_the_tag(client, whole):
    tag = client.head(CSV)["ETag"]
    assert client.get(CSV, headers={"if-none-match": tag}).status_code == 304
    assert client.get(CSV, headers={"if-none-match": '"other"'}).getvalue() == whole
    assert client.get(CSV, headers={"if-match": '"other"'}).json()["status"] == 412
    assert client.get(CSV, headers={"range": "bytes=0-9", "if-range": tag}).getvalue() == whole[:10]
    assert client.get(CSV, headers={"range": "bytes=0-9", "if-range": '"other"'}).getvalue() == whole


def test_head_gives_the_headers_only(client, whole):
    response = client.head(CSV)
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Length"] == str(len(whole))


def test_without_a_number_one_is_led_to_the_current_release(client):
    response = client.get("/api/v1/datasets/zwemwater/download/csv")
    assert response.status_code == 302
    assert response["Location"] == "http://testserver/api/v1/datasets/zwemwater/releases/2/download/csv"
    assert response["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["releases/1/download/xlsx", "releases/9/download/csv", "download/docx"])
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(f"/api/v1/datasets/zwemwater/{path}").json()["status"] == 404


def test_a_file_of_another_dataset_is_not_reached_through_this_one(client):
    assert client.get("/api/v1/datasets/kaart/releases/1/download/csv").status_code == 404
    assert client.get("/api/v1/datasets/zwemwater/releases/..%2f..%2fweg/download/csv").status_code == 404


def test_downloads_take_no_tokens(client, monkeypatch):
    from sluis.api import answering
    from sluis.api.clients import Buckets

    monkeypatch.setattr(answering, "buckets", Buckets(rate=0.001, burst=1, clock=lambda: 0.0))
    assert [len(client.get(CSV).getvalue()) > 0 for _ in range(5)] == [True] * 5
    assert [client.get("/api/v1/datasets").status_code for _ in range(2)] == [200, 429]

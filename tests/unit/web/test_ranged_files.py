"""Files in whole and in parts, as RFC 9110 says."""

import pytest
from django.test import RequestFactory

from sluis.web.files import ranged_file

pytestmark = pytest.mark.django_db  # the end of an answer may look at the connection
BODY = bytes(range(256)) * 8192  # 2 MiB: several chunks
SIZE = len(BODY)


@pytest.fixture
def serve(tmp_path):
    path = tmp_path / "blob"
    path.write_bytes(BODY)

    def _serve(method="get", **headers):
        request = getattr(RequestFactory(), method)("/f", headers=headers)
        return ranged_file(
            request, path, content_type="text/csv", filename="laadpalen é.csv", etag="abc", immutable=True
        )

    return _serve


def body(response):
    try:
        return b"".join(response) if response.streaming else response.content
    finally:
        response.close()


def test_the_whole_file(serve):
    response = serve()
    assert response.status_code == 200
    assert body(response) == BODY
    assert response["Content-Length"] == str(SIZE)
    assert response["ETag"] == '"abc"'
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''laadpalen%20%C3%A9.csv"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-299", 100, 299),
        ("bytes=1048570-", 1048570, SIZE - 1),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes=10-{SIZE * 2}", 10, SIZE - 1),
    ],
)
def test_a_part(serve, asked, start, end):
    response = serve(range=asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end}/{SIZE}"
    assert response["Content-Length"] == str(end - start + 1)
    assert body(response) == BODY[start : end + 1]


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-9", "items=0-1", "bytes=5-2", "bytes=-", "bytes=a-b", "bytes=" + "9" * 99 + "-"]
)
def test_what_is_not_understood_gives_the_whole(serve, asked):
    response = serve(range=asked)
    assert response.status_code == 200
    assert body(response) == BODY


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0"])
def test_beyond_the_end(serve, asked):
    response = serve(range=asked)
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")


def status(serve, **headers):
    response = serve(**headers)
    response.close()
    return response.status_code


def test_if_range(serve):
    modified = serve("head")["Last-Modified"]
    for condition, expected in [
        ('"abc"', 206),
        (modified, 206),
        ('"old"', 200),
        ('W/"abc"', 200),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 200),
    ]:
        assert status(serve, range="bytes=0-9", **{"if-range": condition}) == expected, condition


def test_conditions(serve):
    assert status(serve, **{"if-none-match": '"abc"'}) == 304
    assert status(serve, **{"if-none-match": '"x", "abc"'}) == 304
    assert status(serve, **{"if-match": '"other"'}) == 412
    assert status(serve, **{"if-none-match": '"x"'}) == 200


def test_head_has_the_headers_and_no_body(serve):
    response = serve("head", range="bytes=0-9")
    assert (response.status_code, response["Content-Length"], body(response)) == (200, str(SIZE), b"")


def test_the_file_is_closed(serve):
    response = serve()
    slice_ = response._resource_closers[0].__self__
    response.close()
    assert slice_.file.closed

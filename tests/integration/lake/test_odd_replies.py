"""Whatever JSON or XML a server answers, a connector says what is wrong; it never stumbles."""

from pathlib import Path
from typing import Any

import pytest
from tests.integration.lake.sources import open_to
from tests.row_servers import Asked, serving

from sluis.kernel.errors import SluisError
from sluis.lake.connectors.base import Fetched
from sluis.lake.connectors.given import read
from sluis.lake.connectors.registry import connector

pytestmark = pytest.mark.django_db
WITH: dict[str, dict[str, Any]] = {
    "ogc-api-features": {"collection": "bomen"},
    "wfs": {"type_name": "bomen"},
    "arcgis": {},
    "ckan": {"resource": "bron"},
    "socrata": {"dataset": "w9cx-8kzq"},
    "opendatasoft": {"dataset": "bomen"},
    "cbs-odata": {"table": "85496NED"},
    "rest": {"rows_place": "features", "paging": "link", "next_place": "links"},
    "s3": {"bucket": "b"},
    "webdav": {},
}
_S3 = b"<ListBucketResult><Contents><Key/><Size>x</Size></Contents><IsTruncated>true</IsTruncated></ListBucketResult>"
_LINKS = [1, {}, {"rel": "items"}, {"rel": "items", "href": 7}]
ODD: list[Any] = [
    None, True, 0, "tekst", [], [1, None], {}, {"error": 1}, {"error": {"message": {"a": 1}}}, {"result": [1]},
    {"collections": [1, {}, {"id": "bomen", "links": _LINKS, "crs": 5}]},
    {"collections": {"id": "bomen"}, "features": {"a": 1}, "value": {"a": 1}},
    {"features": [{}], "links": [{"rel": "next", "href": 5}], "numberMatched": "veel",
     "value": [1, {"Identifier": None}], "fields": [1, {"type": []}], "objectIds": [None, "x"], "count": "x",
     "total_count": -1, "maxRecordCount": 0,
     "result": {"datastore_active": True, "url": 5, "records": [{}], "total": {}}},
    {"advancedQueryCapabilities": [1], "features": [{"properties": [1]}], "objectIds": 5, "fields": {}, "count": 1.5},
    {"result": {"datastore_active": False, "url": "file:///etc/passwd"}},
    b"<a/>", _S3,
    b"<multistatus><response><href>%zz</href><getcontentlength>9x</getcontentlength></response></multistatus>",
    b"<WFS_Capabilities/>", b"<ExceptionReport/>", b"", b"\xff\xfe", b"[" * 100_000, b'{"features": [1e', b"\x00" * 64,
]  # fmt: skip


@pytest.mark.parametrize("name", WITH)
def test_an_odd_reply_is_refused_in_words(settings: Any, data_folder: Path, tmp_path: Path, name: str) -> None:
    made = connector(name)
    with serving(lambda path, asked, headers: (200, b"")) as service:
        open_to(settings, service.url)
        url = f"{service.url}/x/0"
        given = read(made, {"url": url} | WITH[name], "replace")
        said = list[str]()
        for number, reply in enumerate(ODD):

            def answer(path: str, asked: Asked, headers: dict[str, str], reply: Any = reply) -> tuple[int, Any]:
                return (207 if name == "webdav" else 200), reply

            service.answer = answer
            into = tmp_path / str(number)
            into.mkdir()
            try:
                found = made.fetch(given, {}, into, lambda *_, **__: None)
            except SluisError as error:
                said.append(error.code)
            else:
                assert isinstance(found, Fetched), reply
    assert said
    assert not [code for code in said if code.startswith("sandbox.")]

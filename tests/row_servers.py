"""Small servers that page as the documentation of each product says: real HTTP, over rows that are given.

ArcGIS:       developers.arcgis.com/rest/services-reference/enterprise/query-feature-service-layer
CKAN:         docs.ckan.org/en/latest/maintaining/datastore.html
Socrata:      dev.socrata.com/docs/paging.html
Opendatasoft: help.opendatasoft.com/apis/ods-explore-v2
CBS:          odata4.cbs.nl, OData 4.0 (docs.oasis-open.org/odata/odata/v4.0)
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Rows = list[dict[str, Any]]
Asked = dict[str, str]


@dataclass
class Service:
    """`answer(path, asked, headers)` gives status and body (JSON or bytes); `seen` are the requests."""

    answer: Callable[[str, Asked, dict[str, str]], tuple[int, Any]]
    seen: list[tuple[str, Asked, dict[str, str]]] = field(default_factory=list[tuple[str, Asked, dict[str, str]]])
    url: str = ""
    posted: list[tuple[bytes, dict[str, str]]] = field(default_factory=list[tuple[bytes, dict[str, str]]])


@contextmanager
def serving(answer: Callable[[str, Asked, dict[str, str]], tuple[int, Any]]) -> Iterator[Service]:
    service = Service(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            service.seen.append((parts.path, asked, dict(self.headers)))
            status, body = service.answer(parts.path, asked, dict(self.headers))
            sent = {}
            if isinstance(body, tuple):
                body, sent = body
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **sent}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_PROPFIND = do_GET  # noqa: N815 - the name that http.server wants

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.posted.append((body, dict(self.headers)))
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


def arcgis(rows: Rows, *, pages: bool, most: int = 10) -> Callable[[str, Asked, dict[str, str]], tuple[int, Any]]:
    """One layer of points with OBJECTID; `most` is its maxRecordCount, which it never exceeds."""
    fields = [{"name": "OBJECTID", "type": "esriFieldTypeOID"}, {"name": "gewijzigd", "type": "esriFieldTypeDate"}]
    layer = {"name": "Bomen", "objectIdField": "OBJECTID", "maxRecordCount": most, "fields": fields,
             "advancedQueryCapabilities": {"supportsPagination": pages}}  # fmt: skip

    def answer(path: str, asked: Asked, headers: dict[str, str]) -> tuple[int, Any]:
        if headers.get("X-Esri-Authorization") != "Bearer goed":
            return 200, {"error": {"code": 499, "message": "Token Required", "details": []}}
        if path.endswith("/0"):
            return 200, layer
        found = rows
        if between := re.fullmatch(r"OBJECTID>=(\d+) AND OBJECTID<=(\d+)", asked["where"]):
            found = [row for row in rows if int(between[1]) <= row["OBJECTID"] <= int(between[2])]
        if asked.get("returnCountOnly") == "true":
            return 200, {"count": len(found)}
        if asked.get("returnIdsOnly") == "true":
            return 200, {"objectIdFieldName": "OBJECTID", "objectIds": [row["OBJECTID"] for row in found]}
        start, size = int(asked.get("resultOffset", 0)), min(most, int(asked.get("resultRecordCount", most)))
        if not pages and "resultOffset" in asked:
            return 200, {"error": {"code": 400, "message": "Pagination is not supported."}}
        features = [
            {"type": "Feature", "id": row["OBJECTID"], "properties": row,
             "geometry": {"type": "Point", "coordinates": [5.1, 52.1]}}
            for row in found[start : start + size]
        ]  # fmt: skip
        return 200, {"type": "FeatureCollection", "features": features}

    return answer


def ckan(rows: Rows, *, table: bool, most: int = 10) -> Callable[[str, Asked, dict[str, str]], tuple[int, Any]]:
    """One resource, `bron`, in the datastore or only as the file /file.csv."""

    def answer(path: str, asked: Asked, headers: dict[str, str]) -> tuple[int, Any]:
        if path == "/file.csv":
            return 200, b"a;b\n1;2\n"
        if headers.get("Authorization") != "goed":
            return 403, {"success": False, "error": {"message": "Access denied"}}
        if path == "/api/3/action/resource_show":
            url = f"http://{headers['Host']}/file.csv"
            return 200, {"success": True, "result": {"name": "Bomen", "datastore_active": table, "url": url}}
        start, size = int(asked["offset"]), min(most, int(asked["limit"]))
        found = [{"_id": n + 1} | row for n, row in enumerate(rows)][start : start + size]
        return 200, {"success": True, "result": {"records": found, "total": len(rows), "fields": []}}

    return answer


def socrata(rows: Rows) -> Callable[[str, Asked, dict[str, str]], tuple[int, Any]]:
    def answer(path: str, asked: Asked, headers: dict[str, str]) -> tuple[int, Any]:
        if path != "/resource/w9cx-8kzq.json":
            return 404, {"message": "Not found"}
        if asked["$select"].startswith("count(*)"):
            return 200, [{"total": str(len(rows))}]
        assert (asked["$select"], asked["$order"]) == (":id,*", ":id")
        start, size = int(asked["$offset"]), int(asked["$limit"])
        return 200, [{":id": f"row-{n}"} | row for n, row in enumerate(rows)][start : start + size]

    return answer


def opendatasoft(rows: Rows, told: int) -> Callable[[str, Asked, dict[str, str]], tuple[int, Any]]:
    base = "/api/explore/v2.1/catalog/datasets/bomen"

    def answer(path: str, asked: Asked, headers: dict[str, str]) -> tuple[int, Any]:
        if path == f"{base}/records":
            return 200, {"total_count": told, "results": []}
        some = rows if asked["limit"] == "-1" else rows[: int(asked["limit"])]
        if path == f"{base}/exports/jsonl":
            return 200, "\n".join(map(json.dumps, some)).encode()
        point = {"type": "Point", "coordinates": [5.1, 52.1]}
        features = [{"type": "Feature", "geometry": point, "properties": row} for row in some]
        return 200, {"type": "FeatureCollection", "features": features}

    return answer


def cbs(most: int = 3) -> Callable[[str, Asked, dict[str, str]], tuple[int, Any]]:
    """A table of regions by period: 6 observations, `most` on a page; the list of regions has two pages."""
    regions = [{"Identifier": "GM0344  ", "Title": "Utrecht"}, {"Identifier": "PV26", "Title": "Utrecht (PV)"}]
    rows = [
        {"Id": n, "Measure": "M1", "ValueAttribute": "None", "Value": n * 1.5, "RegioS": region["Identifier"],
         "Perioden": f"{year}JJ00"}
        for n, (region, year) in enumerate([(r, y) for r in regions for y in (2023, 2024, 2025)])
    ]  # fmt: skip
    lists: dict[str, Rows] = {
        "Dimensions": [{"Identifier": "RegioS", "Title": "Regio's"}, {"Identifier": "Perioden", "Title": "Perioden"}],
        "MeasureCodes": [{"Identifier": "M1", "Title": "Inwoners", "Unit": "aantal"}],
        "RegioSCodes": regions,
        "PeriodenCodes": [{"Identifier": f"{y}JJ00", "Title": str(y)} for y in (2023, 2024, 2025)],
        "Observations": rows,
    }

    def answer(path: str, asked: Asked, headers: dict[str, str]) -> tuple[int, Any]:
        name = path.removeprefix("/CBS/85496NED/")
        if name == "Properties":
            return 200, {"Identifier": "85496NED", "Title": "Bevolking", "Version": "20261101", "ObservationCount": 6}
        if name not in lists:
            return 404, {"error": {"code": "", "message": "Not found"}}
        size = min(1 if name == "RegioSCodes" else most, int(asked.get("$top", 100)))
        start = int(asked.get("$skip", 0))
        found: dict[str, Any] = {"value": lists[name][start : start + size]}
        if start + size < len(lists[name]) and "$top" not in asked:
            found["@odata.nextLink"] = f"http://{headers['Host']}{path}?$skip={start + size}"
        return 200, found

    return answer

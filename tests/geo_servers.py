"""Real map servers for tests: pygeoapi (OGC API Features), from a wheel, and MapServer (WFS) where it is installed."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.serving import answering, free_port
from tests.waiting import ended

MAPSERVER = shutil.which("mapserv") or ""
"""MapServer has no wheel; on Debian it is the package cgi-mapserver."""


def trees(count: int) -> dict[str, Any]:
    """Points in the province, as GeoJSON in WGS84; every name has something that must survive."""
    features = [
        {
            "type": "Feature",
            "id": n,
            "properties": {"nr": n, "soort": f"eik é {n}", "hoogte": n / 4, "gemeten": "2026-01-02"},
            "geometry": {"type": "Point", "coordinates": [5.0 + n / 10_000, 52.0 + n / 10_000]},
        }
        for n in range(1, count + 1)
    ]
    return {"type": "FeatureCollection", "features": features}


@contextmanager
def pygeoapi(folder: Path, count: int) -> Iterator[str]:
    """Serves the collection `bomen`; yields the address of the API."""
    port = free_port()
    (folder / "bomen.geojson").write_text(json.dumps(trees(count)))
    url = f"http://127.0.0.1:{port}"
    (folder / "config.yml").write_text(json.dumps(_config(url, port, folder)))
    env = {**os.environ, "PYGEOAPI_CONFIG": str(folder / "config.yml"), "PYGEOAPI_OPENAPI": str(folder / "openapi.yml")}
    (folder / "openapi.yml").write_text(json.dumps({"openapi": "3.0.2", "info": {}, "paths": {}}))
    code = "from pygeoapi.flask_app import APP; from werkzeug.serving import run_simple; "
    code += f"run_simple('127.0.0.1', {port}, APP, threaded=True)"
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen([sys.executable, "-c", code], env=env, stdout=log, stderr=log, cwd=folder)
    try:
        answering(f"{url}/conformance", started, folder / "log")
        yield url
    finally:
        ended(started)


def _config(url: str, port: int, folder: Path) -> dict[str, Any]:
    crs = ["http://www.opengis.net/def/crs/OGC/1.3/CRS84", "http://www.opengis.net/def/crs/EPSG/0/28992"]

    def collection(name: str) -> dict[str, Any]:
        provider = {
            "type": "feature", "name": "GeoJSON", "data": str(folder / f"{name}.geojson"), "id_field": "id", "crs": crs,
            "storage_crs": crs[0],
        }  # fmt: skip
        return {
            "type": "collection", "title": name.capitalize(), "description": name, "keywords": ["x"], "links": [],
            "extents": {"spatial": {"bbox": [-180, -90, 180, 90], "crs": crs[0]}}, "providers": [provider],
        }  # fmt: skip

    about = {"title": "Proef", "description": "Proef", "keywords": ["x"], "url": url, "terms_of_service": url}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": url, "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8", "language": "en-US", "limits": {"default_items": 10, "max_items": 40},
            "map": {"url": "", "attribution": ""}, "gzip": False, "pretty_print": True,
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": about, "license": {"name": "CC0"}, "provider": {"name": "P", "url": url},
            "contact": {"name": "P"},
        },
        "resources": {name: collection(name) for name in ("bomen",)},
    }  # fmt: skip


@contextmanager
def mapserver(folder: Path, count: int) -> Iterator[str]:
    """A WFS with the layers `bomen` (GML), `bomen_json` (GML and GeoJSON) and `liegt`, which says it holds 0 objects;
    yields its address."""
    (folder / "bomen.geojson").write_text(json.dumps(trees(count)))
    (folder / "proef.map").write_text(_mapfile(folder))
    (folder / "mapserver.conf").write_text(f'CONFIG\n  ENV\n    "MS_MAP_PATTERN" "^{folder}"\n  END\nEND\n')

    class Cgi(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            env = os.environ | {
                "REQUEST_METHOD": "GET", "QUERY_STRING": urlsplit(self.path).query, "MS_MAPFILE": f"{folder}/proef.map",
                "MAPSERVER_CONFIG_FILE": f"{folder}/mapserver.conf", "SERVER_NAME": "127.0.0.1",
                "SERVER_PORT": str(port), "SCRIPT_NAME": "/wfs",
            }  # fmt: skip
            said = subprocess.run([MAPSERVER], env=env, capture_output=True, check=False).stdout
            head, _, body = said.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Cgi)
    port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{port}/wfs"
    finally:
        server.shutdown()
        server.server_close()


def _mapfile(folder: Path) -> str:
    def layer(name: str, forms: str, more: str = "") -> str:
        return f"""
  LAYER
    NAME "{name}"
    TYPE POINT
    STATUS ON
    CONNECTIONTYPE OGR
    CONNECTION "{folder}/bomen.geojson"
    METADATA
      "wfs_title" "Bomen"
      "wfs_srs" "EPSG:28992 EPSG:4326"
      "wfs_featureid" "nr"
      "gml_featureid" "nr"
      "gml_include_items" "all"
      "wfs_getfeature_formatlist" "{forms}"
      {more}
    END
    PROJECTION "init=epsg:4326" END
  END"""

    # With this setting MapServer 8.0 counts no object and gives them all: a lie of a real server.
    lie = '"wfs_use_default_extent_for_getfeature" "false"'
    layers = [layer("bomen", "gml32"), layer("bomen_json", "gml32,geojson"), layer("liegt", "gml32", lie)]
    return f"""MAP
  NAME "proef"
  EXTENT 0 300000 300000 650000
  UNITS METERS
  SIZE 100 100
  PROJECTION "init=epsg:28992" END
  OUTPUTFORMAT
    NAME "geojson"
    DRIVER "OGR/GEOJSON"
    MIMETYPE "application/json; subtype=geojson"
    FORMATOPTION "STORAGE=stream"
    FORMATOPTION "FORM=SIMPLE"
  END
  WEB
    METADATA
      "wfs_title" "Proef"
      "wfs_enable_request" "*"
      "wfs_srs" "EPSG:28992 EPSG:4326"
      "wfs_onlineresource" "http://127.0.0.1/wfs?"
    END
  END{"".join(layers)}
END
"""

"""All that a visitor or program finds on a site, by following every address that stands in an answer."""

import hashlib
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urldefrag, urljoin
from urllib.request import Request, urlopen

import duckdb
import duckdb_extension_avro
import duckdb_extension_httpfs
import duckdb_extension_iceberg

BEGIN = (
    "/",
    "/en/",
    "/robots.txt",
    "/sitemap.xml",
    "/livez",
    "/readyz",
    "/.well-known/security.txt",
    "/api/v1/openapi.json",
)
FORMS = ("csv", "parquet", "json")
# Addresses that no page names in full.
LAKE = "/api/iceberg/v1"
WIDE = (f"{LAKE}/config", f"{LAKE}/namespaces", f"{LAKE}/namespaces/merwede", f"{LAKE}/namespaces/merwede/tables",
        "/datasets.json", "/datasets.csv", "/catalog", "/catalog.ttl", "/catalog.jsonld")  # fmt: skip
NARROW = (".json", "/api", "/table", "/table.csv", "/table-excel.csv", "/versions", "/versions/1", "/decision",
          "/changes.atom", "/contract.odcs.yaml")  # fmt: skip
_LINK = re.compile(rb"""["'>\s]((?:https?://127\.0\.0\.1:\d+)?/[^"'<>\s\\{}]*)["'<\s]""")
# Made anew for each answer, and how long it took; everything else is the same for all.
_ANEW = re.compile(rb'((?: nonce="|csrfmiddlewaretoken" value="|"request": ?")[^"]+|[0-9]+[.,][0-9] second(?:en|s))')
_TEXTS = ("text/", "json", "xml", "turtle", "yaml", "javascript")


def answers(site: str, slugs: Iterable[str], sql: str) -> dict[str, str]:
    """Each address below `site` that answers, with a hash of status, kind and bytes of its answer."""
    found, waiting = dict[str, str](), deque([*BEGIN, *WIDE, *_of_programs(site, slugs, sql)])
    while waiting:
        path = waiting.popleft()
        if path in found:
            continue
        status, kind, body = _asked(site + path)
        found[path] = f"{status} {kind} {hashlib.sha256(_ANEW.sub(b'', body)).hexdigest()}"
        if status == 200 and any(text in kind for text in _TEXTS):
            waiting += sorted(_named(site, path, body) - set(found))
    return found


def _of_programs(site: str, slugs: Iterable[str], sql: str) -> Iterator[str]:
    """Everything that the API says it can be asked, of these datasets."""
    described = json.loads(_asked(f"{site}/api/v1/openapi.json")[2])
    for slug in slugs:
        yield from (f"/datasets/{slug}{end}" for end in NARROW)
        yield f"{LAKE}/namespaces/merwede/tables/{slug.replace('-', '_')}"
        for path in (path for path, what in described["paths"].items() if "get" in what):
            made = path.replace("{slug}", slug).replace("{number}", "1").replace("{rowId}", "1")
            asked = {"/sql": f"?sql={quote(sql)}", "/groups": "?column=plaats"}.get(path[path.rfind("/") :], "")
            yield from (site_path(made.replace("{format}", form) + asked) for form in FORMS)


def site_path(path: str) -> str:
    return path if path.startswith("/api/") else f"/api/v1{path}"


def _named(site: str, path: str, body: bytes) -> set[str]:
    """The addresses of this site in an answer. A search with a question in it can be made longer for ever: one deep."""
    links = (urldefrag(urljoin(site + path, one.decode().replace("&amp;", "&")))[0] for one in _LINK.findall(body))
    ours = {link.removeprefix(site) for link in links if link.startswith(site + "/")}
    return {link for link in ours if "?" not in link or "?" not in path}


def _asked(address: str) -> tuple[int, str, bytes]:
    try:
        with urlopen(Request(address, headers={"Accept": "*/*"}), timeout=120) as answer:
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
    except HTTPError as error:
        return error.code, error.headers.get("Content-Type", ""), error.read()


def open_lake(site: str, question: str) -> list[tuple[Any, ...]]:
    """What DuckDB, with the open lake attached in one line, finds."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}) as con:
        for package in (duckdb_extension_httpfs, duckdb_extension_avro, duckdb_extension_iceberg):
            (file,) = Path(package.__path__[0]).rglob("*.duckdb_extension")
            con.execute(f"LOAD '{file}'")
        con.execute(f"ATTACH '' AS sluis (TYPE iceberg, ENDPOINT '{site}/api/iceberg', AUTHORIZATION_TYPE 'none')")
        return con.execute(question).fetchall()

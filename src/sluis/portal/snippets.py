"""The same selection in curl, Python, R and QGIS, to copy. The address asks for all rows, so the counts are equal.

The whole table also for engines that attach it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext

from sluis.lake.query.offering import table_name, written


@dataclass(frozen=True, slots=True)
class Snippet:
    key: str
    title: str
    code: str


def rows_url(slug: str, pairs: Sequence[tuple[str, str]] = (), **more: str) -> str:
    """The address of rows in the API."""
    query = urlencode([*pairs, *more.items()])
    return f"{settings.SLUIS.url}/api/v1/datasets/{slug}/rows" + (f"?{query}" if query else "")


def snippets(
    slug: str, pairs: Sequence[tuple[str, str]] = (), *, organisation: str, map_url: str = ""
) -> list[Snippet]:
    """`pairs` are the filters and order; `map_url` is a file with shapes, when there is one."""
    csv = rows_url(slug, pairs, format="csv")
    quoted = json.dumps(csv)
    found = [
        Snippet("curl", "curl", f"curl -o {slug}.csv {_shell(csv)}"),
        Snippet("python", "Python", f"import pandas as pd\n\nrows = pd.read_csv(\n    {quoted}\n)\nprint(len(rows))"),
        Snippet("r", "R", f"rows <- read.csv(\n  {quoted}\n)\nnrow(rows)"),
    ]
    if not pairs:
        found += _attached(organisation, table_name(slug), shapes=bool(map_url))
    if map_url:
        steps = gettext("Laag > Laag toevoegen > Vectorlaag toevoegen > Protocol: HTTP(S)")
        found.append(Snippet("qgis", "QGIS", f"{steps}\n{map_url}"))
    return found


def _attached(organisation: str, table: str, *, shapes: bool) -> list[Snippet]:
    """With shapes DuckDB has to leave their bytes as they are: it would make its own kind of them before it looks."""
    lake = f"{settings.SLUIS.url}/api/iceberg"
    first = "SET enable_geoparquet_conversion = false;\n" if shapes else ""
    attach = f"ATTACH '' AS sluis (TYPE iceberg, ENDPOINT '{lake}', AUTHORIZATION_TYPE 'none');"
    select = f"FROM sluis.{written(organisation)}.{written(table)};"
    python = (
        "from pyiceberg.catalog import load_catalog\n\n"
        f'lake = load_catalog("sluis", type="rest", uri="{lake}")\n'
        f'rows = lake.load_table("{organisation}.{table}").scan().to_arrow()'
    )
    return [Snippet("duckdb", "DuckDB", f"{first}{attach}\n{select}"), Snippet("iceberg", "Iceberg (Python)", python)]


def _shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"

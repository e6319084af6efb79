"""Print a JSON adapter: the names of common table and catalogue questions, and how Sluis answers them.

`python -m benchmarks.adapter http://127.0.0.1:8000 zaken > sluis.json`. A driver fills the `{places}` and times each
address. Start the server with SLUIS_API_RATE=0, or it will say 429.
"""

import argparse
import json
import sys
from typing import Any


def adapter(base: str, table: str) -> dict[str, Any]:
    """`base` is the address of the server, `table` the slug of a published table with the columns of `table.py`."""
    rows = f"/api/v1/datasets/{table}/rows"
    groups = f"/api/v1/datasets/{table}/groups"
    equal = f"{rows}?gemeente={{gemeente}}&limit=100"
    month = f"{rows}?datum__gte={{d0}}&datum__lt={{d1}}&sort=-bedrag&limit=100"
    found = "/api/v1/datasets?q={term}&pageSize=20"
    paths = {
        "a_eq": (equal, "rows", "table"),
        "a_eq_total": (f"{equal}&count=true", "rows", "table"),
        "b_range_sort": (month, "rows", "table"),
        "c_group": (f"{groups}?by=gemeente&sum=bedrag&avg=oppervlakte", "groups", "table"),
        "c_group_f": (f"{groups}?by=gemeente&sum=bedrag&categorie={{categorie}}", "groups", "table"),
        "d_fts": (f"{rows}?omschrijving__words={{term}}&limit=100", "rows", "table"),
        "d_like": (f"{rows}?omschrijving__contains={{term}}&limit=100", "rows", "table"),
        "e_id": (f"{rows}?id={{id}}", "rows", "table"),
        "cat_search": (found, "datasets", "cat"),
        "cat_facets": (found, "datasets", "cat"),
    }
    queries = {name: {"path": path, "items": items, "params": kind} for name, (path, items, kind) in paths.items()}
    return {"name": "sluis", "base": base, "queries": queries}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adapter", description=__doc__)
    parser.add_argument("base")
    parser.add_argument("table")
    asked = parser.parse_args()
    json.dump(adapter(asked.base.rstrip("/"), asked.table), sys.stdout, indent=1)


if __name__ == "__main__":
    main()

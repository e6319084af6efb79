"""Which tables a member of staff may ask about: the newest version of each dataset of which they may see the rows."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches

from django.db.models import OuterRef, QuerySet, Subquery

from sluis.foundation.service import require, within
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Invalid
from sluis.kernel.sql import quoted
from sluis.lake.models import TableVersion
from sluis.lake.policy import VIEW
from sluis.lake.query import faults
from sluis.lake.query.types import Offered
from sluis.lake.rows.types import Column

_MOST_WORDS = 300
_WORD = re.compile(r'"((?:[^"]|"")+)"|(\w+)')
# What DuckDB does not take as a name without quotes (duckdb_keywords, category reserved).
_RESERVED = frozenset(
    {
        "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast", "check",
        "collate", "column", "constraint", "create", "default", "deferrable", "desc", "describe", "distinct", "do",
        "else", "end", "except", "false", "fetch", "for", "foreign", "from", "group", "having", "in", "initially",
        "intersect", "into", "lambda", "lateral", "leading", "limit", "not", "null", "offset", "on", "only", "or",
        "order", "pivot", "pivot_longer", "pivot_wider", "placing", "primary", "qualify", "references", "returning",
        "select", "show", "some", "summarize", "symmetric", "table", "then", "to", "trailing", "true", "union",
        "unique", "unpivot", "using", "variadic", "when", "where", "window", "with",
    }
)  # fmt: skip


def table_name(slug: str) -> str:
    """The name of a dataset's table in SQL: its slug with underscores. No two slugs give the same name."""
    return slug.replace("-", "_")


def slug_of(name: str) -> str:
    """The slug of a name, or of the start of one, however somebody wrote it in capitals."""
    return name.lower().replace("_", "-")


def written(name: str) -> str:
    """A name as it stands in a question: between quotes where SQL needs that."""
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _RESERVED
    return name if plain else quoted(name)


def slugs_in(sql: str) -> list[str]:
    """The slugs that words of the text could stand for, at most 300; the child decides what they really are."""
    found: dict[str, None] = {}
    for between, plain in _WORD.findall(sql):
        word = between.replace('""', '"') or plain
        if re.fullmatch(r"[a-z0-9_]{1,80}", word.lower()):
            found[slug_of(word)] = None
        if len(found) == _MOST_WORDS:
            break
    return list(found)


def offered(*, by: Actor, sql: str) -> tuple[Offered, ...]:
    """The tables that the text names and of which the actor may see the rows; one query. NotAllowed without a role."""
    require(by, VIEW)
    return tuple(map(offered_of, _newest(by).filter(dataset__slug__in=slugs_in(sql))))


def listed(*, by: Actor, text: str = "", first: int = 0, size: int = 25) -> tuple[Offered, ...]:
    """A page of what may be asked about, by name; `text` is the start of the name."""
    require(by, VIEW)
    rows = _newest(by).filter(dataset__slug__startswith=slug_of(text))
    return tuple(map(offered_of, rows.order_by("dataset__slug")[first : first + size]))


def with_nearest(error: Invalid, page: Callable[[str], Iterable[Offered]]) -> Invalid:
    """The same error; an unknown table gets the names that look most like it, of those that `page` gives.

    `page(start)` are tables on offer whose name starts so.
    """
    if error.code != "sql.table":
        return error
    name = str(error.params["name"])
    starts = dict.fromkeys((name[:4].lower(), name[:1].lower(), ""))
    known = dict.fromkeys(table.name for start in starts for table in page(start))
    return faults.table(name, [written(one) for one in get_close_matches(name.lower(), known, n=3, cutoff=0.5)])


def _newest(by: Actor) -> QuerySet[TableVersion]:
    ready = TableVersion.objects.filter(dataset=OuterRef("dataset"), status=TableVersion.Status.READY)
    return (
        TableVersion.objects.filter(within(by, VIEW, organisation="dataset__organisation_id", team="dataset__team_id"))
        .filter(id=Subquery(ready.order_by("-number").values("id")[:1]))
        .select_related("dataset")
        .defer("profile")
        .order_by("dataset__slug")
    )


def offered_of(row: TableVersion) -> Offered:
    """A version (with its dataset) as a question may use it."""
    report = row.report or {}
    geometry = report.get("geometry") or {}
    columns = tuple(
        Column(
            column["name"],
            column["type"],
            column["title"],
            str(geometry.get("crs") or "") if column["name"] == geometry.get("column") else "",
        )
        for column in report["columns"]
    )
    slug, title = row.dataset.slug, row.dataset.title
    parts = tuple(part["sha256"] for part in row.parts)
    return Offered(table_name(slug), title, columns, parts, row.rows_total)

"""From the fields of a source to the columns of a table, over every table in between: what stands behind a table now.

Each place is a source, a file that was brought, or a table; each line goes from one column to another. A table that
the reader may not see is told as such, without its name and columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sluis.foundation.service import may
from sluis.kernel.actor import SYSTEM, Actor
from sluis.lake.models import Source, TableVersion, TransformationRun
from sluis.lake.policy import VIEW, require_on_dataset
from sluis.lake.transforming.queries import runs_behind
from sluis.register.service import get

MOST_PLACES, DEEPEST = 200, 50


@dataclass(frozen=True, slots=True)
class Place:
    """`kind` is source, file, table or hidden; `columns` are (name, title). `detail` is the connector of a source and
    the layer of a table; `depth` the number of steps back from the table that was asked about (which has 0)."""

    key: str
    kind: str
    title: str
    detail: str = ""
    dataset_id: UUID | None = None
    columns: tuple[tuple[str, str], ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """From a column of one place to a column of another."""

    place: str
    column: str
    to_place: str
    to_column: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """`unfollowed` names tables whose SQL could not be followed column by column; `cut`: there was more to show."""

    places: tuple[Place, ...]
    lines: tuple[Line, ...]
    unfollowed: tuple[str, ...] = ()
    cut: bool = False


@dataclass
class _Found:
    places: dict[str, Place] = field(default_factory=dict[str, Place])
    lines: dict[Line, None] = field(default_factory=dict[Line, None])
    unfollowed: list[str] = field(default_factory=list[str])


def lineage(*, by: Actor, dataset_id: UUID) -> Lineage:
    """What stands behind the newest version of the table of a dataset. Raises NotFound and NotAllowed."""
    require_on_dataset(by, VIEW, dataset_id)
    found = _Found()
    wanted: dict[UUID, list[str]] = {dataset_id: _names(_columns(dataset_id))}
    depth = 0
    while wanted and len(found.places) < MOST_PLACES and depth < DEEPEST:
        runs, after = runs_behind(wanted), dict[UUID, list[str]]()
        for one, columns in wanted.items():
            if _seen(by, found, one, columns, runs.get(one), depth):
                _behind(found, one, columns, runs.get(one), depth, after)
        wanted, depth = after, depth + 1
    # Of what is cut off nobody asked whether the reader may see it.
    lines = tuple(line for line in found.lines if line.place in found.places)
    return Lineage(tuple(found.places.values()), lines, tuple(found.unfollowed), bool(wanted))


def _seen(
    by: Actor, found: _Found, dataset_id: UUID, columns: Sequence[str], run: TransformationRun | None, depth: int
) -> bool:
    """Put a table in its place, and say whether the reader may see it. One that is met again on a longer way stands
    further back."""
    key, dataset = _key(dataset_id), get(by=SYSTEM, dataset_id=dataset_id)
    if not may(by, VIEW, dataset.organisation.id, dataset.team_id):
        found.places[key] = Place(key, "hidden", "", depth=depth)
        found.lines = {replace(x, column="") if x.place == key else x: None for x in found.lines}
        return False
    known = dict(found.places[key].columns) if key in found.places else {}
    shown = tuple((name, title) for name, title in _columns(dataset_id) if name in columns or name in known)
    layer = run.transformation.layer if run else ""
    found.places[key] = Place(key, "table", dataset.title, layer, dataset_id, shown, depth)
    return True


def _behind(
    found: _Found,
    dataset_id: UUID,
    columns: Sequence[str],
    run: TransformationRun | None,
    depth: int,
    after: dict[UUID, list[str]],
) -> None:
    if run is None:
        _brought(found, dataset_id, depth + 1)
        return
    tables = {one["table"]: UUID(one["dataset"]) for one in run.inputs}
    lines: Mapping[str, Any] = run.lineage or {}
    if not lines:
        found.unfollowed.append(found.places[_key(dataset_id)].title)
        after |= {one: after.get(one, []) for one in tables.values()}
    for name in columns:
        for table, column in lines.get(name, ()):
            found.lines[Line(_key(tables[table]), column, _key(dataset_id), name)] = None
            wanted = after.setdefault(tables[table], [])
            if column not in wanted:
                wanted.append(column)


def _brought(found: _Found, dataset_id: UUID, depth: int) -> None:
    """Where a table comes in: its sources, or else the file that was brought; under the names that those use."""
    here = found.places[_key(dataset_id)]
    sources = [(f"source:{row.id}", "source", row.title, row.connector)
               for row in Source.objects.filter(dataset_id=dataset_id).order_by("title")]  # fmt: skip
    filename = _newest(dataset_id).values_list("filename", flat=True).first()
    for key, kind, title, detail in sources or [(f"file:{dataset_id}", "file", filename or "", "")]:
        found.places[key] = Place(key, kind, title, detail, dataset_id, here.columns, depth)
        found.lines |= {Line(key, name, here.key, name): None for name, _title in here.columns}


def _newest(dataset_id: UUID) -> Any:
    return TableVersion.ready(dataset_id).order_by("-number")


def _columns(dataset_id: UUID) -> list[tuple[str, str]]:
    report = _newest(dataset_id).values_list("report", flat=True).first() or {}
    return [(column["name"], column["title"] or column["name"]) for column in report.get("columns", ())]


def _names(columns: Sequence[tuple[str, str]]) -> list[str]:
    return [name for name, _title in columns]


def _key(dataset_id: UUID) -> str:
    return f"table:{dataset_id}"

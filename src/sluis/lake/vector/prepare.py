"""Make a file ready for its one driver: look at its first bytes, unpack, refuse what could act instead of tell."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sluis.foundation.archives import Member, open_zip
from sluis.foundation.safe_xml import refuse_doctype
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.types import Remark

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_STARTS = {"gpkg": (b"SQLite format 3\0",), "shapefile": (b"PK\x03\x04",)}


@dataclass(frozen=True, slots=True)
class Prepared:
    """`path` is what GDAL opens, with `options` for the driver; `layers` limits which layers may be read."""

    path: Path
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    layers: frozenset[str] | None = None
    remarks: tuple[Remark, ...] = ()


def prepare(source: Path, kind: str, scratch: Path, options: dict[str, Any]) -> Prepared:
    """Raises Invalid when the content is not of this `kind` or is unsafe to open."""
    _check_first_bytes(source, kind)
    match kind:
        case "gpkg":
            return _geopackage(source)
        case "shapefile":
            return _shapefile(source, scratch, options)
        case "gml":
            refuse_doctype(source, file=source.name)
            return Prepared(source, {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO", "XSD": "", "GFS_TEMPLATE": ""})
        case _:
            return Prepared(source)


def _check_first_bytes(source: Path, kind: str) -> None:
    with source.open("rb") as file:
        start = file.read(4096)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    expected = _STARTS.get(kind) or ((b"{",) if kind == "geojson" else (b"<",))
    if not (start if kind in _STARTS else text).startswith(expected):
        raise Invalid(
            "vector.not-this-kind",
            N_("{file} is geen {kind}-bestand: de inhoud begint anders."),
            way_out=N_("Kies het juiste bestand of sla het opnieuw op in het juiste formaat."),
            file=source.name,
            kind=kind,
        )


def _geopackage(source: Path) -> Prepared:
    """Only plain tables named in gpkg_contents are read: a view or a virtual table can run SQL of the maker."""
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        try:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            things = database.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
            _refuse_acting_tables(source, things)
            named = {row[0] for row in database.execute("SELECT table_name FROM gpkg_contents")}
        except sqlite3.Error as error:
            raise broken(source, str(error)) from error
    tables = {name for kind, name, sql in things if kind == "table" and not _is_virtual(sql)}
    other = sorted(named & {name for kind, name, sql in things if kind == "view" or _is_virtual(sql)})
    remarks = _remarks_on(other, [name for kind, name, _ in things if kind == "trigger" and not _is_usual(name)])
    return Prepared(source, {"IMMUTABLE": "YES", "LIST_ALL_TABLES": "NO"}, frozenset(named & tables), remarks)


def _refuse_acting_tables(source: Path, things: Iterable[tuple[str, str, str]]) -> None:
    """The tables GDAL reads by itself must be tables."""
    for kind, name, sql in things:
        if name.lower().startswith("gpkg_") and (kind == "view" or (kind == "table" and _is_virtual(sql))):
            raise Invalid(
                "gpkg.acting-table",
                N_("In {file} is {table} geen gewone tabel maar een view. Dat openen we niet."),
                way_out=N_("Exporteer de lagen opnieuw naar een nieuwe GeoPackage."),
                file=source.name,
                table=name,
            )


def _is_virtual(sql: str) -> bool:
    return sql.lstrip().upper().startswith("CREATE VIRTUAL")


def _is_usual(trigger: str) -> bool:
    """The triggers every GeoPackage has; like all others they never fire, because nothing is written."""
    return trigger.startswith(("rtree_", "trigger_insert_feature_count", "trigger_delete_feature_count", "gpkg_"))


def _remarks_on(views: list[str], triggers: list[str]) -> tuple[Remark, ...]:
    remarks: list[Remark] = []
    if views:
        text = N_("Deze lagen zijn views en zijn niet gelezen: {layers}.")
        remarks.append(Remark("gpkg.views", text, {"layers": ", ".join(views)}))
    if triggers:
        text = N_("Het bestand bevat {count} triggers. Ze zijn niet uitgevoerd.")
        remarks.append(Remark("gpkg.triggers", text, {"count": len(triggers)}))
    return tuple(remarks)


def _shapefile(source: Path, scratch: Path, options: dict[str, Any]) -> Prepared:
    with open_zip(source) as archive:
        shapes = [member for member in archive.members if _suffix(member) == ".shp"]
        chosen = _choose_shape(source, shapes, options.get("layer"))
        stem = chosen.name[: -len(".shp")]
        parts = [m for m in archive.members if _suffix(m) in _PARTS and m.name[:-4].lower() == stem.lower()]
        present = {_suffix(part) for part in parts}
        if not {".shx", ".dbf"} <= present:
            raise Invalid(
                "shapefile.incomplete",
                N_("In {file} ontbreekt een deel van de shapefile: {missing}."),
                way_out=N_("Stop .shp, .shx, .dbf en .prj samen in één zip."),
                file=source.name,
                missing=", ".join(sorted({".shx", ".dbf"} - present)),
            )
        paths = archive.extract(parts, scratch)
    remarks = _other_shapes(shapes, chosen)
    reading = {"ENCODING": str(options["encoding"])} if options.get("encoding") else {}
    return Prepared(paths[chosen.name], reading, remarks=remarks)


def _choose_shape(source: Path, shapes: list[Member], layer: str | None) -> Member:
    wanted = [m for m in shapes if layer is None or Path(m.name).stem == layer]
    if not wanted:
        raise Invalid(
            "shapefile.no-shp",
            N_("In {file} zit geen shapefile (.shp) met deze naam."),
            way_out=N_("Stop .shp, .shx, .dbf en .prj samen in één zip."),
            file=source.name,
        )
    return max(wanted, key=lambda member: member.size)


def _other_shapes(shapes: list[Member], chosen: Member) -> tuple[Remark, ...]:
    if len(shapes) == 1:
        return ()
    others = ", ".join(Path(member.name).stem for member in shapes if member is not chosen)
    text = N_("Gelezen is laag {layer}. Het bestand heeft meer lagen: {others}.")
    return (Remark("vector.more-layers", text, {"layer": Path(chosen.name).stem, "others": others}),)


def _suffix(member: Member) -> str:
    return Path(member.name).suffix.lower()


def broken(source: Path, reason: str) -> Invalid:
    return Invalid(
        "vector.broken",
        N_("{file} is niet te lezen: {reason}."),
        way_out=N_("Open het bestand in een GIS-programma en sla het opnieuw op."),
        file=source.name,
        reason=reason,
        english="reason",
    )

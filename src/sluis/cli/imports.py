"""`sluis import`: files of your own become typed tables of a dataset, with every row accounted for."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from sluis.cli.language import _
from sluis.cli.start import actor, migrate, start
from sluis.cli.terminal import Command, problem, reading, refuse, say, speech
from sluis.kernel.actor import Actor
from sluis.kernel.canonical import canonical
from sluis.kernel.errors import Invalid, NotFound, SluisError
from sluis.kernel.ids import slugify
from sluis.kernel.text import N_

if TYPE_CHECKING:
    from sluis.lake.service import TableVersionRecord
    from sluis.register.types import DatasetRecord

_REPORTED = ("format", "rows_read", "rows_loaded", "rows_rejected", "columns", "dialect", "geometry")
Files = Annotated[
    list[Path], typer.Argument(help=_("Bestanden: CSV, XLSX, ODS, JSON, Parquet, GeoJSON, GeoPackage, …"))
]


def import_files(
    files: Files,
    dataset: Annotated[str, typer.Option(help=_("Kenmerk van een dataset; leeg: naar de naam van het bestand."))] = "",
    organisation: Annotated[str, typer.Option(help=_("Korte naam van de organisatie van een nieuwe dataset."))] = "",
    title: Annotated[str, typer.Option(help=_("Titel van een nieuwe dataset."))] = "",
    by: Annotated[str, typer.Option("--as", help=_("E-mailadres van wie het bestand aanlevert."))] = "",
    encoding: Annotated[str, typer.Option(help=_("Tekenset, zoals cp1252; leeg: zoek uit."))] = "",
    delimiter: Annotated[str, typer.Option(help=_("Scheidingsteken; leeg: zoek uit."))] = "",
    header_row: Annotated[int | None, typer.Option(help=_("Regelnummer van de kop; 0 is geen kop."))] = None,
    decimal: Annotated[str, typer.Option(help=_("Decimaalteken: , of ."))] = "",
    date_order: Annotated[str, typer.Option(help=_("Volgorde van datums: dmy, mdy of ymd."))] = "",
    skip: Annotated[int | None, typer.Option(help=_("Aantal regels om over te slaan."))] = None,
    sheet: Annotated[str, typer.Option(help=_("Naam van het werkblad."))] = "",
    append: Annotated[bool, typer.Option("--append", help=_("Voeg de rijen toe aan de tabel."))] = False,
    upsert_key: Annotated[
        str, typer.Option(help=_("Werk de tabel bij op deze sleutel: namen van kolommen met komma's ertussen."))
    ] = "",
    column_type: Annotated[
        list[str] | None, typer.Option("--type", help=_("Soort van een kolom: naam=text; herhaal voor meer."))
    ] = None,
) -> None:
    start()
    migrate()
    options = _options(
        types=column_type or [],
        encoding=encoding,
        delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter),
        header_row=header_row,
        decimal=decimal,
        date_order=date_order,
        skip=skip,
        sheet=sheet,
    )
    where = {"dataset": dataset, "organisation": organisation, "title": title}
    who, how = actor(by), _how(append, upsert_key)
    taken = [_taken(file, by=who, **where, options=options, how=how) for file in files]
    if not all(taken):
        raise typer.Exit(1)


def _taken(file: Path, *, by: Actor, **asked: Any) -> bool:
    """Whether the file came in; either way what became of it is told."""
    try:
        _tell(import_file(by, file, **asked))
    except SluisError as error:
        _tell_refusal(file, error)
        return False
    return True


def _how(append: bool, upsert_key: str) -> dict[str, Any]:
    """How the rows meet those of the table, as the lake asks it."""
    key = [name.strip() for name in upsert_key.split(",") if name.strip()]
    if append and key:
        raise Invalid("import.mode", N_("Kies toevoegen of bijwerken op een sleutel, niet allebei."))
    return {"mode": "upsert" if key else "append" if append else "replace", "key": key}


def _options(types: list[str], **said: Any) -> dict[str, Any]:
    """The corrections that were given, as the ingest takes them."""
    from sluis.cli.describe import from_pairs

    options = {name: value for name, value in said.items() if value not in ("", None)}
    return options | ({"types": from_pairs(types)} if types else {})


def import_file(
    by: Actor, file: Path, *, dataset: str, organisation: str, title: str, options: dict[str, Any], how: dict[str, Any]
) -> dict[str, Any]:
    """Read one file into a dataset; a new one is made once the file was read. Returns what `--json` shows."""
    if file.is_dir():
        raise Invalid(
            "import.folder",
            N_("{file} is een map; noem de bestanden zelf."),
            way_out=N_("Bijvoorbeeld: sluis import {file}/*.csv"),
            file=str(file),
        )
    if not file.is_file():
        raise NotFound("import.no-file", N_("Bestand {file} is er niet."), file=str(file))
    slug = dataset or slugify(file.stem)
    say(_("{file} → dataset {slug}").format(file=file.name, slug=slug))
    known = _known(by, slug)
    if known:
        made = take_in(by, known.id, file, options, **how)
    else:
        made = _take_in_new(by, file, slug, organisation, title or _title(file), options, how)
    version = {"version": made.number, "mode": made.mode, "rows_total": made.rows_total, "change": made.change}
    return {"file": str(file), "dataset": slug} | version | _told(made.report)


def _told(report: dict[str, Any] | None) -> dict[str, Any]:
    """The report as a program reads it, with the warnings in words."""
    if report is None:
        return {}
    from sluis.lake.types import Remark

    remarks = [Remark.from_json(shape) for shape in report["warnings"]]
    said = [{"code": remark.code, "message": remark.text(_)} for remark in remarks]
    return {name: report[name] for name in _REPORTED} | {"warnings": said}


def take_in(
    by: Actor, dataset_id: UUID, file: Path, options: dict[str, Any] | None = None, **how: Any
) -> "TableVersionRecord":
    """Read the file as the next version of the table of the dataset. Raises what the ingest refused it with."""
    from sluis.lake import service as lake

    with reading(file.name) as told:
        made = lake.ingest_now(by=by, dataset_id=dataset_id, path=file, options=options, on_progress=told, **how)
    return lake.table_version(by=by, table_version_id=made)


def _take_in_new(
    by: Actor, file: Path, slug: str, organisation: str, title: str, options: dict[str, Any], how: dict[str, Any]
) -> "TableVersionRecord":
    from sluis.lake import service as lake

    home = home_of(by, organisation)
    with reading(file.name) as told:
        made = lake.ingest_new(
            by=by, organisation_id=home, title=title, slug=slug, path=file, options=options, on_progress=told, **how
        )
    return lake.table_version(by=by, table_version_id=made)


def _known(by: Actor, slug: str) -> "DatasetRecord | None":
    from sluis.register import service as register

    try:
        return register.get(by=by, slug=slug)
    except NotFound:
        return None


def home_of(by: Actor, slug: str) -> UUID:
    """The organisation of a new dataset: the named one, the only one this person works for, or the installation's."""
    from sluis.foundation.service import organisation, organisations_where

    if slug:
        return organisation(slug).id
    if by.is_system:
        return _own_organisation(by)
    own = organisations_where(by, "dataset.edit")
    if len(own) == 1:
        return next(iter(own))
    raise Invalid("import.organisation", N_("Zeg bij welke organisatie de dataset hoort, met --organisation."))


def _own_organisation(by: Actor) -> UUID:
    """The organisation in the settings; made when it is not there yet."""
    from django.conf import settings

    from sluis.foundation.service import create_organisation, organisation

    name = settings.SLUIS.organisation
    try:
        return organisation(slugify(name)).id
    except NotFound:
        return create_organisation(by=by, slug=slugify(name), name=name).id


def _title(file: Path) -> str:
    words = file.stem.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _tell(document: dict[str, Any]) -> None:
    if speech.json:
        _line(document)
        return
    lines = [
        _("{dataset}: {rows_read} rijen gelezen, {rows_loaded} geladen, {rows_rejected} afgekeurd").format(**document),
        *([_("  de tabel heeft nu {rows_total} rijen").format(**document)] if document["mode"] != "replace" else []),
        *(f"  {column['name']}: {column['type']}" for column in document["columns"]),
        *(f"  ! {warning['message']}" for warning in document["warnings"]),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _tell_refusal(file: Path, error: SluisError) -> None:
    if speech.json:
        _line(problem(error) | {"file": str(file)})
    else:
        say(f"{file}:")
        refuse(error)


def _line(document: dict[str, Any]) -> None:
    """One JSON document on one line, so that several files give several documents."""
    sys.stdout.write(json.dumps(json.loads(canonical(document)), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def add_to(app: typer.Typer) -> None:
    app.command("import", cls=Command, help=_("Lees bestanden in als tabellen van een dataset."))(import_files)

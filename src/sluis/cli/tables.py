"""`sluis table …`: the versions of a table, and what differs between two of them."""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from sluis.cli.language import _
from sluis.cli.start import actor, start
from sluis.cli.terminal import Command, result, table
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_

app = typer.Typer(help=_("Versies van een tabel en wat ertussen verschilt."), no_args_is_help=True)
Dataset = Annotated[str, typer.Argument(help=_("Kenmerk van de dataset."))]
By = Annotated[str, typer.Option("--as", help=_("E-mailadres van wie het vraagt."))]


@app.command("versions", cls=Command, help=_("Toon de versies van een tabel."))
def versions(dataset: Dataset, by: By = "") -> None:
    start()
    from sluis.lake import service as lake
    from sluis.register import service as register

    who = actor(by)
    rows = [_line(row) for row in lake.versions(by=who, dataset_id=register.get(by=who, slug=dataset).id)]
    titles = {"version": _("versie"), "status": _("stand"), "mode": _("werkwijze"), "rows_total": _("rijen"),
              "rows_loaded": _("ingelezen"), "rows_rejected": _("afgekeurd"), "columns": _("kolommen"),
              "parts": _("delen"), "file": _("bestand"), "at": _("moment")}  # fmt: skip
    result(rows, table(rows, titles))


@app.command("diff", cls=Command, help=_("Toon wat er verschilt tussen twee versies."))
def diff(
    dataset: Dataset,
    old: Annotated[int, typer.Option("--from", help=_("Nummer van de oude versie."))],
    new: Annotated[int, typer.Option("--to", help=_("Nummer van de nieuwe versie."))],
    key: Annotated[str, typer.Option(help=_("Kolommen die een rij aanwijzen, met komma's; leeg: zoek uit."))] = "",
    out: Annotated[Path | None, typer.Option(help=_("Schrijf alle verschillen naar dit Parquet-bestand."))] = None,
    by: By = "",
) -> None:
    start()
    from sluis.lake import service as lake
    from sluis.register import service as register

    who = actor(by)
    dataset_id = register.get(by=who, slug=dataset).id
    known = {row.number: row.id for row in lake.versions(by=who, dataset_id=dataset_id)}
    names = [name.strip() for name in key.split(",") if name.strip()]
    found = lake.diff(by=who, old=_version(known, old), new=_version(known, new), key=names)
    if out:
        shutil.copyfile(found.path, out)
    result(found.to_json(), "\n".join(_told(found)))


@app.command("keep", cls=Command, help=_("Zeg hoe lang versies van een tabel bewaard blijven."))
def keep(
    dataset: Dataset,
    last: Annotated[int | None, typer.Option(help=_("Bewaar de laatste zoveel versies."))] = None,
    days: Annotated[int | None, typer.Option(help=_("Bewaar wat niet ouder is dan zoveel dagen."))] = None,
    everywhere: Annotated[
        bool, typer.Option("--organisation", help=_("Voor alle tabellen van de organisatie zonder eigen regel."))
    ] = False,
    by: By = "",
) -> None:
    start()
    from sluis.lake import service as lake
    from sluis.register import service as register

    who = actor(by)
    rule = lake.Rule(last, days)
    dataset_id = register.get(by=who, slug=dataset).id
    lake.set_rule(by=who, dataset_id=dataset_id, rule=rule, everywhere=everywhere)
    gone = [fate.number for fate in lake.fates(by=who, dataset_id=dataset_id) if fate.goes]
    told = _("De regel is opgeslagen. Van {dataset} gaan {count} versies weg.")
    result({"last": last, "days": days, "goes": gone}, told.format(dataset=dataset, count=len(gone)))


@app.command("expire", cls=Command, help=_("Ruim versies op die niets of niemand bewaart."))
def expire(
    dataset: Annotated[str, typer.Argument(help=_("Kenmerk van de dataset; leeg: elke tabel met een regel."))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Laat alleen zien wat weg zou gaan."))] = False,
    by: By = "",
) -> None:
    start()
    from sluis.lake import service as lake
    from sluis.register import service as register

    who = actor(by)
    chosen = [register.get(by=who, slug=dataset).id] if dataset else lake.ruled()
    rows: list[dict[str, Any]] = []
    for dataset_id in chosen:
        found = lake.fates(by=who, dataset_id=dataset_id)
        gone = {f.version_id for f in (found if dry_run else lake.expire(by=who, dataset_id=dataset_id)) if f.goes}
        slug = register.get(by=who, dataset_id=dataset_id).slug
        rows += [_fate(slug, fate, fate.version_id in gone) for fate in found]
    goes = _("zou weggaan") if dry_run else _("weg")
    titles = {"dataset": _("dataset"), "version": _("versie"), "at": _("moment"), "size": _("grootte"), "told": goes}
    result([{k: v for k, v in row.items() if k != "told"} for row in rows], table(rows, titles))


@app.command(
    "rebuild-catalogue", cls=Command, help=_("Schrijf de Iceberg-tabellen opnieuw, uit de versies die er zijn.")
)
def rebuild_catalogue(
    dataset: Annotated[str, typer.Argument(help=_("Kenmerk van de dataset; leeg: alle."))] = "", by: By = ""
) -> None:
    start()
    from sluis.lake import service as lake
    from sluis.register import service as register

    who = actor(by)
    if dataset:
        written = lake.follow(by=who, dataset_id=register.get(by=who, slug=dataset).id, anew=True)
        result({"snapshots": written}, _("{count} momentopnamen geschreven.").format(count=written))
        return
    lake.follow_all(by=who, anew=True)
    proof = asdict(lake.proven(by=who))
    text = _("{snapshots} momentopnamen van {tables} Iceberg-tabellen zeggen hetzelfde als onze versies.")
    result(proof, text.format(**proof))


@app.command("index", cls=Command, help=_("Toon wat er klaarstaat om een gepubliceerde tabel snel te lezen."))
def index(dataset: Dataset, by: By = "") -> None:
    start()
    from sluis.release import service as release

    found = release.reading_aids(by=actor(by), slug=dataset)
    rows = [{"name": a.name, "size": a.size, "state": _state(a), "sha256": a.sha256} for a in found]
    result(rows, table(rows, {"name": _("onderdeel"), "size": _("bytes"), "state": _("stand")}))


@app.command(
    "rebuild-index", cls=Command, help=_("Maak opnieuw wat het lezen van grote gepubliceerde tabellen snel maakt.")
)
def rebuild_index(
    dataset: Annotated[str, typer.Argument(help=_("Kenmerk van de dataset; leeg: alle."))] = "", by: By = ""
) -> None:
    start()
    from sluis.release import service as release

    made = release.rebuild_reading_aids(by=actor(by), slug=dataset)
    result({"made": made}, _("{count} onderdelen gemaakt.").format(count=made))


def _state(aid: Any) -> str:
    if aid.sha256:
        return _("klaar")
    return _("weggelaten: {reason}").format(reason=_(aid.note)) if aid.note else _("wordt gemaakt")


def _version(known: dict[int, UUID], number: int) -> UUID:
    if number not in known:
        raise NotFound("table.no-version", N_("Versie {number} van deze tabel bestaat niet."), number=number)
    return known[number]


def _line(row: Any) -> dict[str, Any]:
    """A version as it is listed: how it came to be, its ledger and what became of its columns."""
    return {
        "version": row.number,
        "status": row.status,
        "mode": row.mode,
        "key": row.key,
        "rows_total": row.rows_total,
        "rows_read": row.rows_read,
        "rows_loaded": row.rows_loaded,
        "rows_rejected": row.rows_rejected,
        "columns": row.change.get("kind", ""),
        "change": row.change,
        "parts": len(row.parts),
        "file": row.filename,
        "source_sha256": row.source_sha256,
        "at": row.created_at.isoformat(timespec="seconds"),
        "by": row.created_by,
    }


def _fate(slug: str, fate: Any, goes: bool) -> dict[str, Any]:
    """What becomes of a version, and what keeps one that stays; one that stayed after all says nothing."""
    from sluis.lake.keeping.types import TEXTS

    return {
        "dataset": slug,
        "version": fate.number,
        "at": fate.ready_at.isoformat(timespec="seconds"),
        "size": fate.size,
        "goes": goes,
        "why": [why.value for why in fate.why],
        "told": _("ja") if goes else " ".join([_("nee."), *(_(TEXTS[why]) for why in fate.why)]),
    }


def _told(found: Any) -> list[str]:
    counts = _("{added} rijen erbij, {removed} rijen weg, {changed} rijen gewijzigd").format(**found.to_json())
    how = _("vergeleken op {key}").format(key=", ".join(found.key)) if found.key else _("vergeleken als hele rijen")
    columns = [f"  {name}: {count}" for name, count in found.columns.items()]
    changes = [f"  {c['name']}: {c['what']} {c['was']} → {c['now']}" for c in found.schema["columns"]]
    return [counts, how, *columns, *([_("Kolommen:"), *changes] if changes else [])]

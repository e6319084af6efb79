"""`sluis transformation …`: tables that are made from other tables."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluis.cli.contracts import read_text
from sluis.cli.language import _
from sluis.cli.runs import failure_of, told
from sluis.cli.start import BY_SCHEDULE, actor, begun, start, work_until
from sluis.cli.terminal import Command, reading, result, table
from sluis.kernel.errors import NotFound, fill
from sluis.kernel.text import N_

if TYPE_CHECKING:
    from sluis.kernel.actor import Actor
    from sluis.lake.service import TransformationRecord, TransformationRunRecord

app = typer.Typer(help=_("Tabellen die uit andere tabellen worden gemaakt."), no_args_is_help=True)
Slug = Annotated[str, typer.Argument(help=_("Kenmerk van de dataset waarvan de tabel wordt gemaakt."))]
By = Annotated[str, typer.Option("--as", help=_("E-mailadres van wie dit doet."))]
File = Annotated[Path, typer.Argument(help=_("De transformatie, een YAML-bestand."), exists=True, dir_okay=False)]


@app.command("list", cls=Command, help=_("Toon alle transformaties met hun toestand."))
def show_all(by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    who, rows, page = actor(by), list[dict[str, Any]](), 1
    while found := lake.transformations(by=who, page=page)[0]:
        rows += [_document(row) for row in found]
        page += 1
    titles = {"dataset": _("dataset"), "layer": _("laag"), "standing": _("toestand"), "number": _("versie"),
              "inputs": _("leest")}  # fmt: skip
    result(rows, table([row | {"inputs": ", ".join(row["inputs"])} for row in rows], titles))


@app.command("show", cls=Command, help=_("Toon een transformatie en de laatste keren."))
def show(dataset: Slug, by: By = "") -> None:
    start()
    from sluis.lake import service as lake
    from sluis.lake.steps.text import write_document

    who = actor(by)
    found = _of(who, dataset)
    runs = [_run(run) for run in lake.transformation_runs(by=who, transformation_id=found.id, size=10)[0]]
    parts = {name: getattr(found, name) for name in ("sql", "steps", "tests", "layer", "start", "schedule")}
    result(_document(found) | parts | {"runs": runs}, "\n".join([write_document(parts), *told(runs)]))


@app.command("put", cls=Command, help=_("Laat de tabel van een dataset voortaan zo maken."))
def put(dataset: Slug, file: File, by: By = "") -> None:
    start()
    from sluis.lake import service as lake
    from sluis.lake.steps.text import read_document

    who = actor(by)
    with reading(dataset):
        lake.save_transformation(by=who, dataset_id=_dataset(who, dataset), **read_document(read_text(file)))
    found = _of(who, dataset)
    result(_document(found), _("Versie {number} van de transformatie is bewaard.").format(number=found.number))


@app.command("check", cls=Command, help=_("Probeer een transformatie uit op de tabellen van nu, en bewaar niets."))
def check(dataset: Slug, file: File, by: By = "") -> None:
    start()
    from sluis.lake import service as lake
    from sluis.lake.steps.text import read_document

    who, parts = actor(by), read_document(read_text(file))
    definition = {name: parts[name] for name in ("sql", "steps", "tests") if name in parts}
    with reading(dataset):
        tried = lake.try_transformation(by=who, dataset_id=_dataset(who, dataset), **definition)
    columns = [column["name"] for column in tried.columns]
    document = {"rows": tried.rows, "columns": columns, "figures": tried.figures, "failed": list(tried.failed),
                "first": list(tried.first)}  # fmt: skip
    shown = [{name: _short(row.get(name)) for name in columns} for row in tried.first]
    lines = [table(shown, {name: name for name in columns}), _("{rows} rijen").format(rows=tried.rows)]
    lines += [_("Toets ‘{name}’ geeft {rows} rijen.").format(**one) for one in tried.failed]
    result(document, "\n".join([*lines, *_figures(tried.figures)]))
    if tried.failed:
        raise typer.Exit(1)


@app.command("run", cls=Command, help=_("Maak de tabel nu en wacht tot het klaar is."))
def run(dataset: Slug, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    who = actor(by)
    of = _of(who, dataset)
    run_id = begun(lambda: lake.run_transformation(by=who, transformation_id=of.id), lambda: _of(who, dataset).last)

    def ended() -> "TransformationRunRecord | None":
        found = lake.transformation_run(by=who, run_id=run_id)
        return None if found.active else found

    with reading(dataset):
        found = work_until(ended, least=BY_SCHEDULE)
    document = _run(found)
    result(document, "\n".join([*told([document]), *_figures(found.figures)]))
    if found.state not in ("made", "unchanged"):
        raise typer.Exit(1)


@app.command("pause", cls=Command, help=_("Maak de tabel niet meer vanzelf."))
def pause(dataset: Slug, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    who = actor(by)
    lake.pause_transformation(by=who, transformation_id=_of(who, dataset).id)
    result({"dataset": dataset, "paused": True}, _("De transformatie is gepauzeerd."))


@app.command("resume", cls=Command, help=_("Maak de tabel weer vanzelf."))
def resume(dataset: Slug, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    who = actor(by)
    lake.resume_transformation(by=who, transformation_id=_of(who, dataset).id)
    result({"dataset": dataset, "paused": False}, _("De transformatie doet weer mee."))


@app.command("remove", cls=Command, help=_("Verwijder een transformatie; de versies die zij maakte blijven."))
def remove(dataset: Slug, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    who = actor(by)
    lake.remove_transformation(by=who, transformation_id=_of(who, dataset).id)
    result({"dataset": dataset, "removed": True}, _("De transformatie is verwijderd."))


@app.command(
    "rotate", cls=Command, help=_("Neem een nieuwe sleutel: alle pseudoniemen veranderen bij de volgende keer.")
)
def rotate(dataset: Slug, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    who = actor(by)
    number = lake.rotate_pseudonyms(by=who, dataset_id=_dataset(who, dataset))
    result(
        {"dataset": dataset, "key": number}, _("Sleutel {number} geldt vanaf de volgende keer.").format(number=number)
    )


def _dataset(who: "Actor", slug: str) -> Any:
    from sluis.register import service as register

    return register.get(by=who, slug=slug).id


def _of(who: "Actor", slug: str) -> "TransformationRecord":
    from sluis.lake import service as lake

    found = lake.transformation_of(by=who, dataset_id=_dataset(who, slug))
    if found is None:
        raise NotFound("transformation.none", N_("De tabel van {dataset} wordt niet uit andere gemaakt."), dataset=slug)
    return found


def _document(found: "TransformationRecord") -> dict[str, Any]:
    names = ("id", "layer", "start", "schedule", "number", "standing", "paused", "failures", "next_at")
    known = {name: getattr(found, name) for name in names}
    return {"dataset": found.dataset_slug, **known, "inputs": [one.slug for one in found.inputs if one.slug]}


def _run(run: "TransformationRunRecord") -> dict[str, Any]:
    names = ("id", "state", "trigger", "definition", "created_at", "finished_at", "rows", "table_version_id", "inputs",
             "source_sha256", "figures")  # fmt: skip
    log = [fill(line["text"], line["params"], _) for line in run.log]
    return {name: getattr(run, name) for name in names} | {"log": log, "failure": failure_of(run.failure)}


def _figures(figures: dict[str, Any] | None) -> list[str]:
    if not figures:
        return []
    before, after = figures["before"], figures["after"]
    lines = [_("Rijen: {before} → {after}; weggelaten: {out}").format(
        before=before["rows"], after=after["rows"], out=figures["left_out"])]  # fmt: skip
    if "smallest" in before and "smallest" in after:
        text = _("Kleinste groep ({columns}): {before} → {after}; rijen alleen: {alone} → {left}")
        facts = {"before": before["smallest"], "after": after["smallest"], "alone": before["unique"]}
        lines.append(text.format(columns=", ".join(after["columns"]), left=after["unique"], **facts))
    return lines


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 30 else text[:29] + "…"

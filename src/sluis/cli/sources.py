"""`sluis source …`: where data comes in from by itself.

A secret comes from a file or from standard input, never from the command line: others on the machine can read that.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from sluis.cli.language import _
from sluis.cli.runs import failure_of, told
from sluis.cli.start import BY_SCHEDULE, actor, begun, start, work_until
from sluis.cli.terminal import Command, moment, reading, result, table
from sluis.kernel.errors import Invalid, fill
from sluis.kernel.text import N_

if TYPE_CHECKING:
    from sluis.lake.service import RunRecord, SourceRecord

app = typer.Typer(help=_("Bronnen waaruit data vanzelf binnenkomt."), no_args_is_help=True)
STDIN = "-"
Id = Annotated[str, typer.Argument(help=_("Kenmerk van de bron; sluis source list toont ze."))]
By = Annotated[str, typer.Option("--as", help=_("E-mailadres van wie dit doet."))]
Options = Annotated[
    list[str] | None,
    typer.Option(
        help=_("Hoe het bestand te lezen is, zoals sheet=Blad2, header_row=4, skip=2, decimal=, of encoding=cp1252.")
    ),
]


@app.command("connectors", cls=Command, help=_("Toon de koppelingen met hun velden."))
def connectors() -> None:
    start()
    from sluis.lake import service as lake

    found = lake.connectors().values()
    rows = [
        {"connector": item.name, "title": _(item.title), "fields": [_field(field) for field in item.fields]}
        for item in found
    ]
    lines = [f"{row['connector']}: {row['title']}\n  {' '.join(_short(f) for f in row['fields'])}" for row in rows]
    result(rows, "\n".join(lines))


@app.command("add", cls=Command, help=_("Koppel een bron aan een dataset."))
def add(
    dataset: Annotated[str, typer.Argument(help=_("Kenmerk van de dataset."))],
    connector: Annotated[str, typer.Argument(help=_("Naam van de koppeling; sluis source connectors toont ze."))],
    title: Annotated[str, typer.Option(help=_("Naam van de bron."))],
    fields: Annotated[list[str] | None, typer.Option("--set", help=_("Veld van de koppeling: naam=waarde."))] = None,
    secret: Annotated[
        list[str] | None, typer.Option(help=_("Geheim veld: naam=bestand, of naam=- voor standaardinvoer."))
    ] = None,
    every: Annotated[str, typer.Option(help=_("Wanneer: never, minutes, day, week of month."))] = "never",
    count: Annotated[int, typer.Option(help=_("Aantal minuten, dag van de week (1 is maandag) of van de maand."))] = 0,
    at: Annotated[str, typer.Option(help=_("Tijd, zoals 06:30."))] = "",
    mode: Annotated[str, typer.Option(help=_("Wat nieuwe rijen doen: replace, append of upsert."))] = "replace",
    key: Annotated[str, typer.Option(help=_("Kolommen van de sleutel, met komma's ertussen."))] = "",
    option: Options = None,
    attempts: Annotated[int, typer.Option(help=_("Na zoveel mislukte pogingen stopt de bron."))] = 5,
    by: By = "",
) -> None:
    start()
    from sluis.lake import service as lake
    from sluis.register import service as register

    who = actor(by)
    made = lake.create_source(
        by=who,
        dataset_id=register.get(by=who, slug=dataset).id,
        connector_name=connector,
        title=title,
        config=_pairs(fields) | _secrets(secret),
        mode=mode,
        key=key.split(","),
        options=_pairs(option),
        schedule={"every": every, "count": count, "at": at},
        attempts=attempts,
    )
    document = _document(lake.source(by=who, source_id=made))
    result(document, _("Bron {title} gekoppeld: {id}").format(title=title, id=made))


@app.command("list", cls=Command, help=_("Toon alle bronnen met hun toestand."))
def show_all(by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    found, total = lake.sources(by=actor(by), size=1)
    rows = [_document(row) for row in lake.sources(by=actor(by), size=max(total, 1))[0]] if found else []
    titles = {"id": _("kenmerk"), "dataset": _("dataset"), "title": _("naam"), "connector": _("koppeling"),
              "standing": _("toestand"), "next_at": _("volgende keer")}  # fmt: skip
    result(rows, table([row | {"next_at": moment(row["next_at"])} for row in rows], titles))


@app.command("show", cls=Command, help=_("Toon een bron, zonder haar geheimen, en de laatste keren."))
def show(source: Id, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    who, source_id = actor(by), _id(source)
    document = _document(lake.source(by=who, source_id=source_id))
    runs = [_run(run) for run in lake.source_runs(by=who, source_id=source_id, size=10)[0]]
    text = "\n".join([*(f"{name}: {value}" for name, value in document.items()), "", *told(runs)])
    result(document | {"runs": runs}, text)


@app.command("check", cls=Command, help=_("Controleer adres, toegang en rechten van een bron."))
def check(source: Id, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    lines = [_line(line) for line in lake.check_saved_source(by=actor(by), source_id=_id(source))]
    result({"id": source, "told": lines}, "\n".join(lines))


@app.command("run", cls=Command, help=_("Haal een bron nu op en wacht tot het klaar is."))
def run(source: Id, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    who, source_id = actor(by), _id(source)
    run_id = begun(
        lambda: lake.run_now(by=who, source_id=source_id), lambda: lake.source(by=who, source_id=source_id).last
    )

    def ended() -> "RunRecord | None":
        found = lake.source_run(by=who, run_id=run_id)
        return None if found.active else found

    with reading(source):
        found = work_until(ended, least=BY_SCHEDULE)
    document = _run(found)
    result(document, "\n".join(told([document])))
    if found.state not in ("loaded", "unchanged"):
        raise typer.Exit(1)


@app.command("pause", cls=Command, help=_("Haal een bron niet meer vanzelf op."))
def pause(source: Id, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    lake.pause_source(by=actor(by), source_id=_id(source))
    result({"id": source, "paused": True}, _("De bron is gepauzeerd."))


@app.command("resume", cls=Command, help=_("Haal een bron weer vanzelf op, ook na fouten."))
def resume(source: Id, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    lake.resume_source(by=actor(by), source_id=_id(source))
    result({"id": source, "paused": False}, _("De bron doet weer mee."))


@app.command("key", cls=Command, help=_("Maak een sleutel voor wie rijen naar een bron stuurt; een vorige vervalt."))
def key(source: Id, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    made = lake.new_push_key(by=actor(by), source_id=_id(source))
    result({"id": source, "key": made}, made)


@app.command("forget", cls=Command, help=_("Gooi weg wat bij een bron op inlezen wacht."))
def forget(source: Id, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    rows = lake.forget_waiting(by=actor(by), source_id=_id(source))
    result({"id": source, "rows": rows}, _("Weggegooid: {count} rijen.").format(count=rows))


@app.command("remove", cls=Command, help=_("Verwijder een bron; de tabellen die zij bracht blijven."))
def remove(source: Id, by: By = "") -> None:
    start()
    from sluis.lake import service as lake

    lake.remove_source(by=actor(by), source_id=_id(source))
    result({"id": source, "removed": True}, _("De bron is verwijderd."))


def _pairs(words: list[str] | None) -> dict[str, str]:
    from sluis.cli.describe import from_pairs

    return from_pairs(words or [])


def _secrets(words: list[str] | None) -> dict[str, str]:
    return {name: _secret(name, place) for name, place in _pairs(words).items()}


def _secret(name: str, place: str) -> str:
    try:
        text = sys.stdin.read() if place == STDIN else Path(place).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            "cli.secret",
            N_("Het geheim {name} is niet te lezen uit {file}."),
            way_out=N_("Zet het in een bestand, of gebruik {name}=- en geef het door via standaardinvoer."),
            name=name,
            file=place,
        ) from error
    return text.strip("\r\n")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        known = N_("Voer sluis source list uit.")
        raise Invalid("cli.source", N_("'{text}' is geen kenmerk van een bron."), way_out=known, text=text) from None


def _document(source: "SourceRecord") -> dict[str, Any]:
    names = [
        "id",
        "title",
        "connector",
        "standing",
        "config",
        "secrets",
        "mode",
        "key",
        "options",
        "schedule",
        "attempts",
    ]
    known = {"id": source.id, "dataset": source.dataset_title} | {name: getattr(source, name) for name in names}
    return known | {"failures": source.failures, "paused": source.paused, "next_at": source.next_at}


def _run(run: "RunRecord") -> dict[str, Any]:
    names = (
        "id",
        "state",
        "trigger",
        "attempt",
        "created_at",
        "finished_at",
        "bytes",
        "sha256",
        "rows",
        "table_version_id",
    )
    log = [_line(line) for line in run.log]
    return {name: getattr(run, name) for name in names} | {"log": log, "failure": failure_of(run.failure)}


def _line(line: dict[str, Any]) -> str:
    return fill(line["text"], line["params"], _)


def _field(field: Any) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": _(field.label),
        "kind": field.kind.value,
        "required": field.required,
        "choices": [value for value, _label in field.choices],
        "default": field.default,
    }


def _short(field: dict[str, Any]) -> str:
    shown = "|".join(field["choices"]) or field["kind"]
    return f"{field['name']}={shown}" if field["required"] else f"[{field['name']}={shown}]"

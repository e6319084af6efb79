"""`sluis release …`: the way through the lock on the command line. Two people: one prepares, another decides."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.start import actor, start
from sluis.cli.terminal import Command, result, say, table
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid, from_wire
from sluis.kernel.text import N_

app = typer.Typer(help=_("Een dataset vrijgeven, weigeren of intrekken."), no_args_is_help=True)
Slug = Annotated[str, typer.Argument(help=_("Kenmerk van de dataset, zoals laadpalen."))]
As = Annotated[str, typer.Option("--as", help=_("E-mailadres van de persoon die dit doet."))]
Outcome = Annotated[str, typer.Option(help=_("open, restricted, closed of planned."))]
Ground = Annotated[str, typer.Option(help=_("Grond, als het niet open wordt."))]
Motivation = Annotated[str, typer.Option(help=_("Waarom; bezoekers lezen dit."))]
Reason = Annotated[str, typer.Option(help=_("Reden."))]
Plain = Annotated[
    bool,
    typer.Option(
        "--plain",
        help=_(
            "U verklaart: eigen data uit een publieke taak, niet over mensen, geen rechten van anderen, "
            "geen belang uit de Woo geraakt, openbaar, niet vitaal, geen HVD of INSPIRE."
        ),
    ),
]
Answers = Annotated[
    list[str] | None, typer.Option("--answer", help=_("Antwoord: vraag=waarde; gaat voor --plain. Herhaal."))
]
Fields = Annotated[list[str] | None, typer.Option("--set", help=_("Ander veld: naam=waarde; herhaal voor meer."))]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Dag waarop de data open wordt."))]


@app.command("prepare", cls=Command, help=_("Beschrijf, beantwoord de eerste vragen en laat controleren."))
def prepare(
    slug: Slug,
    by: As,
    plain: Plain = False,
    put_answer: Answers = None,
    description: Annotated[str, typer.Option(help=_("Beschrijving in gewone woorden."))] = "",
    theme: Annotated[list[str] | None, typer.Option(help=_("Thema, zoals TRAN; herhaal voor meer."))] = None,
    licence: Annotated[str, typer.Option(help=_("Licentie, zoals CC0."))] = "",
    contact: Annotated[str, typer.Option(help=_("E-mailadres voor vragen."))] = "",
    put: Fields = None,
    metadata: Annotated[
        Path | None, typer.Option(help=_("TOML-bestand met de tabellen dataset en columns.naam."))
    ] = None,
) -> None:
    start()
    from sluis.cli import describe
    from sluis.register import service as register

    who = actor(by)
    said = describe.from_file(metadata) if metadata else {}
    given = {"description": description, "themes": theme, "licence": licence, "contact": contact}
    fields = {
        **said.get("dataset", {}),
        **{name: value for name, value in given.items() if value},
        **describe.from_pairs(put or []),
    }
    dataset = register.get(by=who, slug=slug)
    dataset = describe.describe(who, dataset, fields, said.get("columns", {}))
    answers = (PLAIN if plain else {}) | _answers(put_answer)
    _show(through_checks(who, dataset.id, answers), slug)


PLAIN: dict[str, Any] = {
    "trigger": "inventory",
    "heldHere": "yes",
    "publicTask": "yes",
    "excludedCategory": "none",
    "kind": "data",
    "containsPersonalData": "no",
    "personalOrigin": "no",
    "interestsTouched": "no",
    "thirdParties": "no",
    "environmental": "no",
    "rightsExist": "no",
    "confidentiality": "public",
    "mosaicRisk": "no",
    "criticalInfrastructure": "no",
    "profiling": "no",
    "algorithm": "no",
    "hvdTheme": "none",
    "inspire": "no",
    "dynamic": "no",
}
"""What somebody states with --plain: the intake of plain, own data that is about nobody."""


def through_checks(who: Actor, dataset_id: Any, answers: dict[str, Any]) -> Any:
    """Open (or take up) the dossier, answer what lies with the preparer, and wait for the checks."""
    from sluis.release import service as release
    from sluis.release.types import Stage

    record = release.dossier_of(by=who, dataset_id=dataset_id)
    if record is None or record.stage in (Stage.PUBLISHED, Stage.REFUSED, Stage.WITHDRAWN):
        record = release.open_dossier(by=who, dataset_id=dataset_id)
    element = next((task.element for task in record.tasks if task.element in ("Intake", "Describe")), "")
    if element:
        say(_("Controles lopen…"))
        given = answers if element == "Intake" else {}
        release.answer(by=who, dossier_id=record.id, element=element, answers=given)
    return _after(who, record.id)


def _answers(pairs: list[str] | None) -> dict[str, Any]:
    """`name=value`; a comma separates the values of a list field, and nothing after the sign leaves it empty."""
    found: dict[str, Any] = {}
    for pair in pairs or []:
        name, sign, value = pair.partition("=")
        if not sign:
            raise Invalid("release.pair", N_("‘{pair}’ is geen antwoord; schrijf vraag=waarde."), pair=pair, faults=[])
        found[name.strip()] = value.strip()
    return found


@app.command("answer", cls=Command, help=_("Doe een andere taak van het dossier: beantwoord de vragen van die stap."))
def answer(
    slug: Slug,
    element: Annotated[str, typer.Argument(help=_("Naam van de stap, zoals PrivacyJudge; zie status."))],
    by: As,
    put: Annotated[list[str] | None, typer.Option("--set", help=_("Antwoord: vraag=waarde; herhaal."))] = None,
) -> None:
    start()
    from sluis.release import service as release

    who = actor(by)
    record = _dossier(who, slug)
    release.answer(
        by=who,
        dossier_id=record.id,
        element=element,
        answers=_typed(who, record, element, _answers(put)),
        expected=record.content_sha256,
    )
    _show(_after(who, record.id), slug)


def _typed(who: Actor, record: Any, element: str, given: dict[str, Any]) -> dict[str, Any]:
    """Answers as the form of that step takes them: a list where it asks for several."""
    from sluis.process import service as process

    found = record.task(element)
    form = process.task(by=who, task_id=found.id).form if found else ()
    several = {field.id for field in form if field.type in ("choices", "columns")}
    return {
        name: [part.strip() for part in value.split(",") if part.strip()] if name in several else value
        for name, value in given.items()
    }


@app.command(
    "decide", cls=Command, help=_("Neem het besluit; bij open volgt de publicatie meteen. Niet door de voorbereider.")
)
def decide(
    slug: Slug,
    by: As,
    motivation: Motivation,
    outcome: Outcome = "open",
    ground: Ground = "",
    planned: Day = None,
    content: Annotated[str, typer.Option("--hash", help=_("Hash die u hebt beoordeeld; leeg: die van nu."))] = "",
) -> None:
    start()
    from sluis.release import service as release

    who = actor(by)
    record = _dossier(who, slug)
    answers = {
        "decision": outcome,
        "motivation": motivation,
        "legalGround": ground,
        "embargoDate": planned.date().isoformat() if planned else None,
    }
    release.answer(
        by=who,
        dossier_id=record.id,
        element="Decide",
        answers=answers,
        expected=content or record.content_sha256,
    )
    say(_("Besluit vastgelegd; de publicatie loopt…"))
    _show(_after(who, record.id), slug)


def _after(who: Actor, dossier_id: Any) -> Any:
    """The dossier once a person is needed, or everything is done. Raises what publishing failed with."""
    from sluis.cli.start import work_until
    from sluis.release import service as release
    from sluis.release.types import Stage

    def still() -> Any:
        record = release.dossier(by=who, dossier_id=dossier_id)
        moving = record.stage in (Stage.CHECKING, Stage.DECIDED) and not record.failure
        return None if moving else record

    record = work_until(still)
    if record.failure:
        raise from_wire(record.failure)
    return record


@app.command("return", cls=Command, help=_("Stuur het dossier terug in plaats van te besluiten."))
def send_back(
    slug: Slug,
    by: As,
    reason: Reason,
    to: Annotated[str, typer.Option(help=_("intake, openness of description."))] = "description",
) -> None:
    start()
    from sluis.release import service as release

    who = actor(by)
    record = _dossier(who, slug)
    answers = {"decision": "return", "motivation": reason, "returnTo": to, "returnReason": reason}
    release.answer(by=who, dossier_id=record.id, element="Decide", answers=answers, expected=record.content_sha256)
    _show(_after(who, record.id), slug)


@app.command("stop", cls=Command, help=_("Stop een dossier waarover nog niet is besloten."))
def stop(slug: Slug, by: As, reason: Reason) -> None:
    start()
    from sluis.release import service as release

    who = actor(by)
    _show(release.stop(by=who, dossier_id=_dossier(who, slug).id, reason=reason), slug)


@app.command("lift", cls=Command, help=_("Laat een geplande dataset nu al naar buiten."))
def lift(slug: Slug, by: As) -> None:
    start()
    from sluis.foundation.service import run_until_idle
    from sluis.release import service as release

    who = actor(by)
    record = release.lift_embargo(by=who, dossier_id=_dossier(who, slug).id)
    run_until_idle()
    _show(_after(who, record.id), slug)


@app.command(
    "withdraw", cls=Command, help=_("Trek een gepubliceerde dataset in; het adres houdt een grafsteen met de reden.")
)
def withdraw(
    slug: Slug,
    by: As,
    reason: Reason,
    ground: Ground = "",
    number: Annotated[int | None, typer.Option(help=_("Alleen deze vrijgave."))] = None,
) -> None:
    start()
    from sluis.foundation.service import run_until_idle
    from sluis.register import service as register
    from sluis.release import service as release

    who = actor(by)
    dataset = register.get(by=who, slug=slug)
    release.withdraw(by=who, dataset_id=dataset.id, reason=reason, ground=ground, number=number)
    run_until_idle()
    result({"dataset": slug, "withdrawn": True, "reason": reason}, _("{slug} is ingetrokken.").format(slug=slug))


@app.command("status", cls=Command, help=_("Toon waar het dossier staat en wat er nu moet gebeuren."))
def status(slug: Slug, by: As) -> None:
    start()
    _show(_dossier(actor(by), slug), slug)


@app.command(
    "record", cls=Command, help=_("Bewaar het dossier als archief: een zip volgens MDTO, leesbaar zonder Sluis.")
)
def record(
    slug: Slug,
    by: As,
    out: Annotated[Path, typer.Option(help=_("Waar het zip-bestand komt; een map krijgt de eigen naam erin."))],
) -> None:
    start()
    from sluis.release import service as release

    who = actor(by)
    made = release.export_dossier(by=who, dossier_id=_dossier(who, slug).id)
    target = out / made.name if out.is_dir() else out
    with target.open("wb") as stream:
        stream.writelines(made.chunks)
    size = target.stat().st_size
    said = _("Het dossier van {slug} staat in {file} ({size} bytes).").format(slug=slug, file=target, size=size)
    result({"dataset": slug, "file": str(target), "size": size}, said)


@app.command("list", cls=Command, help=_("Toon de dossiers die u mag zien."))
def dossiers(by: As) -> None:
    start()
    from sluis.release import service as release
    from sluis.release.types import DossierFilter

    page = release.dossiers(by=actor(by), filters=DossierFilter(size=200))
    rows = [
        {
            "dataset": d.dataset_slug,
            "stage": d.stage.value,
            "proposal": d.proposal,
            "outcome": d.outcome,
            "due": d.due_date,
        }
        for d in page.rows
    ]
    headings = {
        "dataset": _("dataset"),
        "stage": _("stap"),
        "proposal": _("voorstel"),
        "outcome": _("besluit"),
        "due": _("uiterlijk"),
    }
    result(rows, table(rows, headings))


def _dossier(who: Actor, slug: str) -> Any:
    from sluis.register import service as register
    from sluis.release import service as release

    dataset = register.get(by=who, slug=slug)
    record = release.dossier_of(by=who, dataset_id=dataset.id)
    if record is None:
        raise Conflict(
            "release.no-dossier", N_("Dataset {slug} heeft geen dossier; begin met sluis release prepare."), slug=slug
        )
    return record


def _show(record: Any, slug: str) -> None:
    from sluis.release import addresses
    from sluis.release.types import Stage

    url = addresses.absolute(addresses.page(slug)) if record.stage is Stage.PUBLISHED else ""
    checks = [{"name": check.name, "verdict": check.verdict.value} for check in record.checks]
    tasks = [
        {"element": task.element, "title": task.title, "role": task.role, "due": task.due_at} for task in record.tasks
    ]
    waiting = record.stage is Stage.READY_TO_DECIDE
    document = {
        "dataset": slug,
        "dossier": record.id,
        "stage": record.stage.value,
        "proposal": record.proposal,
        "hash": record.content_sha256,
        "process": {"sha256": record.process_sha256, "version": record.process_version},
        "tasks": tasks,
        "checks": checks,
        "blockers": [finding.said(_) for finding in record.blockers] if waiting else [],
        "outcome": record.decision.outcome if record.decision else None,
        "release": record.release_number,
        "next": record.next,
        "url": url,
    }
    lines = [
        f"{slug}: {record.stage.value}",
        *(f"  {c['name']}: {c['verdict']}" for c in checks),
        *(f"  ! {text}" for text in document["blockers"]),
        _(record.next),
        *(f"  {t['element']}: {t['title']} ({t['role']})" for t in tasks),
        url,
    ]
    result(document, "\n".join(line for line in lines if line))

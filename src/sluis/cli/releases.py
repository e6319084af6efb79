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
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Dag waarop de data open wordt."))]


@app.command("prepare", cls=Command, help=_("Beschrijf, controleer en zet klaar voor een besluit."))
def prepare(
    slug: Slug,
    by: As,
    outcome: Outcome = "open",
    ground: Ground = "",
    motivation: Motivation = "",
    planned: Day = None,
    description: Annotated[str, typer.Option(help=_("Beschrijving in gewone woorden."))] = "",
    theme: Annotated[list[str] | None, typer.Option(help=_("Thema, zoals TRAN; herhaal voor meer."))] = None,
    licence: Annotated[str, typer.Option(help=_("Licentie, zoals CC0."))] = "",
    contact: Annotated[str, typer.Option(help=_("E-mailadres voor vragen."))] = "",
    put: Annotated[
        list[str] | None, typer.Option("--set", help=_("Ander veld: naam=waarde; herhaal voor meer."))
    ] = None,
    metadata: Annotated[Path | None, typer.Option(help=_("TOML-bestand met [dataset] en [columns.naam]."))] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help=_("Lever in, ook als een controle niet goed ging; open kan dan niet."))
    ] = False,
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
    if outcome in ("open", "restricted", "closed"):
        fields.setdefault("openness", outcome)
    dataset = register.get(by=who, slug=slug)
    dataset = describe.describe(who, dataset, fields, said.get("columns", {}))
    record = through_checks(
        who, dataset.id, outcome=outcome, ground=ground, motivation=motivation, planned=_date(planned), anyway=anyway
    )
    _show(record, slug)


def through_checks(
    who: Actor,
    dataset_id: Any,
    *,
    outcome: str,
    ground: str = "",
    motivation: str = "",
    planned: Any = None,
    anyway: bool = False,
) -> Any:
    """Open (or take up) the dossier, propose, run the checks and submit. Raises Invalid with every blocker."""
    from sluis.release import service as release
    from sluis.release.types import Outcome, Stage

    record = release.dossier_of(by=who, dataset_id=dataset_id)
    if record is None or record.stage in (Stage.PUBLISHED, Stage.REFUSED, Stage.WITHDRAWN):
        record = release.open_dossier(by=who, dataset_id=dataset_id)
    release.propose(
        by=who,
        dossier_id=record.id,
        outcome=Outcome(outcome),
        ground=ground,
        motivation=motivation,
        planned_date=planned,
    )
    say(_("Controles lopen…"))
    release.request_checks(by=who, dossier_id=record.id)
    record = _after(who, record.id, Stage.CHECKING)
    if not anyway:
        _complain(record)
    return release.submit(by=who, dossier_id=record.id)


def _complain(record: Any) -> None:
    from sluis.kernel.errors import Fault

    if record.blockers:
        faults = [Fault(finding.text, finding.field, params=finding.params) for finding in record.blockers]
        raise Invalid(
            "release.blocked",
            N_("Het dossier kan nog niet naar het besluit."),
            way_out=N_("Verbeter dit en geef de opdracht opnieuw."),
            faults=faults,
        )


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
    from sluis.release.types import Outcome, Stage

    who = actor(by)
    record = _dossier(who, slug)
    release.decide(
        by=who,
        dossier_id=record.id,
        outcome=Outcome(outcome),
        ground=ground,
        motivation=motivation,
        expected_hash=content or record.content_sha256,
        planned_date=_date(planned),
    )
    say(_("Besluit vastgelegd; de publicatie loopt…"))
    record = _after(who, record.id, Stage.DECIDED)
    _show(record, slug)


def _after(who: Actor, dossier_id: Any, stage: Any) -> Any:
    """The dossier once the job has moved it on from this stage. Raises what the job failed with."""
    from sluis.cli.start import work_until
    from sluis.release import service as release

    def moved() -> Any:
        record = release.dossier(by=who, dossier_id=dossier_id)
        return record if record.failure or record.stage is not stage else None

    record = work_until(moved)
    if record.failure:
        raise from_wire(record.failure)
    return record


@app.command("publish", cls=Command, help=_("Publiceer opnieuw, nadat een publicatie mislukte."))
def publish(slug: Slug, by: As) -> None:
    start()
    from sluis.release import service as release
    from sluis.release.types import Stage

    who = actor(by)
    record = release.publish(by=who, dossier_id=_dossier(who, slug).id)
    _show(_after(who, record.id, Stage.DECIDED), slug)


@app.command("advise", cls=Command, help=_("Leg een advies vast in het dossier."))
def advise(
    slug: Slug,
    by: As,
    text: Annotated[str, typer.Option(help=_("Het advies."))],
    disagree: Annotated[bool, typer.Option("--disagree", help=_("U bent het niet eens met het voorstel."))] = False,
) -> None:
    start()
    from sluis.release import service as release

    who = actor(by)
    _show(release.advise(by=who, dossier_id=_dossier(who, slug).id, text=text, agrees=not disagree), slug)


@app.command("return", cls=Command, help=_("Stuur het dossier terug naar de voorbereider."))
def send_back(slug: Slug, by: As, reason: Reason) -> None:
    start()
    from sluis.release import service as release

    who = actor(by)
    _show(release.return_to_preparer(by=who, dossier_id=_dossier(who, slug).id, reason=reason), slug)


@app.command("refuse", cls=Command, help=_("Weiger: er wordt niets openbaar."))
def refuse(slug: Slug, by: As, motivation: Motivation) -> None:
    start()
    from sluis.release import service as release

    who = actor(by)
    _show(release.refuse(by=who, dossier_id=_dossier(who, slug).id, motivation=motivation), slug)


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
    document = {
        "dataset": slug,
        "dossier": record.id,
        "stage": record.stage.value,
        "proposal": record.proposal,
        "hash": record.content_sha256,
        "checks": checks,
        "outcome": record.decision.outcome if record.decision else None,
        "release": record.release_number,
        "next": record.next,
        "url": url,
    }
    lines = [f"{slug}: {record.stage.value}", *(f"  {c['name']}: {c['verdict']}" for c in checks), _(record.next), url]
    result(document, "\n".join(line for line in lines if line))


def _date(moment: datetime | None) -> Any:
    return moment.date() if moment else None

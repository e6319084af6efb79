"""`sluis policy propose|proposals|decide|list` and `sluis process list`: how the rules of this installation change."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from sluis.cli.language import _
from sluis.cli.start import actor, start, work_until
from sluis.cli.terminal import Command, result, table
from sluis.kernel.errors import Invalid, NotFound
from sluis.kernel.text import N_

As = Annotated[str, typer.Option("--as", help=_("E-mailadres van de persoon die dit doet."))]
File = Annotated[Path, typer.Argument(help=_("Het BPMN- of DMN-bestand."), exists=True, dir_okay=False)]
_KINDS = {".bpmn": "process", ".dmn": "policy"}
_MOST_BYTES = 10 * 1024 * 1024


def add_to(app: typer.Typer) -> None:
    app.command("list", cls=Command, help=_("Toon welk beleid in werking is."))(policies)
    app.command("propose", cls=Command, help=_("Stel een nieuwe versie van een proces of beleid voor."))(propose)
    app.command("proposals", cls=Command, help=_("Toon de voorstellen, de nieuwste eerst."))(proposals)
    app.command("decide", cls=Command, help=_("Besluit over een voorstel van een ander."))(decide)


def policies() -> None:
    _list("policy")


def processes() -> None:
    """Toon welke processen in werking zijn."""
    _list("process")


def propose(
    file: File,
    by: As,
    motivation: Annotated[str, typer.Option(help=_("Wat verandert er en waarom? Iedereen leest dit."))],
    key: Annotated[str, typer.Option(help=_("Korte naam; zonder: de naam van het bestand."))] = "",
    cases: Annotated[
        Path | None, typer.Option(help=_("CSV met gevallen, als die anders moeten uitkomen."), exists=True)
    ] = None,
    place: Annotated[
        str,
        typer.Option("--organisation", help=_("Voor welke organisatie, als u dit voor meer dan één mag (korte naam).")),
    ] = "",
) -> None:
    start()
    from sluis.foundation.service import organisation
    from sluis.process import service as process
    from sluis.process.types import ProposalState

    who = actor(by)
    made = process.propose(
        by=who,
        kind=_kind(file),
        key=key or file.stem,
        xml=_bytes(file),
        motivation=motivation,
        cases=cases.read_text(encoding="utf-8-sig") if cases else "",
        organisation_id=organisation(place).id if place else None,
    )

    def compared() -> Any:
        now = process.proposal(by=who, proposal_id=made.id)
        return now if now.task_id or now.state is not ProposalState.OPEN else None

    work_until(compared)
    found = process.compare_proposal(by=who, proposal_id=made.id)
    result(_document(made, found), "\n".join((_("Voorgesteld: {id}").format(id=made.id), *_lines(found))))


def _document(made: Any, found: Any) -> dict[str, Any]:
    return {
        "proposal": str(made.id),
        "definition": made.definition_sha256,
        "changes": [{"what": one.what, "deed": one.deed, "element": one.element} for one in found.changes],
        "cases": _told(found.cases),
        "earlier": _told(found.recorded),
    }


def _kind(file: Path) -> str:
    if file.suffix not in _KINDS:
        raise Invalid("policy.file", N_("Het bestand moet op .bpmn of .dmn eindigen."))
    return _KINDS[file.suffix]


def _bytes(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(_MOST_BYTES + 1)


def _lines(found: Any) -> Iterator[str]:
    for one in found.changes:
        yield _(one.message).format(name=one.name.nl, number=one.number)
    for text, those in ((_("gevallen"), found.cases), (_("eerdere beslissingen"), found.recorded)):
        if those:
            said = _("{count} van {total} {what} komen anders uit.")
            yield said.format(count=len(those.differences), total=those.total, what=text)
            yield from (f"  {one.id} {one.decision}: {_differs(one)}" for one in those.differences)


def proposals(by: As) -> None:
    start()
    from sluis.process import service as process

    rows = process.proposals(by=actor(by))
    document = [
        {
            "proposal": str(one.id),
            "kind": one.kind.value,
            "key": one.key,
            "number": one.number,
            "state": one.state.value,
            "motivation": one.motivation,
            "may_decide": one.may_decide,
        }
        for one in rows
    ]
    heads = {"proposal": _("voorstel"), "key": _("naam"), "number": _("versie"), "state": _("stand")}
    result(document, table(document, heads | {"motivation": _("waarom")}))


def decide(
    proposal: Annotated[str, typer.Argument(help=_("Nummer van het voorstel."))],
    by: As,
    motivation: Annotated[str, typer.Option(help=_("Waarom u zo besluit."))],
    approve: Annotated[bool, typer.Option("--approve/--refuse", help=_("Akkoord, of niet."))],
) -> None:
    start()
    from sluis.process import service as process

    who = actor(by)
    try:
        number = UUID(proposal)
    except ValueError:
        raise NotFound("proposal.unknown", N_("Dit voorstel bestaat niet.")) from None
    found = process.proposal(by=who, proposal_id=number)
    done = process.decide(
        by=who, proposal_id=number, approve=approve, answer=motivation, expected=found.definition_sha256
    )
    text = _("In werking: {key} versie {number}") if approve else _("Afgewezen: {key} versie {number}")
    result({"proposal": str(done.id), "state": done.state.value}, text.format(key=done.key, number=done.number))


def _list(kind: str) -> None:
    start()
    from sluis.process import service as process

    rows = [one for one in process.all_in_force() if one.kind.value == kind]
    document = [
        {"key": one.key, "number": one.number, "name": one.name, "sha256": one.sha256, "since": one.since.isoformat()}
        for one in rows
    ]
    heads = {"key": _("naam"), "number": _("versie"), "name": _("wat"), "since": _("sinds")}
    result(document, table(document, heads))


def _differs(one: Any) -> str:
    def part(value: Any, name: str) -> Any:
        return value.get(name) if isinstance(value, dict) else value

    return ", ".join(f"{name} {part(one.before, name)} → {part(one.after, name)}" for name in one.entries)


def _told(found: Any) -> dict[str, Any] | None:
    if found is None:
        return None
    rows = [
        {"id": one.id, "decision": one.decision, "before": one.before, "after": one.after} for one in found.differences
    ]
    return {"total": found.total, "otherwise": rows}

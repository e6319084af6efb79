"""Writes on a dossier before the decision: open, propose, check, advise, submit, return, stop."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError

from sluis.foundation.service import Write, require, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid
from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.release import policy
from sluis.release.evidence import proposal_of, reports
from sluis.release.models import Advice, Dossier
from sluis.release.models.dossier import OPEN_STAGES
from sluis.release.queries import record_of
from sluis.release.source import inputs_sha256, source
from sluis.release.types import DossierRecord, Outcome, Stage

TERM = timedelta(days=14)
DECISION_TERM = timedelta(days=7)
TEXT_LIMIT = 20_000
PREPARING = (Stage.INTAKE, Stage.RETURNED, Stage.CHECKING)


def open_dossier(*, by: Actor, dataset_id: UUID) -> DossierRecord:
    """Start a passage through the lock. Raises NotFound, NotAllowed, Conflict when one is open for this dataset."""
    record = register.get(by=by, dataset_id=dataset_id)
    by = require(by, policy.PREPARE, record.organisation.id, record.team_id)
    now = clock.now()
    row = Dossier(
        id=ids.new_id(),
        dataset_id=dataset_id,
        organisation_id=record.organisation.id,
        dataset_slug=record.slug,
        dataset_title=record.title,
        opened_at=now,
        opened_by=by.key,
        changed_at=now,
        due_date=clock.today() + TERM,
    )
    with writing(by=by, action="release.dossier.opened", subject=("dossier", row.id)) as w:
        if Dossier.objects.filter(dataset_id=dataset_id, stage__in=OPEN_STAGES).exists():
            raise _already_open()
        try:
            row.save(force_insert=True)
        except IntegrityError as error:
            raise _already_open() from error
        role = policy.role_for(by, policy.PREPARE, row)
        w.note(dataset=str(dataset_id), role=role)
    return record_of(row.id, by)


def propose(
    *,
    by: Actor,
    dossier_id: UUID,
    outcome: Outcome | str,
    ground: str = "",
    motivation: str = "",
    planned_date: date | None = None,
    quasi_identifiers: Sequence[str] = (),
) -> DossierRecord:
    """Say what the preparer thinks should be decided; the checks must run (again) after it.

    `quasi_identifiers` are column names that together could point at a person. Raises Invalid, Conflict.
    """
    by = policy.require_dossier(by, policy.PREPARE, dossier_id)
    wanted = checked_outcome(outcome, ground, planned_date)
    with changing(by, dossier_id, "release.dossier.proposed", *PREPARING) as (row, w):
        row.proposal, row.proposal_ground, row.proposal_motivation = wanted, _text(ground), _text(motivation)
        row.planned_date = planned_date if wanted is Outcome.PLANNED else None
        row.quasi_identifiers = sorted(set(quasi_identifiers))
        row.stage, row.checked_sha256 = Stage.INTAKE, ""
        w.note(outcome=wanted.value)
    return record_of(dossier_id, by)


def request_checks(*, by: Actor, dossier_id: UUID) -> DossierRecord:
    """Let a job look at everything; the dossier is `checking` until it has. Raises Conflict without a proposal."""
    from sluis.release.jobs import run_checks

    by = policy.require_dossier(by, policy.PREPARE, dossier_id)
    with changing(by, dossier_id, "release.dossier.checks-asked", *PREPARING) as (row, w):
        if not row.proposal:
            raise Conflict(
                "dossier.no-proposal",
                N_("Er is nog geen voorstel."),
                way_out=N_("Kies eerst of de data open, beperkt, gesloten of gepland moet worden."),
            )
        row.run, row.stage, row.failure = row.run + 1, Stage.CHECKING, None
        run_checks.enqueue(str(row.id), row.run)
        w.note(run=row.run)
    return record_of(dossier_id, by)


def advise(*, by: Actor, dossier_id: UUID, text: str, agrees: bool) -> DossierRecord:
    """The privacy officer's advice on what the checks doubted. It stays; a later one stands beside it."""
    by = policy.require_dossier(by, policy.ADVISE, dossier_id)
    said = _text(text)
    if not said:
        raise Invalid("advice.empty", N_("Schrijf waarom u dit adviseert."))
    with changing(by, dossier_id, "release.dossier.advised", *PREPARING, Stage.READY_TO_DECIDE) as (row, w):
        role = policy.role_for(by, policy.ADVISE, row)
        Advice.objects.create(
            dossier=row, run=row.run, actor_key=by.key, role=role, text=said, agrees=agrees, at=clock.now()
        )
        w.note(agrees=agrees, role=role)
    return record_of(dossier_id, by)


def submit(*, by: Actor, dossier_id: UUID) -> DossierRecord:
    """Hand the dossier to the data owner. Raises Conflict when checks are missing or something changed after them."""
    by = policy.require_dossier(by, policy.PREPARE, dossier_id)
    with changing(by, dossier_id, "release.dossier.submitted", Stage.INTAKE, Stage.RETURNED) as (row, w):
        if not row.checked_sha256 or not reports(row):
            raise Conflict("dossier.unchecked", N_("Laat eerst de controles doen."))
        if inputs_sha256(source(row.dataset_id), proposal_of(row)) != row.checked_sha256:
            raise Conflict(
                "dossier.stale",
                N_("De dataset is gewijzigd na de controles."),
                way_out=N_("Laat de controles opnieuw doen."),
            )
        row.stage, row.due_date = Stage.READY_TO_DECIDE, clock.today() + DECISION_TERM
        w.note(run=row.run, role=policy.role_for(by, policy.PREPARE, row))
        w.emit("dossier.submitted", {"dossier_id": str(row.id), "dataset_id": str(row.dataset_id)})
    return record_of(dossier_id, by)


def return_to_preparer(*, by: Actor, dossier_id: UUID, reason: str) -> DossierRecord:
    """The data owner sends it back with a reason. Raises Invalid without one."""
    by = policy.require_dossier(by, policy.DECIDE, dossier_id)
    said = _reason(reason)
    with changing(by, dossier_id, "release.dossier.returned", Stage.READY_TO_DECIDE) as (row, _w):
        row.stage, row.return_reason, row.due_date = Stage.RETURNED, said, clock.today() + TERM
    return record_of(dossier_id, by)


def withdraw_dossier(*, by: Actor, dossier_id: UUID, reason: str) -> DossierRecord:
    """Stop a dossier that has led to nothing public yet."""
    by = policy.require_dossier(by, policy.PREPARE, dossier_id)
    said = _reason(reason)
    with changing(by, dossier_id, "release.dossier.stopped", *OPEN_STAGES) as (row, w):
        row.stage, row.return_reason = Stage.WITHDRAWN, said
        w.note(reason=said)
    return record_of(dossier_id, by)


@contextmanager
def changing(by: Actor, dossier_id: UUID, action: str, *stages: Stage) -> Generator[tuple[Dossier, Write]]:
    """The dossier, locked, in one of `stages`; saved at the end. Raises Conflict in another stage."""
    with writing(by=by, action=action, subject=("dossier", dossier_id)) as w:
        row = Dossier.objects.select_for_update().filter(id=dossier_id).first()
        if row is None:
            raise policy.unknown()
        if row.stage not in stages:
            raise Conflict(
                "dossier.stage",
                N_("Dit kan niet in de stap waarin dit dossier nu staat."),
                way_out=N_("Laad het dossier opnieuw."),
                stage=row.stage,
            )
        yield row, w
        row.changed_at = clock.now()
        row.save()


def checked_outcome(outcome: Outcome | str, ground: str, planned_date: date | None) -> Outcome:
    """The outcome with what it needs. Raises Invalid: unknown, no ground when not open, no date when planned."""
    try:
        wanted = Outcome(outcome)
    except ValueError:
        raise Invalid("outcome.unknown", N_("Kies open, beperkt, gesloten of gepland.")) from None
    if wanted in (Outcome.RESTRICTED, Outcome.CLOSED) and not ground.strip():
        raise Invalid(
            "outcome.ground",
            N_("Niet openbaar maken heeft een grond nodig."),
            way_out=N_("Noem het artikel van de Woo of Who en leg uit waarom het hier geldt."),
        )
    if wanted is Outcome.PLANNED and planned_date is None:
        raise Invalid("outcome.date", N_("Vul in vanaf wanneer de data naar verwachting open is."))
    return wanted


def _already_open() -> Conflict:
    return Conflict(
        "dossier.open",
        N_("Er loopt al een dossier voor deze dataset."),
        way_out=N_("Ga verder in dat dossier of stop het eerst."),
    )


def _reason(reason: str) -> str:
    said = _text(reason)
    if not said:
        raise Invalid("reason.empty", N_("Schrijf een reden."))
    return said


def _text(text: str) -> str:
    said = text.strip()
    if len(said) > TEXT_LIMIT:
        raise Invalid("text.long", N_("De tekst is te lang: hoogstens {limit} tekens."), limit=TEXT_LIMIT)
    return said

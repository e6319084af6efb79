"""What each step of the process does with a request, by the name that its file gives (`sluis:handler`).

All run inside the transaction that moves the process: a letter is written, or a dossier opened, exactly once.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sluis.foundation.service import mails_go_out, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, Fault, Invalid, NotFound
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.types import Transition, Work
from sluis.register import service as register
from sluis.release import service as release
from sluis.release.types import Stage
from sluis.requests import policy, rules
from sluis.requests.models import DataRequest, Letter
from sluis.requests.types import LetterKind, Outcome

DATA_REQUEST = "data-request"
OVER = (Stage.PUBLISHED, Stage.REFUSED, Stage.WITHDRAWN)
PASSED_ON = ("reuse", "publicBody", "requesterPublicBody", "heldHere", "publicTask", "excludedCategory")
"""Answers of the triage that the intake of a dossier begins with."""


def register_steps() -> None:
    """Hand everything in to the process room; called once, when the house starts."""
    for name, handle in _HANDLERS.items():
        process.handler(f"requests.{name}", atomic=True)(handle)
    for name, faults in _NEEDS.items():
        process.completion(f"requests.{name}")(_needs(faults))
    process.completion("requests.choose")(choose)
    process.on_transition(follow)


def acknowledge(work: Work) -> None:
    _write(work, LetterKind.RECEIPT)


def ask_clarification(work: Work) -> None:
    _write(work, LetterKind.QUESTION, _said(work, "question"))


def refer(work: Work) -> None:
    _write(work, LetterKind.REFERRAL, _said(work, "holder"))


def send_answer(work: Work) -> None:
    _write(work, LetterKind.ANSWER)


def send_extension(work: Work) -> None:
    """Nothing when the answer went out meanwhile."""
    row = _locked(work)
    if row.answered_at:
        return
    row.extended_at = clock.now()
    row.save(update_fields=["extended_at"])
    _write(work, LetterKind.EXTENSION, _said(work, "extendReason"))


def publish_answer(work: Work) -> None:
    """Question (without the person) and answer stand outside."""
    row, now = _locked(work), clock.now()
    with writing(by=SYSTEM, action="requests.answered", subject=(policy.KIND, row.id)) as w:
        row.outcome = rules.outcome_of(work.variables)
        row.public_question, row.answer = _said(work, "publicQuestion"), _said(work, "answer")
        if row.outcome == Outcome.REFUSED:
            row.ground, row.motivation = _said(work, "legalGround"), _said(work, "motivation")
        elif row.outcome == Outcome.REFERRED:
            row.holder = _said(work, "holder")
        elif row.outcome == Outcome.FOUND:
            row.address = _said(work, "publicAddress")
        row.answered_at = row.closed_at = now
        row.save()
        w.note(number=row.number, outcome=row.outcome)
        w.emit("request.answered", {"request_id": str(row.id), "number": row.number, "outcome": row.outcome})


def start_release(work: Work) -> dict[str, Any]:
    """A dossier for the dataset that the data owner chose; an open one of it is taken, a new dataset is a draft."""
    from sluis.requests.jobs import tell_decision

    row = _locked(work)
    slug, title = rules.slug_in(_said(work, "dataset")), _said(work, "datasetTitle")
    if slug:
        dataset = register.get(by=SYSTEM, slug=slug)
    else:
        dataset = register.create(by=SYSTEM, organisation_id=row.organisation_id, title=title)
    running = release.dossier_of(by=SYSTEM, dataset_id=dataset.id)
    if running is None or running.stage in OVER:
        known = {name: work.variables[name] for name in PASSED_ON if work.variables.get(name)}
        running = release.open_dossier(by=SYSTEM, dataset_id=dataset.id, trigger=DATA_REQUEST, variables=known)
    row.dataset_id, row.dossier_id = dataset.id, running.id
    row.save(update_fields=["dataset_id", "dossier_id"])
    tell_decision.enqueue(str(running.id))  # it may have been decided before we asked
    return {"dossier": str(running.id), "dataset": str(dataset.id)}


def choose(work: Work, answers: Mapping[str, Any], expected: str) -> None:
    """Completion `requests.choose`: a dossier needs a dataset that is there, or a title for a new one."""
    if answers.get("ownerAnswer") != "release":
        return
    slug = rules.slug_in(str(answers.get("dataset") or ""))
    if not slug and not answers.get("datasetTitle"):
        raise _wrong(N_("Noem een dataset, of schrijf hoe een nieuwe dataset gaat heten."), "dataset")
    if slug:
        try:
            found = register.get(by=work.by, slug=slug)
        except NotFound:
            found = None
        if found is None or found.organisation.id != work.organisation_id:
            raise _wrong(N_("In het register van deze organisatie staat geen dataset met deze korte naam."), "dataset")


def follow(told: Transition) -> None:
    """A process that ends, or is stopped, closes its request; from then on its time to be kept runs."""
    request_id = policy.id_of(told.instance.subject)
    if request_id and told.kind in ("ended", "cancelled"):
        DataRequest.objects.filter(id=request_id, closed_at=None).update(closed_at=clock.now())


def tell_decision(dossier_id: UUID) -> int:
    """Let the requests that wait for a dossier know what was decided; returns how many heard it now.

    Twice is the same as once: who no longer waits hears nothing.
    """
    waiting = DataRequest.objects.filter(dossier_id=dossier_id, closed_at=None)
    if not waiting.exists() or not (outcome := _outcome(dossier_id)):
        return 0
    return sum(_tell(instance_id, outcome) for instance_id in waiting.values_list("instance_id", flat=True))


def _outcome(dossier_id: UUID) -> str:
    """What was decided; `undecided` when the dossier ended without a decision, '' as long as it goes on."""
    found = release.dossier(by=SYSTEM, dossier_id=dossier_id)
    if found.decision:
        return found.decision.outcome.value
    return Outcome.UNDECIDED.value if found.stage in OVER else ""


def _tell(instance_id: UUID, outcome: str) -> bool:
    said = {"datasetOutcome": outcome}
    try:
        process.send_message(by=SYSTEM, message="dataset-decided", instance_id=instance_id, variables=said)
    except (Conflict, NotFound):
        return False
    return True


def _write(work: Work, kind: LetterKind, text: str = "") -> None:
    from sluis.requests.jobs import mail_letter

    letter = Letter(id=ids.new_id(), request_id=_id(work), run_id=work.run_id, kind=kind, text=text, at=clock.now())
    letter.save(force_insert=True)
    if mails_go_out():
        mail_letter.enqueue(str(letter.id))


def _said(work: Work, name: str) -> str:
    return str(work.variables.get(name) or "").strip()


def _id(work: Work) -> UUID:
    found = policy.id_of(work.subject)
    if found is None:
        raise Conflict("request.subject", N_("Dit proces gaat niet over een dataverzoek."))
    return found


def _locked(work: Work) -> DataRequest:
    row = DataRequest.objects.select_for_update().filter(id=_id(work)).first()
    if row is None:
        raise policy.unknown()
    return row


def _needs(faults_in: Callable[[Mapping[str, Any]], list[Fault]]) -> Any:
    def complete(work: Work, answers: Mapping[str, Any], expected: str) -> None:
        if faults := faults_in(answers):
            raise Invalid("request.answers", N_("Het formulier is niet goed ingevuld."), faults=faults)

    return complete


def _wrong(text: str, field: str) -> Invalid:
    return Invalid("request.answers", N_("Het formulier is niet goed ingevuld."), faults=[Fault(text, field)])


_NEEDS = {"triage": rules.triage_faults, "extend": rules.extension_faults}
_HANDLERS: dict[str, Callable[[Work], Mapping[str, Any] | None]] = {
    "acknowledge-request": acknowledge,
    "ask-clarification": ask_clarification,
    "refer-request": refer,
    "start-release": start_release,
    "publish-answer": publish_answer,
    "send-answer": send_answer,
    "send-extension": send_extension,
}

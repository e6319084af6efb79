"""Steps of the process around what stands outside: publish, fetch back, confirm, roll back, announce, refuse."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction

from sluis.foundation.service import Write, blobs
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, NotFound, SluisError, Stale, Unavailable, to_wire
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.types import Work
from sluis.register.licences import is_open
from sluis.release import projection, public
from sluis.release.dossiers import changing, require_id
from sluis.release.models import Dossier, PublicDataset, Release
from sluis.release.publishing import answer_of, decided, mark, next_release, put_outside
from sluis.release.types import Outcome, Verdict
from sluis.release.withdrawing import take_back

log = logging.getLogger("sluis.release")

ROLLED_BACK = N_("Bij de controle na het publiceren klopte er iets niet; deze versie is meteen teruggehaald.")


def publish(work: Work) -> dict[str, Any]:
    """The approved version goes out. What cannot be published says why, and a person repairs it."""
    decision = decided(require_id(work))
    try:
        made = put_outside(decision, Outcome.OPEN, work)
    except (Stale, Unavailable):
        raise  # tried again
    except SluisError as error:
        return {"id": None, "failure": to_wire(error)}
    return answer_of(made)


def fetch_back(work: Work) -> dict[str, Any]:
    """Look at it as a visitor gets it: bytes against checksums, licence, page, rows. A verdict each."""
    said = work.variables.get("release") or {}
    made = Release.objects.filter(id=said["id"]).first() if said.get("id") else None
    if made is None:
        return dict.fromkeys(("checksum", "licence", "link", "api"), Verdict.ERROR.value)
    looks = {"checksum": _checksum, "licence": _licence, "link": _link, "api": _api}
    return {name: _tried(look, made) for name, look in looks.items()}


def confirm(work: Work) -> None:
    """Everything is right outside: available, told to whoever listens, and the dossier it replaces ends."""
    _settle(work, Outcome.OPEN)


def announce_planned(work: Work) -> None:
    put_outside(decided(require_id(work)), Outcome.PLANNED, work)
    _settle(work, Outcome.PLANNED)


def publish_description(work: Work) -> dict[str, Any]:
    """Restricted: description and conditions stand outside, the data of an earlier release does not any more."""
    return answer_of(_without_data(work, Outcome.RESTRICTED))


def record_refusal(work: Work) -> None:
    _without_data(work, Outcome.CLOSED)


def roll_back(work: Work) -> None:
    """Take back what was just put outside; the release that stood there before comes back, as decided then."""
    said = work.variables.get("release") or {}
    with changing(require_id(work), "release.rolled-back") as (row, w):
        made = Release.objects.filter(id=said.get("id"), status=Release.Status.CURRENT).first()
        if made is None:
            return
        take_back(Release.objects.filter(id=made.id), ROLLED_BACK, "")
        before = Release.objects.filter(
            dataset_id=row.dataset_id, number__lt=made.number, status=Release.Status.SUPERSEDED
        )
        last = before.select_related("decision").order_by("-number").first()
        if last is not None:
            _again(last)
        projection.project(row.dataset_id)
        w.note(number=made.number, restored=last.number if last else None)
        _told(w, row, "release.withdrawn", numbers=[made.number])


def _again(before: Release) -> Release:
    """The release of before once more, under its own decision: nothing that was withdrawn ever comes back itself."""
    names = ("outcome", "metadata", "files", "table", "columns", "quality", "notice")
    return next_release(
        before.decision, **{name: getattr(before, name) for name in names}, basis={"restores": before.number}
    )


def _without_data(work: Work, outcome: Outcome) -> Release:
    decision = decided(require_id(work))
    made = put_outside(decision, outcome, work)
    earlier = Release.objects.filter(dataset_id=decision.dataset_id, number__lt=made.number, table__isnull=False)
    take_back(earlier, decision.motivation, decision.ground)
    projection.project(decision.dataset_id)
    _settle(work, outcome)
    return made


def _settle(work: Work, outcome: Outcome) -> None:
    dossier_id = require_id(work)
    decision = decided(dossier_id)
    with changing(dossier_id, "release.confirmed") as (row, w):
        row.published_at, row.failure = row.published_at or clock.now(), None
        mark(decision, outcome)
        shown = Release.objects.get(dataset_id=row.dataset_id, status=Release.Status.CURRENT)
        w.note(number=shown.number, outcome=outcome.value)
        _told(w, row, "release.published", number=shown.number, outcome=outcome.value)
        supersede(row)


def supersede(row: Dossier) -> None:
    """End the care of earlier dossiers of this dataset; one that ended, or handles an incident, goes its own way."""
    others = Dossier.objects.filter(dataset_id=row.dataset_id, published_at__isnull=False, instance_id__isnull=False)
    for instance_id in others.exclude(id=row.id).values_list("instance_id", flat=True):
        with suppress(Conflict, NotFound), transaction.atomic():
            said = {"successor": str(row.id)}
            process.send_message(by=SYSTEM, instance_id=instance_id, message="superseded", variables=said)


def _told(w: Write, row: Dossier, event: str, **more: Any) -> None:
    w.emit(event, {"dataset_id": str(row.dataset_id), "slug": row.dataset_slug, **more})


def _tried(look: Any, made: Release) -> str:
    try:
        return look(made).value
    except Exception as error:
        if isinstance(error, Unavailable) and error.code != "storage.damaged":
            raise  # nobody can look now: that takes back no release, and is tried again
        log.exception("fetching back release %s broke", made.id)  # whatever went wrong: it is not right outside
        return Verdict.ERROR.value


def _checksum(made: Release) -> Verdict:
    if not made.files:
        return Verdict.NOT_APPLICABLE
    for file in made.files:
        shown = public.file(made.metadata["slug"], file["format"], made.number)
        if shown.sha256 != file["sha256"] or not blobs.is_whole(shown.sha256):
            return Verdict.FAILED
    return Verdict.PASSED


def _licence(made: Release) -> Verdict:
    shown = PublicDataset.objects.get(dataset_id=made.dataset_id).licence
    return Verdict.PASSED if shown == made.metadata.get("licence", "") and is_open(shown) else Verdict.FAILED


def _link(made: Release) -> Verdict:
    """The page of the dataset shows exactly this release."""
    shown = public.dataset(made.metadata["slug"])
    number: Mapping[str, Any] = shown.document.get("release") or {}
    return Verdict.PASSED if number.get("number") == made.number else Verdict.FAILED


def _api(made: Release) -> Verdict:
    if not made.table:
        return Verdict.NOT_APPLICABLE
    shown = public.table(made.metadata["slug"])
    return (
        Verdict.PASSED if shown.sha256 == made.table["sha256"] and shown.rows == made.table["rows"] else Verdict.FAILED
    )

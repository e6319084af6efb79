"""What each service task of the release process does, by the name that its file gives (`sluis:handler`)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sluis.foundation.service import writing
from sluis.kernel.actor import SYSTEM
from sluis.process import service as process
from sluis.process.types import Work
from sluis.release import caring, deciding, evidence, outside, refreshing, transforming, withdrawing
from sluis.release.checks import CHECKS, run
from sluis.release.dossiers import follow, require_id
from sluis.release.models import Dossier
from sluis.release.models.dossier import OPEN_STAGES
from sluis.release.queries import recorded_inputs
from sluis.release.source import whole_source


def register() -> None:
    """Hand everything in to the process room; called once, when the house starts."""
    for name in CHECKS:
        process.handler(f"release.check-{name}")(partial(_check, name))
    for name, handle in _SLOW.items():
        process.handler(f"release.{name}")(handle)
    for name, handle in _AT_ONCE.items():
        process.handler(f"release.{name}", atomic=True)(handle)
    process.completion("release.intake")(deciding.intake)
    process.completion("release.decide")(deciding.decide)
    process.on_transition(follow)
    process.asked(recorded_inputs)


def _check(name: str, work: Work) -> Mapping[str, Any]:
    dataset_id = Dossier.objects.values_list("dataset_id", flat=True).get(id=require_id(work))
    return evidence.body_of(run(CHECKS[name], evidence.subject_of(whole_source(dataset_id), work.variables)))


def find_duplicate(work: Work) -> dict[str, Any]:
    """Another dataset of the same organisation whose open dossier stands on the same source file."""
    row = Dossier.objects.get(id=require_id(work))
    same = Dossier.objects.filter(
        organisation_id=row.organisation_id, source_sha256=row.source_sha256, stage__in=OPEN_STAGES
    ).exclude(dataset_id=row.dataset_id)
    found = same.order_by("opened_at").first() if row.source_sha256 else None
    return {"found": found is not None, "dossier": str(found.id) if found else None}


def link(work: Work) -> None:
    _note(work, "release.dossier.linked", to=(work.variables.get("duplicate") or {}).get("dossier"))


def close_out_of_scope(work: Work) -> None:
    _note(work, "release.dossier.out-of-scope", **_said(work, "scope"))


def refer(work: Work) -> None:
    _note(work, "release.dossier.referred", holder=work.variables.get("holder"), **_said(work, "scope"))


def close_undecided(work: Work) -> None:
    _note(work, "release.dossier.undecided", motivation=work.variables.get("motivation"))


def notify(work: Work) -> None:
    """Those concerned hear of the decision: whoever listens to `dossier.decided` tells them."""
    _note(work, "release.announced", emit="dossier.decided", decision=work.variables.get("decision"))


def _note(work: Work, action: str, *, emit: str = "", **said: Any) -> None:
    dossier_id = require_id(work)
    with writing(by=SYSTEM, action=action, subject=("dossier", dossier_id)) as w:
        w.note(**said)
        if emit:
            w.emit(emit, {"dossier_id": str(dossier_id), **said})


def _said(work: Work, variable: str) -> dict[str, Any]:
    found = work.variables.get(variable)
    return {name: found.get(name) for name in ("outcome", "ground", "reason")} if isinstance(found, Mapping) else {}


type _Handle = Callable[[Work], Mapping[str, Any] | None]


_SLOW: dict[str, _Handle] = {
    "publish": outside.publish,
    "fetch-back": outside.fetch_back,
    "transform": transforming.transform,
    "compare-refresh": refreshing.compare,
    "publish-refresh": refreshing.publish_refresh,
    "retest-anonymity": refreshing.retest,
    "monitor": caring.monitor,
}
_AT_ONCE: dict[str, _Handle] = {
    "find-duplicate": find_duplicate,
    "link-dossier": link,
    "close-out-of-scope": close_out_of_scope,
    "refer-to-holder": refer,
    "notify-decision": notify,
    "record-refusal": outside.record_refusal,
    "close-undecided": close_undecided,
    "announce-planned": outside.announce_planned,
    "publish-description": outside.publish_description,
    "confirm": outside.confirm,
    "roll-back": outside.roll_back,
    "publish-correction": caring.publish_correction,
    "hold-refresh": refreshing.hold,
    "open-reassessment": refreshing.reassess,
    "deprecate": caring.deprecate,
    "withdraw": withdrawing.withdraw_step,
    "archive": caring.archive,
}

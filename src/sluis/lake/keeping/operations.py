"""Operations: say how long versions are kept, look what would go, and let go.

Of a version that goes the row stays, with where it came from, its ledger, its columns and its measures; its rows, the
file it was read from, its rejects and its profile go. Blobs follow with the sweep, the Iceberg snapshot with the event.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sluis.foundation.service import require, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.contracting.policy import DECIDE
from sluis.lake.keeping.holding import ALL, held
from sluis.lake.keeping.types import Fate, Rule, RuleRecord, Why, kept_by_rule
from sluis.lake.models import KeepRule, TableVersion
from sluis.lake.policy import VIEW, require_on_dataset
from sluis.register.service import get

MOST_LAST, MOST_DAYS = 100_000, 36_600


def set_rule(*, by: Actor, dataset_id: UUID, rule: Rule, everywhere: bool = False) -> None:
    """How long versions of this table are kept; `everywhere`: of every table of its organisation without a rule of its
    own. An empty rule takes it away. Raises NotFound, NotAllowed and Invalid."""
    by = require_on_dataset(by, DECIDE, dataset_id)
    home = get(by=by, dataset_id=dataset_id).organisation.id
    if everywhere:
        by = require(by, DECIDE, home)
    if faults := _faults(rule):
        raise Invalid("keep.rule", N_("Deze bewaarregel klopt niet."), faults=faults)
    place = {"organisation_id": home, "dataset_id": None if everywhere else dataset_id}
    subject = ("organisation", home) if everywhere else ("dataset", dataset_id)
    with writing(by=by, action="lake.keep-rule.set", subject=subject) as write:
        write.note(last=rule.last, days=rule.days)
        if rule == Rule():
            KeepRule.objects.filter(**place).delete()
        else:
            KeepRule.objects.update_or_create(
                **place, defaults={"last": rule.last, "days": rule.days, "changed_at": clock.now()}
            )


def rule_of(*, by: Actor, dataset_id: UUID) -> RuleRecord | None:
    """The rule for this table; None when everything is kept."""
    by = require_on_dataset(by, VIEW, dataset_id)
    home = get(by=by, dataset_id=dataset_id).organisation.id
    row = (
        KeepRule.objects.filter(dataset_id=dataset_id).first()
        or KeepRule.objects.filter(organisation_id=home, dataset=None).first()
    )
    return RuleRecord(Rule(row.last, row.days), row.dataset_id is not None) if row else None


def fates(*, by: Actor, dataset_id: UUID, rule: Rule | None = None) -> tuple[Fate, ...]:
    """What would become of every version that has rows, the newest first, and what keeps those that stay.

    `rule`: as if that was the rule. Changes nothing.
    """
    require_on_dataset(by, VIEW, dataset_id)
    if rule is None:
        known = rule_of(by=by, dataset_id=dataset_id)
        rule = known.rule if known else Rule()
    rows = list(_with_rows(dataset_id))
    pointed = held(dataset_id)
    kept = kept_by_rule(rule, [_ready_at(row) for row in rows], clock.now())
    return tuple(_fate(row, place, kept[place], pointed) for place, row in enumerate(rows))


def expire(*, by: Actor, dataset_id: UUID) -> tuple[Fate, ...]:
    """Let the versions go that nothing keeps, each in a transaction of its own; returns which went."""
    by = require_on_dataset(by, DECIDE, dataset_id)
    gone = [fate for fate in fates(by=by, dataset_id=dataset_id) if fate.goes]
    return tuple(fate for fate in gone if _let_go(by, dataset_id, fate.version_id))


def expire_all() -> int:
    """The same for every table that has a rule; returns how many versions went."""
    return sum(len(expire(by=SYSTEM, dataset_id=dataset_id)) for dataset_id in ruled())


def ruled() -> list[UUID]:
    """Datasets with a table and a rule, their own or of their organisation."""
    rows = TableVersion.objects.filter(status=TableVersion.Status.READY)
    own = KeepRule.objects.exclude(dataset=None).values("dataset_id")
    theirs = KeepRule.objects.filter(dataset=None).values("organisation_id")
    found = rows.filter(dataset_id__in=own) | rows.filter(dataset__organisation_id__in=theirs)
    return list(found.order_by().values_list("dataset_id", flat=True).distinct())


def _let_go(by: Actor, dataset_id: UUID, version_id: UUID) -> bool:
    """Looks again inside the transaction: something may point at it since."""
    with writing(by=by, action="lake.table.expired", subject=("table-version", version_id)) as write:
        row = TableVersion.objects.select_for_update().get(id=version_id)
        now = next((fate for fate in fates(by=by, dataset_id=dataset_id) if fate.version_id == version_id), None)
        if now is None or not now.goes:
            write.note(stayed=sorted(now.why) if now else [])
            return False
        write.note(number=row.number, parts=[part["sha256"] for part in row.parts], source=row.source_sha256)
        row.status, row.expired_at = TableVersion.Status.EXPIRED, clock.now()
        row.parts, row.profile, row.data_sha256, row.rejects_sha256 = [], None, "", ""
        row.save(update_fields=["status", "expired_at", "parts", "profile", "data_sha256", "rejects_sha256"])
        write.emit("table.expired", {"table_version": str(row.id), "dataset": str(dataset_id)})
    return True


def _with_rows(dataset_id: UUID) -> Iterable[TableVersion]:
    ready = TableVersion.ready(dataset_id)
    return ready.defer("profile", "report").order_by("-number")


def _fate(row: TableVersion, place: int, by_rule: bool, pointed: dict[str, set[Why]]) -> Fate:
    why = {reason for what in (str(row.id), row.data_sha256, ALL) if what for reason in pointed.get(what, ())}
    why |= ({Why.NEWEST} if place == 0 else set()) | ({Why.RULE} if by_rule else set())
    return Fate(row.id, row.number, _ready_at(row), row.data_size, tuple(one for one in Why if one in why))


def _ready_at(row: TableVersion) -> datetime:
    return row.finished_at or row.created_at


def _faults(rule: Rule) -> list[Fault]:
    text = N_("Noem een aantal van 1 tot en met {most}.")
    bounds = (("last", rule.last, MOST_LAST), ("days", rule.days, MOST_DAYS))
    return [
        Fault(text, field=name, params={"most": str(most)})
        for name, value, most in bounds
        if value is not None and not 1 <= value <= most
    ]

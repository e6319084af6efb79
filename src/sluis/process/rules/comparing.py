"""A version held against the one in force: what changes, and which cases and earlier decisions come out otherwise."""

from functools import lru_cache
from uuid import UUID

from sluis.foundation.service import require
from sluis.kernel.actor import Actor
from sluis.process import definitions, policy, registry
from sluis.process.dmn.compare import Recorded
from sluis.process.models import Definition, Passage, Proposal
from sluis.process.rules import changes as changing
from sluis.process.rules.changes import Change, Comparison
from sluis.process.rules.reading import cases as cases_of
from sluis.process.rules.reading import row_seen
from sluis.process.types import Kind

MOST_EARLIER = 2_000


def compare_rule(*, by: Actor, kind: Kind | str, key: str, xml: bytes, cases: str = "") -> Comparison:
    """What proposing this file would change; nothing is stored. Raises Invalid with every fault of the file."""
    by = require(by, policy.VIEW)
    kind = Kind(kind)
    definitions.refuse_unsound_file(kind, xml)
    base = definitions.in_force_now(kind, key)
    return _held(by, kind, key, base, xml, cases)


def compare_proposal(*, by: Actor, proposal_id: UUID) -> Comparison:
    """What a proposal changes with respect to the version that was in force when it was made."""
    return of_row(by, row_seen(by, proposal_id))


def of_row(by: Actor, row: Proposal) -> Comparison:
    return _held(by, Kind(row.kind), row.key, row.base_id or "", bytes(row.definition.source), row.cases)


@lru_cache(maxsize=256)
def changes_between(kind: Kind, old: str, new: str) -> tuple[Change, ...]:
    """What version `new` changed with respect to `old`, by their hashes; files never change, so this is kept."""
    return changing.changes(kind, definitions.source(old), definitions.source(new))


def _held(by: Actor, kind: Kind, key: str, base: str, xml: bytes, cases: str) -> Comparison:
    old = definitions.source(base) if base else None
    tried = (cases.encode() or cases_of(key)) if kind is Kind.POLICY else b""
    return changing.comparison(kind, old, xml, cases=tried, recorded=_recorded(by, kind, key))


def _recorded(by: Actor, kind: Kind, key: str) -> list[Recorded]:
    """What was asked of this policy in processes that the actor sees, by their rules and by their handlers."""
    return [*_by_rules(by, kind, key), *_by_handlers(by, key)] if kind is Kind.POLICY else []


def _by_handlers(by: Actor, key: str) -> list[Recorded]:
    told = [one for asker in registry.askers() for one in asker(key, MOST_EARLIER)]
    ids = {UUID(one.id) for one in told}
    seen = set(policy.instances_seen(by).filter(id__in=ids).values_list("id", flat=True)) if ids else set[UUID]()
    return [one for one in told if UUID(one.id) in seen]


def _by_rules(by: Actor, kind: Kind, key: str) -> list[Recorded]:
    """The newest answer per process and decision, with the inputs of then.

    Evidence from before inputs were kept has the variables of the process as they stand.
    """
    versions = list(Definition.objects.filter(kind=kind, key=key).values_list("sha256", flat=True))
    rows = Passage.objects.filter(instance__in=policy.instances_seen(by), evidence__policy__in=versions)
    wanted = rows.order_by("-id").values_list("instance_id", "evidence", "instance__variables")[:MOST_EARLIER]
    found: dict[tuple[UUID, str], Recorded] = {}
    for instance_id, evidence, variables in wanted:
        asked = str(evidence["decision"])
        found.setdefault((instance_id, asked), Recorded(str(instance_id), asked, evidence.get("inputs", variables)))
    return list(found.values())

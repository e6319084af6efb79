"""What is new about an open dataset for who builds on it: its agreements version by version, and its releases.

Only agreements that were in force while it was open: what was agreed before that stays inside. `remember` writes them
with the projection; a reader costs five short queries and works nothing out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from uuid import UUID

from django.db.models import Min

from sluis.foundation.service import in_line
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.contracts import reading
from sluis.lake.contracts.change import broken
from sluis.lake.contracts.types import Agreed, ContractStatus, Rule
from sluis.lake.service import ContractRecord
from sluis.release.models import (
    PublicContract,
    PublicContractVersion,
    PublicDataset,
    PublicDifference,
    PublicReleaseRow,
    PublicTable,
)
from sluis.release.reading import dataset
from sluis.release.shown import ContractNews, News, ReleaseNews
from sluis.release.types import Kind

MOST = 25
FIRST = "first"


def news(slug: str) -> News:
    """The newest of both kinds, newest first. Raises NotFound, also for what is not open, and Gone."""
    found = dataset(slug)
    if found.kind != Kind.OPEN:
        raise NotFound("news.none", N_("Alleen een open dataset heeft een feed."))
    return News(found, _told(slug), tuple(_release_news(slug)))


def contract_news(dataset_id: UUID, contract_id: UUID) -> ContractNews | None:
    """What a version of the agreements means outside; None when it stayed inside.

    Made again first: who hears of a change may come here before the projection follows it.
    """
    with in_line():
        row = PublicDataset.objects.select_for_update().filter(dataset_id=dataset_id).first()
        if row is None:
            return None
        remember(row)
    return next((one for one in _told(row.slug) if one.id == contract_id), None)


def _told(slug: str) -> tuple[ContractNews, ...]:
    """The newest first."""
    versions = PublicContractVersion.objects.filter(dataset__slug=slug).order_by("-in_force_at")[:MOST]
    starts = {row.in_force_at for row in versions}
    return tuple(_contract_news(row, ended=row.ended_at not in starts) for row in versions)


def _contract_news(row: PublicContractVersion, *, ended: bool) -> ContractNews:
    return ContractNews(
        id=row.contract_id,
        version=row.version,
        change=row.change,
        at=row.in_force_at,
        ended_at=row.ended_at if ended else None,
        dropped=tuple(map(Rule.from_json, row.dropped)),
        added=tuple(map(Rule.from_json, row.added)),
    )


def _release_news(slug: str) -> Iterable[ReleaseNews]:
    """Standing releases, each with what differs from the one before it, as far as somebody worked that out."""
    standing = PublicReleaseRow.objects.filter(dataset__slug=slug, outcome="open").exclude(status="withdrawn")
    rows = list(standing.order_by("-number").values_list("number", "published_at")[: MOST + 1])
    tables = PublicTable.objects.filter(dataset__slug=slug, release__in=[number for number, _at in rows])
    hashes = dict(tables.values_list("release", "sha256"))
    kept = PublicDifference.objects.filter(new_sha256__in=hashes.values(), old_sha256__in=hashes.values())
    told = {(old, new): (result, at) for old, new, result, at in kept.values_list(
        "old_sha256", "new_sha256", "result", "made_at")}  # fmt: skip
    before = [*rows[1:], None]
    for (number, at), last in list(zip(rows, before, strict=True))[:MOST]:
        pair = (hashes.get(last[0], ""), hashes.get(number, "")) if last else ("", "")
        result, made_at = told.get(pair, (None, at))
        yield ReleaseNews(number, at, max(at, made_at), last[0] if last else None, result)


def remember(row: PublicDataset) -> None:
    """Write which agreements stood outside, or take them away. Call inside a transaction."""
    PublicContractVersion.objects.filter(dataset=row).delete()
    since = PublicReleaseRow.objects.filter(dataset=row, outcome="open").aggregate(at=Min("published_at"))["at"]
    if row.kind != Kind.OPEN or since is None:
        return
    held = [one for one in lake.contracts(by=SYSTEM, dataset_id=row.dataset_id) if _was_outside(one, since)]
    PublicContractVersion.objects.bulk_create(_rows(row, held[:MOST][::-1]))


def fill_news() -> int:
    """Of what stood outside before an upgrade: which agreements there were. Returns of how many datasets."""
    rows = PublicContract.objects.filter(dataset__contract_versions=None).select_related("dataset")
    found = [row.dataset for row in rows]
    for one in found:
        with in_line():
            remember(one)
    return len(found)


def _was_outside(one: ContractRecord, since: datetime) -> bool:
    return one.status is not ContractStatus.DRAFT and (one.retired_at is None or one.retired_at > since)


def _rows(row: PublicDataset, held: Sequence[ContractRecord]) -> Iterable[PublicContractVersion]:
    """Oldest first. One that follows upon nothing, or upon what stayed inside, drops and adds nothing."""
    before: Agreed | None = None
    for one, following in zip_longest(held, held[1:]):
        now = reading.read(one.text, row.slug).agreed
        yield PublicContractVersion(
            dataset=row,
            contract_id=one.id,
            version=one.version,
            change=one.change if before else FIRST,
            in_force_at=one.in_force_at,
            ended_at=one.retired_at,
            dropped=[rule.to_json() for rule in broken(before, now)] if before else [],
            added=[rule.to_json() for rule in broken(now, before)] if before else [],
        )
        before = now if following and following.in_force_at == one.retired_at else None

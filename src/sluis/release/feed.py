"""The feed in pages of texts that are ready. A text is made with the projection; whoever reads a page makes what lacks.

So an upgrade that changes the mapping needs no rebuild: old texts no longer count, and `keep` writes them again.
"""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any, cast

from django.db.models import F, QuerySet

from sluis.foundation.service import progress
from sluis.kernel.canonical import digest
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.register.dcat import JSON_LD, members, ready
from sluis.register.types import PublicRecord
from sluis.release import addresses
from sluis.release.models import PublicDataset, PublicFeedPart
from sluis.release.reading import newest_change, once_per_change, state
from sluis.release.types import FeedPage, FeedState

MOST_PER_PAGE = 1000
COLUMNS = {"text/turtle": "turtle", JSON_LD: "json_ld", "application/rdf+xml": "rdf_xml"}
"""Where the text of a form is kept; N-Triples, which no harvester asks for, are made when somebody does."""

_BATCH = 200


def part(row: PublicDataset) -> PublicFeedPart:
    """What the feed says about a dataset, made from its document; not saved."""
    record = _record(row)
    texts = {COLUMNS[media_type]: text for media_type, text in ready.texts(record, COLUMNS).items()}
    return PublicFeedPart(dataset=row, version=ready.version(), revision=row.revision, members=members(record), **texts)


def keep() -> int:
    """Write the texts that are missing or no longer count; returns how many."""
    ids = list(_lacking().order_by("id").values_list("id", flat=True))
    for done, some in enumerate(batched(ids, _BATCH), 1):
        made = [part(row) for row in PublicDataset.objects.filter(id__in=some)]
        PublicFeedPart.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["dataset"],
            update_fields=["version", "revision", "members", *COLUMNS.values()],
        )
        progress(done * _BATCH / len(ids))
    return len(ids)


def feed_state(page: int, size: int) -> FeedState:
    """How the feed stands around one page, without reading it. Raises NotFound past the end."""
    size = min(max(size, 1), MOST_PER_PAGE)
    total = once_per_change("total", lambda: {"total": PublicDataset.objects.count()})["total"]
    pages = max(1, -(-total // size))
    if page < 1 or page > pages:
        raise NotFound("feed.page", N_("De catalogus heeft {pages} pagina's."), pages=pages)
    mark = digest({"mapping": ready.version(), "outside": state()})
    return FeedState(mark=mark, changed_at=newest_change(), total=total, page=page, pages=pages, size=size)


def feed_page(now: FeedState, media_type: str) -> FeedPage:
    """The page, by slug, tombstones too."""
    first = (now.page - 1) * now.size
    slugs = list(PublicDataset.objects.order_by("slug").values_list("slug", flat=True)[first : first + now.size])
    found = _kept(slugs, COLUMNS[media_type]) if media_type in COLUMNS else {}
    for row in PublicDataset.objects.filter(slug__in=[slug for slug in slugs if slug not in found]):
        record = _record(row)
        found[row.slug] = members(record), ready.texts(record, [media_type])[media_type]
    shown = [found[slug] for slug in slugs if slug in found]
    return FeedPage(
        members=tuple(_here(pair) for brings, _text in shown for pair in brings),
        texts=tuple(text for _brings, text in shown),
    )


def _kept(slugs: Sequence[str], column: str) -> dict[str, tuple[Any, bytes]]:
    """Slug → what it brings into the catalogue and its text, of those that count."""
    rows = PublicFeedPart.objects.filter(dataset__slug__in=slugs, version=ready.version())
    found = rows.filter(revision=F("dataset__revision")).values_list("dataset__slug", "members", column)
    return {slug: (brings, bytes(text)) for slug, brings, text in found}


def _lacking() -> QuerySet[PublicDataset]:
    return PublicDataset.objects.exclude(feed_part__version=ready.version(), feed_part__revision=F("revision"))


def _here(pair: Iterable[str]) -> tuple[str, str]:
    predicate, uri = pair
    return predicate, uri.replace(ready.ADDRESS, addresses.base(), 1)


def _record(row: PublicDataset) -> PublicRecord:
    return cast("PublicRecord", addresses.completed(row.document, ready.ADDRESS))

"""The only door for the outside: portal and public API. Reads the projection, never register or lake.

dataset(slug) -> PublicDatasetRecord            NotFound; Gone (params: reason, at, title) when withdrawn
tombstone(slug) -> PublicDatasetRecord          the withdrawn one, for the 410 page; NotFound
releases(slug) -> tuple[PublicReleaseInfo, ...] newest first; withdrawn ones without files
standing_tables(slug, most)                     those with rows that still stand, newest first, without files
release(slug, number) -> PublicReleaseInfo      NotFound, Gone
changes(slug, old, new, ip="")                  what differs; StillComparing, Invalid, NotFound, Gone; changed_rows
provenance(slug, number)                        where the rows of a release come from; NotFound, Gone
contract(slug) -> PublicContractRecord          NotFound when nothing is promised; Gone
news(slug) -> News                              what is new of an open dataset, for its feed; NotFound, Gone
table(slug, number=None) -> PublicTableInfo     NotFound when there are no rows to show; Gone
file(slug, file_format, number=None) -> PublicFileInfo   StillMade, NotFound, Gone
search(SearchRequest) -> SearchResult
sql_door() -> lake.query.asking.Door            questions in SQL over what is open; sql_limit(address)
public_query(id), public_queries(page=1, size=50)  published questions, newest first, and their number
not_open(*, kinds=("restricted", "closed"), grounds=(), organisation="", page=1, size=50) -> PublicPage
not_open_facets(*, kinds=(), grounds=(), organisation="", language="nl") -> kind and ground → tuple[FacetCount, ...]
planned(*, page=1, size=50) -> PublicPage       soonest first
organisation_known(slug) -> bool                has anything outside
withdrawn(*, page=1, size=50) -> PublicPage     last withdrawn first
latest(n=6) -> tuple[PublicCard, ...]           open ones, newest first
theme_counts() -> Mapping[str, int]             theme uri → number of open datasets
feed_state(page, size) -> FeedState             NotFound past the end; a mark that changes with the feed
feed_page(FeedState, media_type) -> FeedPage
newest_change() -> datetime | None              when anything outside last changed
public_feedback(number=…), public_feedback_of(slug=…)   what visitors said, without their words; NotFound
ready(PublicTableInfo) -> Ready | None          what makes its rows fast
catalogue() -> register.types.PublicCatalogue   what the feed says about itself
sitemap_page(n=1) -> tuple[SitemapEntry, ...]   at most 10,000 each; sitemap_pages() -> int
state() -> str                                  another one after every change outside
counts() -> Mapping[str, int]                   kind → number, and "rows", "files"
"""

from django.conf import settings

from sluis.register.types import PublicCatalogue
from sluis.release import addresses
from sluis.release.asking import sql_door, sql_limit
from sluis.release.comparing import StillComparing, changed_rows, changes
from sluis.release.comparing import columns_of as changed_columns
from sluis.release.contracts import contract
from sluis.release.feed import feed_page, feed_state
from sluis.release.feedback import public_feedback, public_feedback_of
from sluis.release.news import news
from sluis.release.reading import (
    StillMade,
    counts,
    dataset,
    file,
    latest,
    newest_change,
    not_open,
    not_open_facets,
    organisation_known,
    planned,
    provenance,
    release,
    releases,
    sitemap_page,
    sitemap_pages,
    standing_tables,
    state,
    table,
    theme_counts,
    tombstone,
    withdrawn,
)
from sluis.release.ready import ready
from sluis.release.search.query import search
from sluis.release.sharing import public_queries, public_query

__all__ = [
    "StillComparing",
    "StillMade",
    "catalogue",
    "changed_columns",
    "changed_rows",
    "changes",
    "contract",
    "counts",
    "dataset",
    "feed_page",
    "feed_state",
    "file",
    "latest",
    "newest_change",
    "news",
    "not_open",
    "not_open_facets",
    "organisation_known",
    "planned",
    "provenance",
    "public_feedback",
    "public_feedback_of",
    "public_queries",
    "public_query",
    "ready",
    "release",
    "releases",
    "search",
    "sitemap_page",
    "sitemap_pages",
    "sql_door",
    "sql_limit",
    "standing_tables",
    "state",
    "table",
    "theme_counts",
    "tombstone",
    "withdrawn",
]


def catalogue() -> PublicCatalogue:
    """The catalogue about itself. `changed_at` is the newest change outside; '' when nothing stands outside yet."""
    name, changed = settings.SLUIS.organisation, newest_change()
    return {
        "uri": f"{addresses.base()}/id/catalog",
        "title": f"Open data van {name}",
        "title_en": f"Open data of {name}",
        "description": f"Alle data die {name} openbaar maakt, met wat gepland is en wat niet open is en waarom.",
        "description_en": f"All data that {name} makes public, what is planned, and what is not open and why.",
        "homepage": f"{addresses.base()}/",
        "publisher_name": name,
        "publisher_uri": f"{addresses.base()}/id/organisation",
        "contact_name": name,
        "contact_email": settings.SLUIS.contact_email,
        "changed_at": changed.isoformat() if changed else "",
    }

"""The only door for the outside: portal and public API. Reads the projection, never register or lake.

dataset(slug) -> PublicDatasetRecord            NotFound; Gone (params: reason, at, title) when withdrawn
tombstone(slug) -> PublicDatasetRecord          the withdrawn one, for the 410 page; NotFound
releases(slug) -> tuple[PublicReleaseInfo, ...] newest first; withdrawn ones without files
release(slug, number) -> PublicReleaseInfo      NotFound, Gone
table(slug, number=None) -> PublicTableInfo     NotFound when there are no rows to show; Gone
file(slug, format, number=None) -> PublicFileInfo
search(SearchRequest) -> SearchResult
not_open(*, kinds=("restricted", "closed"), organisation="", page=1, size=50) -> PublicPage
planned(*, page=1, size=50) -> PublicPage       soonest first
withdrawn(*, page=1, size=50) -> PublicPage     last withdrawn first
latest(n=6) -> tuple[PublicCard, ...]           open ones, newest first
theme_counts() -> Mapping[str, int]             theme uri → number of open datasets
feed_page(page=1, size=500) -> FeedPage
catalogue() -> register.types.PublicCatalogue   what the feed says about itself
sitemap_page(n=1) -> tuple[SitemapEntry, ...]   at most 50,000 each; sitemap_pages() -> int
counts() -> Mapping[str, int]                   kind → number, and "rows", "files"
"""

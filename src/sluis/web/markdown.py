"""Markdown that people write, as safe HTML: no raw HTML, images or scripts; headings stay below those of the page."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

TAGS = {
    "p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
TOP_HEADING = 3


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"]).disable("image")
    )


def to_html(text: str) -> str:
    """Render and clean; the result holds only TAGS, and links only to http, https, mailto or the site itself."""
    tokens = _reader().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + TOP_HEADING - 1)}"
    html = _reader().renderer.render(tokens, _reader().options, {})
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel="nofollow noopener"
    )


@lru_cache(maxsize=2_000)
def to_text(text: str) -> str:
    """The words only, for a search result or a meta description; lists show the same texts again and again."""
    return " ".join(nh3.clean(to_html(text), tags=set()).split())

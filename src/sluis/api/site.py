"""What robots and researchers of weak spots look for first: sitemap, robots.txt and security.txt (RFC 9116)."""

from datetime import timedelta
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sluis.kernel import clock
from sluis.release import public

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_VALID_FOR = timedelta(days=180)


def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Addresses of the pages of the sitemap."""
    pages = range(1, public.sitemap_pages() + 1)
    body = "".join(f"<sitemap><loc>{settings.SLUIS.url}/sitemap-{n}.xml</loc></sitemap>\n" for n in pages)
    return _xml(f"{_HEAD}<sitemapindex {_SPACE}>\n{body}</sitemapindex>\n")


def sitemap(request: HttpRequest, number: int) -> HttpResponse:
    """One page of the sitemap: datasets that stand outside, with the day they last changed."""
    base = escape(settings.SLUIS.url)
    urls = "".join(
        f"<url><loc>{base}/datasets/{entry.slug}</loc><lastmod>{entry.changed_at:%Y-%m-%d}</lastmod></url>\n"
        for entry in public.sitemap_page(number)
    )
    return _xml(f"{_HEAD}<urlset {_SPACE}>\n{urls}</urlset>\n")


def robots(request: HttpRequest) -> HttpResponse:
    """A crawler that follows every first question in SQL would keep the sandbox busy for nobody."""
    closed = ("/desk/", "/accounts/", "/sql?", "/en/sql?", "/api/v1/sql?")
    lines = [f"Disallow: {start}" for start in closed]
    return _text(("User-agent: *", *lines, f"Sitemap: {settings.SLUIS.url}/sitemap.xml"))


def security(request: HttpRequest) -> HttpResponse:
    """Where to report a weak spot. `Expires` moves once a day, so that the document can be cached."""
    until = clock.today() + _VALID_FOR
    lines = (
        f"Contact: mailto:{settings.SLUIS.contact_email}",
        f"Expires: {until:%Y-%m-%d}T00:00:00Z",
        "Preferred-Languages: nl, en",
        f"Canonical: {settings.SLUIS.url}/.well-known/security.txt",
    )
    return _text(lines)


def _text(lines: tuple[str, ...]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _xml(body: str) -> HttpResponse:
    return HttpResponse(body, content_type="application/xml")

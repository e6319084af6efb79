"""Script in every field and cell that people write: shown as text, never as markup, under a strict policy."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.chaos.world import World, build
from tests.conftest import shared_path

from sluis.api import clients

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = "<script>alert(1)</script>"
ATTACKS = (
    SCRIPT, '"><img src=x onerror=alert(1)>', "<svg/onload=alert(1)>", "javascript:alert(1)", "'-alert(1)-'",
    "</script><script>alert(1)</script>", "<iframe srcdoc='<script>alert(1)</script>'>", "{{ 7*7 }}", "${alert(1)}",
    "]]><script>alert(1)</script>", "<!--<img src=x onerror=alert(1)>-->", "=HYPERLINK(\"http://evil.example\")",
)  # fmt: skip
MARKDOWN = (
    "[klik](javascript:alert(1)) [x](data:text/html,<script>alert(1)</script>) ![y](x\" onerror=\"alert(1)) "
    "<details open ontoggle=alert(1)> <a href='jav&#x09;ascript:alert(1)'>z</a> `<b>`\n\n" + " ".join(ATTACKS)
)  # fmt: skip


class Looking(HTMLParser):
    """Finds what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.scripts: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {name}" for name, _ in attrs if name.startswith("on")]
        for name, value in attrs:
            target = (value or "").strip().lower().replace("\t", "")
            if name in ("href", "src", "action", "formaction") and target.startswith(("javascript:", "data:text")):
                self.found.append(f"{tag} {name}={value}")
        if tag in ("iframe", "object", "embed") or (tag == "img" and dict(attrs).get("src") == "x"):
            self.found.append(tag)
        self.inside = tag == "script"
        if self.inside:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False if tag == "script" else self.inside

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.scripts[-1] += data


@pytest.fixture
def world(province: Any, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("sluis.api.answering.buckets", clients.Buckets(rate=1e9, burst=1e9))
    cells = [attack.replace('"', '""') for attack in ATTACKS]
    naughty = [line.replace('"', '""') for line in _payloads()]
    text = f'"{SCRIPT}";"aantal {ATTACKS[1].replace(chr(34), chr(34) * 2)}"\n'
    text += "".join(f'"{cell}";{n}\n' for n, cell in enumerate([*cells, *naughty]))
    public = {"title": f"Bomen {SCRIPT}", "description": MARKDOWN, "keywords": [ATTACKS[1], ATTACKS[2]]}
    return build(province, elsewhere, public=public, cells=text)


def _payloads() -> list[str]:
    lines = shared_path("data/5-robustness/xss/JHADDIX_XSS.txt").read_text(errors="replace").splitlines()
    return [line for line in lines if line.strip() and "\0" not in line]


def assert_harmless(response: Any, url: str) -> None:
    said = b"".join(response.streaming_content) if response.streaming else response.content
    response.close()
    page = said.decode(errors="replace")
    policy = response.headers.get("Content-Security-Policy", "")
    assert "unsafe" not in policy, url
    assert response.headers.get("X-Content-Type-Options") == "nosniff", url
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    assert "script-src 'self'" in policy, url
    looking = Looking()
    looking.feed(page)
    assert looking.found == [], url
    assert not [script for script in looking.scripts if script.strip().startswith("alert(")], url
    assert "49" not in [cell.strip() for cell in page.split("{{")], url


def test_what_is_public_shows_it_as_text(world: World) -> None:
    slug, client = world.published.slug, Client()
    for url in (
        "/", "/datasets", f"/datasets?q={SCRIPT}", f"/datasets?q=%22%3E%3Cimg src=x onerror=alert(1)%3E&theme={SCRIPT}",
        f"/datasets/{slug}", f"/datasets/{slug}/api", f"/datasets/{slug}/table", f"/datasets/{slug}/table/1",
        f"/datasets/{slug}/table?sort={SCRIPT}", f"/datasets/{slug}/versions", f"/datasets/{slug}/decision",
        f"/datasets/{slug}/feedback", f"/en/datasets/{slug}", f"/datasets/{SCRIPT}", f"/problemen/{SCRIPT}",
        f"/datasets.json?q={SCRIPT}", f"/datasets/{slug}.json", f"/datasets/{slug}/table.json", "/catalog.ttl",
        f"/api/v1/datasets/{slug}/rows", f"/api/v1/datasets/{slug}/rows?{SCRIPT}=1", "/catalog.rdf", "/sitemap.xml",
    ):  # fmt: skip
        response = client.get(url, headers={"Accept": "text/html"})
        assert response.status_code < 500, url
        assert_harmless(response, url)


def test_what_staff_sees_shows_it_as_text(world: World) -> None:
    client = Client()
    client.force_login(world.province.user("data_steward"))
    dataset = {"dataset_id": world.published.id}
    for name, keys in (("tasks", {}), ("datasets", {}), ("dataset", dataset), ("metadata", dataset), ("data", dataset),
                       ("columns", dataset), ("parts", dataset), ("dossiers", {})):  # fmt: skip
        url = reverse(f"desk:{name}", kwargs=keys)
        response = client.get(url)
        assert response.status_code == 200, url
        assert_harmless(response, url)


def test_structured_data_in_a_page_cannot_be_left(world: World) -> None:
    """The block for search engines holds the title: its end cannot be written from inside."""
    page = Client().get(f"/datasets/{world.published.slug}").content.decode()
    blocks = re.findall(r'<script[^>]*type="application/ld\+json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert blocks
    assert any(SCRIPT in json.dumps(json.loads(block)) for block in blocks), "whole, and readable by a machine"


def test_the_excel_form_disarms_formulas_and_the_plain_form_does_not(world: World) -> None:
    slug = world.published.slug
    said = {}
    for form in ("table-excel.csv", "table.csv"):
        response = Client().get(f"/datasets/{slug}/{form}", follow=True)
        assert response.status_code == 200
        said[form] = b"".join(response.streaming_content).decode("utf-8-sig")
        response.close()
    assert "'=HYPERLINK" in said["table-excel.csv"]
    assert "=HYPERLINK" in said["table.csv"]
    assert "'=HYPERLINK" not in said["table.csv"]

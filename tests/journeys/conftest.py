"""A real server on a small fixed catalogue, a real browser, and what every page must answer to.

def test_something(browse):
    page = browse("/datasets", width=320)      # a Playwright page; what it did wrong stands in `page.wrongs`
    browse.check(page)                         # axe, no scroll sideways, one h1, nothing foreign, no violations
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.mail_server import Kept, standing
from tests.once import made_once
from tests.serving import plain, ready, running, surroundings
from tests.waiting import PATIENCE_SECONDS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
BUILT = REPOSITORY / "src" / "sluis" / "web" / "static" / "built" / "sluis.css"
THEMES = REPOSITORY / "src" / "sluis" / "web" / "static" / "themes"
# What a question may cost is no limit here: a busy machine answers it minutes later.
PATIENT = {f"SLUIS_{what}_SECONDS": str(PATIENCE_SECONDS) for what in ("SQL", "SQL_PUBLIC", "QUERY")}
# What axe calls best practice is kept; nothing is switched off.
_VIOLATIONS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | '))"""
# WCAG 2.2 (2.5.8): at least 24 by 24, except links within a sentence.
_SMALL = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary, textarea')]
    .filter(e => e.checkVisibility() && !e.matches('.nl-skip-link')
        && !e.closest('p, dd, td, figcaption, caption, .sluis-prose, .sluis-visually-hidden'))
    .filter(e => { const r = e.getBoundingClientRect(); return r.height < 23.5 || r.width < 23.5; })
    .map(e => e.outerHTML.slice(0, 140))"""


@dataclass(frozen=True, slots=True)
class Site:
    """`signed_in`: by role the cookies of who signed in. `contexts`: browsers that stay open from test to test,
    so that not every page brings its style sheet and fonts anew. `seen`: what was looked at already."""

    url: str
    data: Path
    mail: Kept
    signed_in: dict[str, Any] = field(default_factory=dict)
    contexts: dict[tuple[str, str], Any] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


def _build(migrated: Path, folder: Path) -> None:
    """The catalogue; addresses do not stand in it, so every worker serves a copy of the same one."""
    shutil.copytree(migrated, folder, dirs_exist_ok=True)
    command = [sys.executable, "-m", "tests.journeys.site"]
    subprocess.run(command, cwd=REPOSITORY, env=plain() | {"SLUIS_DATA": str(folder)}, check=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Site]:
    """Sluis as `sluis serve` runs it, with the catalogue of `tests.journeys.site` and a mail server, once."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    if not BUILT.exists():
        pytest.skip("the front end is not built: cd frontend && npm ci && node build.mjs")
    data = tmp_path_factory.mktemp("site")
    made = made_once(tmp_path_factory, "journeys", partial(_build, migrated))
    shutil.copytree(made, data, dirs_exist_ok=True)
    environment, log = surroundings(data), data / "serve.log"
    url = f"http://127.0.0.1:{environment['SLUIS_PORT']}"
    with standing() as (mail, port):
        posted = {"SLUIS_MAIL_HOST": "127.0.0.1", "SLUIS_MAIL_PORT": str(port), "SLUIS_MAIL_SECURITY": "none"}
        with running(environment | posted | PATIENT | {"SLUIS_BASE_URL": url}, "serve", log=log) as server:
            assert ready(f"{url}/readyz", server), log.read_text()
            yield Site(url, data, mail)


@pytest.fixture(scope="session")
def chromium(site: Site) -> Iterator[Any]:
    from playwright.sync_api import Locator, sync_playwright

    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patched:
        patched.setattr(Locator, "click", _until_whole(Locator.click))
        # Where there is no graphics card, Chromium draws in software either way; told so, with a fifth less work.
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=PATIENCE_SECONDS * 1000
        )
        yield browser
        browser.close()


def _until_whole(click: Callable[..., None]) -> Callable[..., None]:
    """A click that opens a page ends when that page is whole.

    Playwright's own ends when its first bytes came: who counts then, counts what happens to be there already.
    """

    def clicked(locator: Any, **how: Any) -> None:
        click(locator, **how)
        locator.page.wait_for_load_state()

    return clicked


@dataclass
class Browse:
    """Opens pages and looks at them as a visitor would."""

    site: Site
    browser: Any
    opened: list[Any] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)

    def __call__(
        self, path: str, *, width: int = 1280, theme: str = "merwede", who: str = "", anew: bool = False, **how: Any
    ) -> Any:
        """A page at `path`; `theme` swaps the one file that a province swaps. `who`: the role of who is signed in.

        `anew`, or with anything that a browser has to be started with: in one of its own.
        """
        if anew or how:
            context = self._context(theme, who, **how)
            self.opened.append(context)
        else:
            context = self.site.contexts.get((who, theme)) or self._context(theme, who)
            self.site.contexts[who, theme] = context
        page = context.new_page()
        self.opened.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrongs.append(f"{path}: {error}"))
        page.on("request", self._request)
        page.goto(path)
        return page

    def _context(self, theme: str, who: str, *, script: bool = True, **how: Any) -> Any:
        made = self.browser.new_context(java_script_enabled=script, base_url=self.site.url, **how)
        made.set_default_timeout(PATIENCE_SECONDS * 1000)  # of each wait in each test: its own is half a minute
        if who:
            made.add_cookies(self.site.signed_in[who])
        if theme != "merwede":
            style = (THEMES / f"{theme}.css").read_text()
            made.route(re.compile(r"/static/themes/merwede[^/]*\.css"), lambda route: _swap(route, style))
        return made

    def close(self) -> None:
        """What this test opened; a visitor leaves nothing for the next."""
        for one in reversed(self.opened):
            one.close()
        for (who, _theme), context in self.site.contexts.items():
            if not who:
                context.clear_cookies()

    def _console(self, message: Any) -> None:
        """Violations of the content policy come here too. A 404, 410 or 422 of the page itself is what we asked for."""
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self.wrongs.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.site.url, "data:")):
            self.wrongs.append(f"foreign request: {request.url}")

    def check(self, page: Any) -> None:
        """Everything a page must be, whatever it shows."""
        page.wait_for_load_state()
        found = [f"axe {violation}" for violation in self.axe(page)]
        found += [f"small target: {target}" for target in page.evaluate(_SMALL)]
        width = page.viewport_size["width"]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"scrolls sideways: {wide} > {width}")
        if (headings := page.locator("h1").count()) != 1:
            found.append(f"{headings} h1")
        assert not found + self.wrongs, f"{page.url}\n" + "\n".join(found + self.wrongs)

    def check_once(self, page: Any, kind: str) -> None:
        """As `check`, for a kind of page that many stories pass: only the first that comes by looks at it."""
        if kind not in self.site.seen:
            self.check(page)
            self.site.seen.add(kind)

    def axe(self, page: Any) -> list[str]:
        from axe_playwright_python import base

        if not page.evaluate("'axe' in window"):
            page.evaluate(base.AXE_FILE_PATH.read_text())
        return list(page.evaluate(_VIOLATIONS))


def _swap(route: Any, style: str) -> None:
    route.fulfill(body=style, content_type="text/css")


@pytest.fixture
def browse(site: Site, chromium: Any) -> Iterator[Browse]:
    browsing = Browse(site, chromium)
    yield browsing
    browsing.close()

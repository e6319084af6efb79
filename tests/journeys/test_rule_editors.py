"""The editors in the browser: a file that goes in and comes out unchanged means the same to Sluis."""

import html
import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from sluis.process.bpmn import check as check_process
from sluis.process.dmn import check as check_policy
from sluis.process.dmn import read
from sluis.process.dmn.cases import read_cases, run_cases
from sluis.process.rules.changes import changes
from sluis.process.rules.sheets import Text, sheets
from sluis.process.shipped import shipped
from sluis.process.types import Kind
from tests.journeys.test_desk import sign_in
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.journey
EDITORS = {"bpmn": "/desk/beleid/processen/regel-wijzigen/bewerken", "dmn": "/desk/beleid/tabellen/review/bewerken"}
FEW = ("maintenance", "openness", "personal-data", "review")
_TEXT = re.compile(r'(<textarea[^>]*name="xml"[^>]*>)(.*?)(</textarea>)', re.DOTALL)


@pytest.fixture
def coordinator(browse: Any) -> Any:
    return sign_in(browse, "coordinator")


def through_the_editor(page: Any, path: Path) -> bytes:
    """What the page would send after the editor read this file and nobody changed a thing."""
    place = EDITORS[path.suffix[1:]]
    text = html.escape(path.read_text(encoding="utf-8"))
    sent: list[bytes] = []

    def serve(route: Any) -> None:
        if route.request.method == "POST":
            sent.append(posted(route.request))
            return route.fulfill(body="ontvangen")
        answer = route.fetch(timeout=PATIENCE_SECONDS * 1000)
        page_with = _TEXT.sub(lambda found: found[1] + text + found[3], answer.text())
        return route.fulfill(response=answer, body=page_with)

    page.route("**/desk/beleid/**", serve)
    page.goto(place)
    page.locator("form[data-ready]").wait_for()
    page.fill("textarea[name=motivation]", "Heen en terug.")
    page.locator("button[value=compare]").click()
    page.get_by_text("ontvangen").wait_for()
    page.unroute("**/desk/beleid/**")
    return sent[0]


def posted(request: Any) -> bytes:
    """The field `xml` of a form that was sent, with the line ends that Sluis reads."""
    head = f"Content-Type: {request.header_value('content-type')}\r\n\r\n".encode()
    for part in message_from_bytes(head + request.post_data_buffer).get_payload():
        if part.get_param("name", header="content-disposition") == "xml":  # type: ignore[union-attr]
            return bytes(part.get_payload(decode=True)).replace(b"\r\n", b"\n")  # type: ignore[union-attr]
    raise AssertionError("the form sent no file")


def labels(xml: bytes) -> Iterator[Mapping[str, Text]]:
    """What codes are called: of the file, and of each column."""
    read_as = sheets(xml)
    yield read_as.labels
    yield from (column.labels for sheet in read_as.decisions for column in (*sheet.inputs, *sheet.outputs))


def test_every_process_comes_out_of_the_editor_as_it_went_in(browse: Any, coordinator: Any) -> None:
    for path in sorted(shipped("processes").glob("*.bpmn")):
        before, after = path.read_bytes(), through_the_editor(coordinator, path)
        assert check_process(after) == check_process(before) == (), path.name
        assert [change.what for change in changes(Kind.PROCESS, before, after)] in ([], ["text"]), path.name
    assert not browse.wrongs


@pytest.mark.parametrize("few", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["few", "rest"])
def test_every_policy_comes_out_of_the_editor_as_it_went_in(browse: Any, coordinator: Any, few: bool) -> None:
    for path in (one for one in sorted(shipped("policies").glob("*.dmn")) if (one.stem in FEW) is few):
        before, after = path.read_bytes(), through_the_editor(coordinator, path)
        assert check_policy(after) == (), path.name
        assert [change.what for change in changes(Kind.POLICY, before, after)] in ([], ["text"]), path.name
        assert [*labels(after)] == [*labels(before)] != [], path.name
        cases = read_cases((path.parent / "cases" / f"{path.stem}.csv").read_bytes())
        assert run_cases(read(after), cases).misses == (), path.name
    # dmn-js writes styles into the page, which our content security policy keeps out; it works without them.
    assert [wrong for wrong in browse.wrongs if "inline style" not in wrong] == []

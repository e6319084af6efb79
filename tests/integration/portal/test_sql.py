"""The page for questions: the answer with its order and pages in the address, refusals, busy and stop."""

import re
import time
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from tests.waiting import PATIENCE_SECONDS, until

from sluis.lake.query import running

pytestmark = pytest.mark.usefixtures("outside")
SLOW = "SELECT count(*) FROM range(1000000) a(i), range(1000000) b(i), range(1000000) c(i) WHERE a.i + b.i = c.i + 7"
HTML = {"accept": "text/html"}


def see(client: Any, **query: str) -> Any:
    """The page as a reader sees it who waits until it is no longer busy."""
    late = time.monotonic() + PATIENCE_SECONDS
    while True:
        response = client.get("/sql", query, headers=HTML)
        if 'http-equiv="refresh"' not in response.content.decode() or time.monotonic() > late:
            return response
        time.sleep(0.2)


def test_the_page_offers_the_open_tables_with_a_first_question(client: Any) -> None:
    page = see(client).content.decode()
    assert "zwemwater" in page
    assert "sql=SELECT+%2A%0AFROM+zwemwater%0ALIMIT+100" in page
    assert "zwemwater" not in see(client, tables="q").content.decode()


def test_an_answer_is_sorted_and_paged_by_its_address(client: Any) -> None:
    sql = "SELECT i AS n, 'x' || i AS tekst FROM range(60) r(i)"
    page = see(client, sql=sql, sort="-n")
    assert (page.status_code, page["Cache-Control"]) == (200, "private, no-store")
    text = page.content.decode()
    assert "<td>59</td>" in re.sub(r"<td[^>]*>", "<td>", text)
    following = re.search(r'href="([^"]+)" rel="next"', text)
    assert following
    second = client.get(following[1].replace("&amp;", "&"), headers=HTML).content.decode()
    assert "<td>34</td>" in re.sub(r"<td[^>]*>", "<td>", second)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM zwemwater", "Met DELETE kunt u rijen weghalen."),
        ("SELECT * FROM zwemwatr", "Bedoelde u: zwemwater?"),
        ("SELECT 1 FROM\nWHERE", "regel 2, teken 1, bij “WHERE”"),
        ("SELECT getenv('x')", "die vertelt over de server"),
    ],
)
def test_a_refusal_stands_beside_the_question(sql: str, said: str, client: Any) -> None:
    page = see(client, sql=sql)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert f">\n{sql}</textarea>" in unescape(page.content.decode()).replace("\r\n", "\n")


def test_a_long_question_shows_that_it_runs_and_can_be_stopped(client: Any, settings: Any) -> None:
    settings.SLUIS = replace(settings.SLUIS, sql_public_seconds=600)
    busy = client.get("/sql", {"sql": SLOW}, headers=HTML).content.decode()
    assert "Uw vraag loopt" in busy or "Uw vraag wacht" in busy
    assert client.get("/sql/progress", {"sql": SLOW}).status_code == 200
    stopped = client.post("/sql/stop", {"sql": SLOW})
    assert stopped.status_code == 302
    assert "Uw vraag is gestopt." in client.get(stopped["Location"], headers=HTML).content.decode()
    door = running.for_visitors()
    until(lambda: not running.keeping_of(SLOW, (), door).is_running())


def test_so_many_new_questions_an_hour(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sluis.release.asking.PER_HOUR", 1)
    assert see(client, sql="SELECT 1 AS n").status_code == 200
    assert see(client, sql="SELECT 1 AS n", sort="-n").status_code == 200
    assert see(client, sql="SELECT 2 AS n").status_code == 429


def test_words_to_complete_with_are_of_named_tables_and_of_what_is_open(client: Any) -> None:
    found = client.get("/sql/words", {"prefix": "pl", "tables": "SELECT pl FROM zwemwater"}).json()["words"]
    assert {"text": "plaats", "note": "zwemwater · text"} in found
    assert [word["text"] for word in client.get("/sql/words", {"prefix": "zwem"}).json()["words"]] == ["zwemwater"]
    assert client.get("/sql/words", {"prefix": "pl"}).json()["words"] == []

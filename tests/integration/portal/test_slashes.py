"""With and without a slash behind it, the address of a page leads to that page; that of the API is to the letter."""

import re
from uuid import uuid4

import pytest
from django.urls import get_resolver
from django.utils.translation import override

from sluis.conf.access import addresses
from sluis.web.middleware import PAGES, page_meant

HTML = {"HTTP_ACCEPT": "text/html"}
GIVEN = {
    "uuid": str(uuid4()), "int": "3", "slug": "iets", "str": "iets", "place": "processen", "twin": "json",
    "ruleform": "json",
}  # fmt: skip


def pages(language: str) -> list[str]:
    """Every address of desk and portal, filled in."""
    with override(language):
        found = addresses(get_resolver())
    chosen = [path for name, path in found.items() if name.split(":")[0] in PAGES]
    return ["/" + re.sub(r"<(\w+):\w+>", lambda part: GIVEN[part[1]], path).lstrip("/") for path in chosen]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_page_is_found_with_a_slash_too(language):
    every = pages(language)
    assert len(every) > 150
    right = [path for path in every if "." not in path.rpartition("/")[2] and path != "/"]
    assert len(right) > 130
    typed = {path: path[:-1] if path.endswith("/") else f"{path}/" for path in right}
    assert {path: page_meant(other) for path, other in typed.items()} == {path: path for path in right}
    assert {page_meant(path) for path in every} == {""}, "what is right already leads nowhere else"


def test_another_site_is_no_page():
    assert page_meant("//kwaad.example/") == page_meant("//") == page_meant("/") == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("/desk/datasets/", "/desk/datasets"),
        ("/en/desk/datasets/?q=weg&page=2", "/en/desk/datasets?q=weg&page=2"),
        ("/datasets//", "/datasets"),
        ("/en/about/", "/en/about"),
        ("/desk", "/desk/"),
        ("/en", "/en/"),
        ("/inloggen", "/inloggen/"),
    ],
)
def test_the_reader_comes_to_the_page(client, typed, page):
    answer = client.get(typed, **HTML)
    assert (answer.status_code, answer["Location"]) == (301, page)
    assert client.head(typed, headers={"Accept-Language": "en"})["Location"] == page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/api/v1/datasets/", "/catalog.ttl/", "/datasets.json/", "/bestaat-niet/", "/livez/", "/api/v1"]
)
def test_what_is_for_programs_or_is_no_page_is_not_there(client, path):
    assert client.get(path, **HTML).status_code == 404


@pytest.mark.django_db
def test_what_is_sent_to_another_address_is_not_carried_over(client):
    assert client.post("/sql/stop/").status_code == 404

"""Pages, cursors and the links between them."""

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.errors import Invalid
from sluis.web.paging import Page, decode_cursor, encode_cursor, link_header, whole_number, with_query


@given(total=st.integers(0, 5000), size=st.integers(1, 200), number=st.integers(1, 30))
def test_a_window_leads_everywhere(total, size, number):
    page = Page([], number, size, total)
    number = min(number, page.pages)
    window = Page([], number, size, total).window()
    shown = [n for n in window if n]
    assert shown == sorted(set(shown))
    assert {1, number, page.pages} <= set(shown)
    assert len(window) <= 7


def test_a_gap_never_hides_a_single_page():
    assert Page([], 4, 10, 100).window() == [1, 2, 3, 4, 5, 0, 10]
    assert Page([], 1, 8, 702).window() == [1, 2, 0, 88]


def test_first_and_last():
    assert (Page([], 3, 10, 25).first, Page([], 3, 10, 25).last) == (21, 25)
    assert (Page([], 1, 10, 0).first, Page([], 1, 10, 0).last, Page([], 1, 10, 0).pages) == (0, 0, 1)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4)))
def test_a_cursor_comes_back(position):
    cursor = encode_cursor(position)
    assert decode_cursor(cursor) == position
    assert not set(cursor) & set("+/=&? ")


@pytest.mark.parametrize("text", ["", "é", "!!", "AAAA", "eyJh", "x" * 9, "W1tb" * 4000])
def test_a_broken_cursor_is_said_so(text):
    with pytest.raises(Invalid) as caught:
        decode_cursor(text)
    assert caught.value.code == "query.cursor"


@pytest.mark.parametrize("text", ["0", "-1", "101", "1.5", "١", "1e3", "9" * 5000])
def test_a_wrong_number_is_not_obeyed(text):
    with pytest.raises(Invalid):
        whole_number({"limit": text}, "limit", 20, most=100)


def test_a_number_is_read():
    assert whole_number({}, "limit", 20, most=100) == 20
    assert whole_number({"limit": "100"}, "limit", 20, most=100) == 100


def test_query_keeps_the_rest():
    request = RequestFactory().get("/zoeken?q=laad paal&thema=a&thema=b&page=2")
    assert with_query(request, page=3) == "/zoeken?q=laad+paal&thema=a&thema=b&page=3"
    assert with_query(request, page=None, thema=["c"]) == "/zoeken?q=laad+paal&thema=c"
    assert with_query(RequestFactory().get("/zoeken?page=2"), page=None) == "/zoeken"


def test_link_header():
    assert link_header({"next": "/a?c=1", "prev": ""}) == '</a?c=1>; rel="next"'

"""Token buckets, places for long answers, and who counts as one client."""

from dataclasses import replace

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from sluis.api.clients import Buckets, Held, Places
from sluis.foundation.service import client_address
from sluis.kernel.errors import TooMany


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(buckets: Buckets, client: str) -> bool:
    try:
        buckets.take(client)
    except TooMany:
        return False
    return True


def test_a_rate_of_zero_means_no_limit():
    buckets = Buckets(rate=0, burst=0, clock=Watch())
    assert all(taken(buckets, "a") for _ in range(1000))


@given(steps=st.lists(st.floats(min_value=0, max_value=5), max_size=200))
def test_never_more_than_the_burst_and_the_rate_allow(steps):
    watch = Watch()
    buckets = Buckets(rate=2, burst=10, clock=watch)
    granted = 0
    for step in steps:
        watch.now += step
        granted += taken(buckets, "a")
    assert granted <= 10 + 2 * watch.now + 1e-6


def test_a_bucket_fills_again_and_others_do_not_notice():
    watch = Watch()
    buckets = Buckets(rate=1, burst=3, clock=watch)
    assert [taken(buckets, "a") for _ in range(4)] == [True, True, True, False]
    assert taken(buckets, "b")
    watch.now += 2
    assert [taken(buckets, "a") for _ in range(3)] == [True, True, False]


def test_the_waiting_time_that_is_told_is_enough():
    watch = Watch()
    buckets = Buckets(rate=0.25, burst=1, clock=watch)
    buckets.take("a")
    with pytest.raises(TooMany) as refused:
        buckets.take("a")
    watch.now += refused.value.params["retry_after"]
    assert taken(buckets, "a")


def test_the_memory_for_clients_is_bounded(monkeypatch):
    monkeypatch.setattr("sluis.api.clients.CLIENTS", 10)
    buckets = Buckets(rate=1, burst=1, clock=Watch())
    for number in range(100):
        buckets.take(f"client {number}")
    assert len(buckets._left) == 10


def test_places_per_client_and_in_total():
    places = Places(lambda: 3, per_client=2)
    first = places.take("a")
    places.take("a")
    with pytest.raises(TooMany):
        places.take("a")
    places.take("b")
    with pytest.raises(TooMany):
        places.take("c")
    first()
    first()
    places.take("c")
    with pytest.raises(TooMany):
        places.take("d")


@pytest.mark.parametrize("read", [0, 1, 99])
def test_a_body_gives_its_place_back_however_it_ends(read):
    places = Places(lambda: 1)
    body = Held([b"a", b"b"], places.take("a"))
    for _, _part in zip(range(read), body, strict=False):
        pass
    body.close()
    places.take("b")


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "0.0.0.0"), ("onzin", "0.0.0.0"),
    ],
)  # fmt: skip
def test_one_subscriber_is_one_client(address, client):
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=address)) == client


def test_only_behind_https_the_proxy_is_believed(settings):
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": "6.6.6.6, 192.0.2.7"})
    assert client_address(request) == "10.0.0.1"
    settings.SLUIS = replace(settings.SLUIS, base_url="https://data.example")
    assert client_address(request) == "192.0.2.7"

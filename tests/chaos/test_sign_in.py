"""The front door under attack: guessing, spoofing, stolen and old sessions, forged forms, tricks with addresses."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from tests.chaos.conftest import PASSWORD, Province

from sluis.foundation.models import User
from sluis.foundation.service import close_account, revoke, set_password
from sluis.kernel.actor import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh_counts(within_a_minute: None) -> None:
    cache.clear()


WRONG = "verkeerd-wachtwoord"


def attempt(email: str, password: str = WRONG, client: Client | None = None, **extra: Any) -> int:
    client = client or Client()
    words = {"login": email, "password": password}
    return client.post(reverse("account_login"), words, **extra).status_code


def signed_in(province: Province, role: str = "data_steward") -> tuple[Client, User]:
    user, client = province.user(role), Client()
    assert attempt(user.email, PASSWORD, client) == 302
    assert client.get(reverse("desk:tasks")).status_code == 200
    return client, user


def test_guessing_one_account_stops_after_a_few_tries(province: Province) -> None:
    email = province.user("data_owner").email
    answers = [attempt(email, REMOTE_ADDR=f"192.0.2.{n}") for n in range(8)]
    assert answers[:5] == [422] * 5
    assert 429 in answers
    assert attempt(email, PASSWORD, REMOTE_ADDR="192.0.2.99") == 429, "the right guess does not help either"


def test_guessing_many_accounts_from_one_place_stops(province: Province) -> None:
    answers = [attempt(f"n{n}@merwede.example", REMOTE_ADDR="198.51.100.7") for n in range(31)]
    assert 429 in answers
    assert attempt("ander@merwede.example", REMOTE_ADDR="198.51.100.8") == 422


def test_a_whole_ipv6_subscriber_is_one_place(province: Province) -> None:
    answers = [attempt(f"n{n}@merwede.example", REMOTE_ADDR=f"2001:db8:1:2::{n:x}") for n in range(31)]
    assert 429 in answers
    assert attempt("ander@merwede.example", REMOTE_ADDR="2001:db8:1:3::1") == 422


def test_a_made_up_forwarding_header_does_not_make_a_new_place(province: Province) -> None:
    tries = [
        attempt(f"n{n}@merwede.example", REMOTE_ADDR="203.0.113.5", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}")
        for n in range(31)
    ]
    assert 429 in tries


def test_behind_the_proxy_the_last_address_counts(province: Province, settings: Any) -> None:
    settings.SLUIS = replace(settings.SLUIS, base_url="https://data.merwede.example")
    tries = [
        attempt(f"n{n}@merwede.example", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}, 203.0.113.5")
        for n in range(31)
    ]
    assert 429 in tries
    other = attempt("ander@merwede.example", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.6")
    assert other == 422, "one attacker does not lock everybody out"


def test_unknown_and_known_accounts_get_the_same_answer(province: Province) -> None:
    client = Client()
    known, unknown = province.user("data_owner").email, "niemand@merwede.example"
    shown = []
    for email in (known, unknown):
        response = client.post(reverse("account_login"), {"login": email, "password": WRONG})
        shown.append((response.status_code, response.context["form"].errors.as_text()))
    assert shown[0] == shown[1]


def test_a_session_from_before_the_sign_in_is_worth_nothing(province: Province) -> None:
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["sluis"] = planted
    assert attempt(province.user("data_steward").email, PASSWORD, client) == 302
    assert client.cookies["sluis"].value != planted
    thief = Client()
    thief.cookies["sluis"] = planted
    assert thief.get(reverse("desk:tasks")).status_code == 401


@pytest.mark.parametrize("how", ["password", "closed", "out"])
def test_a_copied_cookie_dies_at_once(how: str, province: Province) -> None:
    client, user = signed_in(province)
    thief = Client()
    thief.cookies["sluis"] = client.cookies["sluis"].value
    assert thief.get(reverse("desk:tasks")).status_code == 200
    if how == "password":
        set_password(by=SYSTEM, user_id=user.id, password="een-heel-ander-woord-9")
    elif how == "closed":
        close_account(by=SYSTEM, user_id=user.id)
    else:
        client.post(reverse("account_logout"))
    assert thief.get(reverse("desk:tasks")).status_code == 401


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(province: Province) -> None:
    client, user = signed_in(province)
    url = reverse("desk:datasets")
    assert client.get(url).status_code == 200
    revoke(by=SYSTEM, user_id=user.id, organisation_id=province.organisation.id, role="data_steward")
    assert client.get(url).status_code == 403


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "http:evil.example", "%2f%2fevil.example",
     "/%09/evil.example", "javascript:alert(1)", "\\\\evil.example", "/\t/evil.example", "///evil.example",
     "https:/evil.example"],
)  # fmt: skip
def test_the_sign_in_leads_nowhere_else(target: str, province: Province) -> None:
    client = Client()
    words = {"login": province.user("data_steward").email, "password": PASSWORD, "next": target}
    response = client.post(reverse("account_login"), words)
    assert response.status_code == 302
    assert response["Location"].startswith("/")
    assert not response["Location"].startswith(("//", "/\\", "/\t"))
    for path in (f"/datasets/?next={target}", f"//evil.example/{target}", "//evil.example/datasets/"):
        moved = Client().get(path)
        assert not moved.headers.get("Location", "/").startswith(("//", "http:", "https:"))


def test_a_forged_form_is_refused_whatever_came_before_it(province: Province) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(province.user("data_steward"))
    assert client.get("/api/v1/datasets", headers={"Authorization": "Bearer iets"}).status_code == 200
    dataset = province.dataset()
    for name, keys in (("desk:dataset-new", {}), ("desk:metadata", {"dataset_id": dataset}), ("desk-uploads", {})):
        response = client.post(reverse(name, kwargs=keys), {"title": "Gekaapt"})
        assert response.status_code == 403, name
    assert client.post("/api/v1/datasets").status_code == 405


@override_settings(ALLOWED_HOSTS=["data.merwede.example"])
@pytest.mark.parametrize(
    "host", ["evil.example", "data.merwede.example.evil.example", "data.merwede.example@evil.example"]
)
def test_another_host_is_not_answered(host: str, province: Province) -> None:
    response = Client().get("/datasets", headers={"Host": host})
    assert response.status_code == 400
    assert "evil" not in response.content.decode()


def test_headers_of_the_asker_are_not_repeated_in_what_may_be_kept(province: Province) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "X-Original-URL": "/evil",
               "X-Rewrite-URL": "/evil", "Forwarded": "host=evil.example", "X-Forwarded-Prefix": "/evil"}  # fmt: skip
    for url in (
        "/",
        "/datasets",
        "/catalog.ttl",
        "/api/v1/datasets",
        "/api/v1/openapi.json",
        "/sitemap.xml",
        "/robots.txt",
    ):
        response = Client().get(url, headers=headers)
        said = b"".join(response.streaming_content) if response.streaming else response.content
        assert b"evil" not in said, url
        assert "evil" not in str(response.headers), url


def test_a_short_or_known_secret_is_refused(tmp_path: Any) -> None:
    from sluis.conf.env import Env, first_secret
    from sluis.kernel.errors import Invalid

    for weak in ("geheim", "changeme", "a" * 31):
        with pytest.raises(Invalid):
            Env.load({"SLUIS_DATA": str(tmp_path), "SLUIS_SECRET_KEY": weak})
    one, two = tmp_path / "one", tmp_path / "two"
    keys = {first_secret(Env.load({"SLUIS_DATA": str(folder)})) for folder in (one, two)}
    assert len(keys) == 2
    assert min(map(len, keys)) >= 48
    assert (one / "secret-key").stat().st_mode & 0o077 == 0

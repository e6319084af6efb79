"""Signing in: only staff, slowly for guessers, never to another site, and no longer than the account is open."""

import pytest
from django.test import Client
from tests.integration.desk.conftest import PASSWORD

from sluis.foundation.models import AuditEntry
from sluis.foundation.service import close_account
from sluis.kernel.actor import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("within_a_minute")]
LOGIN = "/inloggen/"


def sign_in(client, email, password=PASSWORD, path=LOGIN, **extra):
    return client.post(path, {"login": email, "password": password}, **extra)


def test_a_colleague_signs_in_and_reaches_the_tasks(steward):
    client = Client()
    answer = sign_in(client, steward.user.email)
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert client.get("/desk/").status_code == 200


def test_who_signs_in_in_english_stays_in_english(steward):
    client = Client()
    assert sign_in(client, steward.user.email, path="/en/inloggen/")["Location"] == "/en/desk/"
    assert client.post("/en/uitloggen/")["Location"] == "/en/"


def test_the_session_gets_another_number_at_sign_in(steward):
    client = Client()
    client.get(LOGIN)
    client.session.save()
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    sign_in(client, steward.user.email)
    assert client.session.session_key != before


def test_a_wrong_password_says_so_with_422_and_keeps_the_address(steward):
    answer = sign_in(Client(), steward.user.email, "verkeerd")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "horen niet bij elkaar" in text
    assert steward.user.email in text
    assert "verkeerd" not in text


def test_an_unknown_address_gets_the_same_answer(steward):
    known = sign_in(Client(), steward.user.email, "verkeerd")
    unknown = sign_in(Client(), "niemand@merwede.example", "verkeerd")
    assert unknown.status_code == known.status_code == 422
    assert "horen niet bij elkaar" in unknown.content.decode()


def test_the_sixth_guess_is_locked_out_even_with_the_right_password(steward):
    for number in range(5):
        assert sign_in(Client(), steward.user.email, f"gok-{number}", REMOTE_ADDR="192.0.2.1").status_code == 422
    answer = sign_in(Client(), steward.user.email, PASSWORD, REMOTE_ADDR="192.0.2.1")
    assert answer.status_code == 429
    assert "te vaak" in answer.content.decode()


def test_other_addresses_in_one_ipv6_network_share_the_lock(steward):
    for number in range(5):
        sign_in(Client(), steward.user.email, f"gok-{number}", REMOTE_ADDR=f"2001:db8:0:1::{number + 1}")
    near = sign_in(Client(), steward.user.email, PASSWORD, REMOTE_ADDR="2001:db8:0:1:ffff::9")
    assert near.status_code == 429


def test_a_network_that_tries_many_accounts_is_locked_out(steward):
    """Thirty tries a minute from one IPv6 /64; the next network is not affected."""
    for number in range(31):
        last = sign_in(Client(), f"a{number}@merwede.example", "gok", REMOTE_ADDR=f"2001:db8:0:2::{number + 1:x}")
    assert last.status_code == 429
    assert sign_in(Client(), steward.user.email, PASSWORD, REMOTE_ADDR="2001:db8:0:3::1").status_code == 302


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"],
)
def test_next_never_leads_to_another_site(steward, target):
    answer = Client().post(
        f"{LOGIN}?next={target}", {"login": steward.user.email, "password": PASSWORD, "next": target}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/desk/"


def test_next_leads_back_to_the_page_that_asked(steward):
    client = Client()
    asked = client.get("/desk/datasets?q=brug", headers={"accept": "text/html"})
    assert asked.status_code == 302
    answer = client.post(
        asked["Location"], {"login": steward.user.email, "password": PASSWORD, "next": "/desk/datasets?q=brug"}
    )
    assert answer["Location"] == "/desk/datasets?q=brug"


def test_a_closed_account_ends_at_once(steward):
    client = steward.client
    assert client.get("/desk/").status_code == 200
    close_account(by=SYSTEM, user_id=steward.user.id)
    answer = client.get("/desk/", headers={"accept": "text/html"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN)
    again = sign_in(Client(), steward.user.email)
    assert again.status_code == 422 or again["Location"].endswith("/account-gesloten/")


def test_signing_out_needs_a_post_and_ends_the_session(steward):
    assert steward.client.get("/uitloggen/").status_code == 200
    assert steward.client.get("/desk/").status_code == 200
    assert steward.client.post("/uitloggen/").status_code == 302
    assert steward.client.get("/desk/", headers={"accept": "text/html"}).status_code == 302


def test_a_form_without_token_is_refused(steward):
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, steward.user.email).status_code == 403


@pytest.mark.parametrize("path", ["/accounts/signup/", "/signup/", "/accounts/password/reset/", "/accounts/email/"])
def test_other_pages_of_allauth_do_not_exist(client, path):
    assert client.get(path).status_code == 404


def test_a_new_password_ends_other_sessions_and_is_in_the_log(steward):
    other = Client()
    sign_in(other, steward.user.email)
    fresh = "nog-een-langere-zin-van-mij"
    answer = steward.client.post("/wachtwoord/", {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh})
    assert answer.status_code == 302, answer.content.decode()[:500]
    assert steward.client.get("/desk/").status_code == 200
    assert other.get("/desk/", headers={"accept": "text/html"}).status_code == 302
    entry = AuditEntry.objects.filter(action="foundation.person.password-changed").get()
    assert entry.actor_key == steward.user.actor_key
    assert fresh not in str(entry.detail)


def test_a_weak_new_password_is_refused(steward):
    answer = steward.client.post("/wachtwoord/", {"oldpassword": PASSWORD, "password1": "kort", "password2": "kort"})
    assert answer.status_code == 422


def test_passwords_are_hashed_with_argon2_outside_the_tests():
    from sluis.conf import settings

    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")

"""Signing in with the organisation's own account: against a real provider, and against one that lies."""

import base64
import hashlib
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from tests.integration.desk.conftest import PASSWORD
from tests.integration.desk.provider import CLIENT, SECRET, evil_provider, real_provider

from sluis.foundation.models import AuditEntry, Membership, User
from sluis.foundation.oidc.identities import link
from sluis.foundation.service import close_account, create_team, grant, group_grants, map_group, unmap_group
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db
START = "/inloggen/organisatie/"
HTML = {"accept": "text/html"}


def use(settings, issuer, **more):
    known = {
        "oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET,
        "oidc_scopes": ("openid", "profile", "email", "groups"), "oidc_private_networks": ("127.0.0.1/32",),
    }  # fmt: skip
    settings.SLUIS = replace(settings.SLUIS, **{**known, **more})


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with real_provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def real(running, settings, merwede):
    use(settings, running.issuer)
    map_group(by=SYSTEM, group="open-data", organisation_id=merwede.id, role="data_steward")
    running.knows(jan={"groups": ["open-data", "iets-anders"]})
    return running


@pytest.fixture
def evil(settings, merwede):
    with evil_provider() as provider:
        use(settings, provider.issuer)
        map_group(by=SYSTEM, group="open-data", organisation_id=merwede.id, role="data_steward")
        yield provider


def sign_in(client, real, name="jan", path=START):
    sent = client.get(path, headers=HTML)
    assert sent.status_code == 302, sent.content.decode()[:2000]
    back = real.visit(sent["Location"], name)
    return client.get(back.removeprefix("http://testserver"), headers=HTML), back


def roles(email="jan@merwede.example"):
    return sorted(Membership.objects.filter(user__email=email).values_list("role", "team__slug", "from_groups"))


# ---------------------------------------------------------------- the real one


def test_somebody_new_signs_in_and_gets_the_roles_of_the_groups(real, merwede):
    client = Client()
    answer, _ = sign_in(client, real)
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    page = client.get("/desk/", headers=HTML)
    assert page.status_code == 200
    assert "Meneer jan" in page.content.decode()
    assert roles() == [("data_steward", None, True)]
    user = User.objects.get()
    assert not user.has_usable_password()
    linked = SocialAccount.objects.get()
    assert (linked.extra_data, "jan" in linked.uid) == ({}, False)
    made = AuditEntry.objects.get(action="foundation.person.created")
    assert made.detail["given"] == [[str(merwede.id), "data_steward", ""]]
    assert "merwede.example" not in str(made.detail)


def test_the_request_is_a_code_flow_with_state_nonce_and_s256(real):
    asked = parse_qs(urlsplit(Client().get(START)["Location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/inloggen/organisatie/terug/"]
    assert min(len(asked[name][0]) for name in ("state", "nonce", "code_challenge")) >= 16


def test_the_session_is_a_new_one_and_the_reader_comes_back_to_their_page(real):
    client = Client()
    client.get(START)
    before = client.session.session_key
    answer, _ = sign_in(client, real, path=f"{START}?next=/desk/datasets%3Fq=brug")
    assert answer["Location"] == "/desk/datasets?q=brug"
    assert client.session.session_key != before
    planted = Client()
    planted.cookies["sluis"] = before
    assert planted.get("/desk/", headers=HTML).status_code == 302


def test_english_stays_english(real):
    assert sign_in(Client(), real, path="/en/inloggen/organisatie/")[0]["Location"] == "/en/desk/"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_next_never_leads_away(real, target):
    assert sign_in(Client(), real, path=f"{START}?next={target}")[0]["Location"] == "/desk/"


def test_roles_follow_the_groups_at_each_sign_in(real, merwede):
    roads = create_team(by=SYSTEM, organisation_id=merwede.id, name="Wegen")
    map_group(by=SYSTEM, group="wegen", organisation_id=merwede.id, team_id=roads.id, role="data_owner")
    sign_in(Client(), real)
    user = User.objects.get()
    grant(by=SYSTEM, user_id=user.id, organisation_id=merwede.id, role="viewer")
    grant(by=SYSTEM, user_id=user.id, organisation_id=merwede.id, role="data_steward")
    real.knows(jan={"groups": ["wegen"]})
    sign_in(Client(), real)
    own = [("data_steward", None, False), ("viewer", None, False)]
    assert roles() == sorted([*own, ("data_owner", "wegen", True)])
    real.knows(jan={"groups": []})
    client = Client()
    sign_in(client, real)
    assert roles() == own, "what was given here stays"
    assert client.get("/desk/").status_code == 200
    assert User.objects.count() == 1
    told = AuditEntry.objects.filter(action="foundation.roles.from-groups").values_list("detail", flat=True)
    assert [len(detail["withdrawn"]) for detail in told] == [1, 1]


def test_who_has_no_role_gets_no_account(real):
    real.knows(jan={"groups": ["iets-anders"]})
    answer, _ = sign_in(Client(), real)
    assert answer.status_code == 403
    assert "U hebt hier geen rol" in answer.content.decode()
    assert not User.objects.exists()


def test_an_address_is_no_key(real, steward):
    """Somebody at the provider with the address of a colleague here does not become that colleague."""
    real.knows(kees={"groups": ["open-data"], "email": steward.user.email})
    client = Client()
    answer, _ = sign_in(client, real, "kees")
    assert answer.status_code == 409
    assert "koppelen" in answer.content.decode()
    assert client.get("/desk/", headers=HTML).status_code == 302
    assert not SocialAccount.objects.exists()
    link(by=SYSTEM, user_id=steward.user.id, issuer=real.issuer, subject="kees")
    sign_in(client, real, "kees")
    assert steward.user.email in client.get("/desk/account").content.decode()
    with pytest.raises(Conflict):
        link(by=SYSTEM, user_id=steward.user.id, issuer=real.issuer, subject="kees")


def test_a_closed_account_stays_out(real):
    sign_in(Client(), real)
    close_account(by=SYSTEM, user_id=User.objects.get().id)
    client = Client()
    answer, _ = sign_in(client, real)
    assert answer["Location"].endswith("/account-gesloten/")
    assert client.get("/desk/", headers=HTML).status_code == 302


def test_an_answer_counts_once_and_in_its_own_browser(real):
    client, other = Client(), Client()
    sent = client.get(START)
    back = real.visit(sent["Location"], "jan").removeprefix("http://testserver")
    other.get(START)
    assert other.get(back).status_code == 403, "another browser did not ask for this"
    assert client.get(back).status_code == 302
    client.post("/uitloggen/")
    assert client.get(back).status_code == 403, "the same answer again"
    assert client.get("/desk/", headers=HTML).status_code == 302


def test_a_code_is_worth_nothing_with_another_state(real):
    """A stolen code, put behind the state of another sign-in: PKCE and nonce differ."""
    victim, thief = Client(), Client()
    stolen = parse_qs(urlsplit(real.visit(victim.get(START)["Location"], "jan")).query)["code"][0]
    own = parse_qs(urlsplit(thief.get(START)["Location"]).query)["state"][0]
    assert thief.get(f"{START}terug/?code={stolen}&state={own}").status_code == 403
    assert not User.objects.exists()


def test_signing_out_tells_that_one_is_still_signed_in_there(real):
    client = Client()
    sign_in(client, real)
    answer = client.post("/uitloggen/")
    assert answer["Location"] == "/uitgelogd/"
    assert client.get("/desk/", headers=HTML).status_code == 302
    page = client.get("/uitgelogd/").content.decode()
    assert f"{real.issuer}/session/end?client_id=sluis" in page


def test_the_password_of_here_keeps_working_unless_only_the_provider_counts(real, steward, settings):
    words = {"login": steward.user.email, "password": PASSWORD}
    assert Client().post("/inloggen/", words).status_code == 302
    page = Client().get("/inloggen/").content.decode()
    assert "Inloggen met uw organisatie" in page
    assert 'name="password"' in page
    settings.SLUIS = replace(settings.SLUIS, oidc_only=True, oidc_name="Provincie Merwede")
    page = Client().get("/inloggen/").content.decode()
    assert "Inloggen met Provincie Merwede" in page
    assert 'name="password"' not in page
    assert Client().post("/inloggen/", words).status_code == 404


def test_who_came_through_the_provider_has_no_password_to_change(real):
    client = Client()
    sign_in(client, real)
    assert client.get("/wachtwoord/").status_code == 404
    assert "/wachtwoord/" not in client.get("/desk/account").content.decode()


def test_a_provider_that_is_not_there(settings, merwede):
    use(settings, "http://127.0.0.1:9")
    answer = Client().get(START)
    assert answer.status_code == 503
    assert "antwoordt niet" in answer.content.decode()


def test_an_inside_provider_only_where_the_operator_says_so(running, settings, merwede):
    use(settings, running.issuer, oidc_private_networks=())
    from django.core.cache import caches

    caches["local"].clear()
    assert Client().get(START).status_code == 503


def test_without_a_provider_there_is_no_such_page(merwede):
    assert Client().get(START).status_code == 404
    assert Client().get(f"{START}terug/?code=a&state=b").status_code == 404
    assert "werkaccount" not in Client().get("/inloggen/").content.decode()


# ---------------------------------------------------------------- the evil one


def told(client, evil, **bent):
    """One sign-in in which the provider answers with these claims (None: left out)."""
    asked = parse_qs(urlsplit(client.get(START)["Location"]).query)
    evil.nonce, evil.claims = asked["nonce"][0], bent
    evil.challenge = asked["code_challenge"][0]
    return client.get(f"{START}terug/?code=c&state={asked['state'][0]}", headers=HTML)


def in_(client):
    return client.get("/desk/", headers=HTML).status_code == 200


def test_the_evil_one_gets_in_while_it_behaves(evil):
    client = Client()
    assert told(client, evil).status_code == 302
    assert in_(client)
    digest = hashlib.sha256(evil.asked[0]["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == evil.challenge
    assert evil.asked[0]["client_secret"] == SECRET


HOUR = 3600


@pytest.mark.parametrize(
    "bent",
    [
        {"iss": "https://ander.example"},
        {"iss": None},
        {"aud": "iemand-anders"},
        {"aud": None},
        {"aud": [CLIENT, "iemand-anders"]},
        {"azp": "iemand-anders"},
        {"aud": [CLIENT, "iemand-anders"], "azp": "iemand-anders"},
        {"nonce": "veranderd"},
        {"nonce": None},
        {"nonce": ""},
        {"sub": None},
        {"sub": ""},
        {"exp": -HOUR},
        {"exp": None},
        {"iat": HOUR},
        {"nbf": HOUR},
    ],
    ids="-".join,
)
def test_a_bent_claim_opens_nothing(evil, bent):
    """Moments are so many seconds from now: these lines are read an hour before some of them run."""
    bent = {name: int(time.time()) + value if isinstance(value, int) else value for name, value in bent.items()}
    client = Client()
    assert told(client, evil, **bent).status_code == 403
    assert not in_(client)
    assert not User.objects.exists()


def _unsigned(evil):
    return lambda claims: jwt.encode(claims, None, algorithm="none")


def _cut(evil):
    return lambda claims: evil.signed(claims).rpartition(".")[0] + "."


def _other_key(evil):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return lambda claims: jwt.encode(claims, other, algorithm="RS256", headers={"kid": "one"})


def _unknown_key(evil):
    return lambda claims: jwt.encode(claims, evil.key, algorithm="RS256", headers={"kid": "two"})


def _shared_secret(evil):
    """The client secret, and the classic: the public key taken for a shared secret."""
    return lambda claims: jwt.encode(claims, SECRET, algorithm="HS256", headers={"kid": "one"})


def _public_as_secret(evil):
    pem = evil.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def sign(claims):
        import hmac
        import json

        def part(value):
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

        start = part({"alg": "HS256", "kid": "one", "typ": "JWT"}) + b"." + part(claims)
        mac = base64.urlsafe_b64encode(hmac.digest(pem, start, "sha256")).rstrip(b"=")
        return (start + b"." + mac).decode()

    return sign


@pytest.mark.parametrize(
    "kind",
    [_unsigned, _cut, _other_key, _unknown_key, _shared_secret, _public_as_secret, lambda _: lambda _: "geen.token"],
)
def test_a_token_that_is_not_signed_by_the_provider_opens_nothing(evil, kind):
    evil.sign = kind(evil)
    client = Client()
    assert told(client, evil).status_code == 403
    assert not in_(client)
    assert not User.objects.exists()


def test_the_same_subject_at_another_issuer_is_somebody_else(evil, settings):
    told(Client(), evil)
    first = User.objects.get()
    with evil_provider() as second:
        use(settings, second.issuer)
        client = Client()
        assert told(client, second).status_code == 409, "the address is taken; nobody is linked"
        assert not in_(client)
        told(client, second, email="ander@merwede.example")
        assert in_(client)
    assert User.objects.count() == 2
    assert SocialAccount.objects.filter(user=first).count() == 1


def test_the_same_address_with_another_subject_is_refused(evil):
    told(Client(), evil)
    client = Client()
    assert told(client, evil, sub="piet", email_verified=True).status_code == 409
    assert not in_(client)
    assert User.objects.count() == 1


def test_userinfo_of_somebody_else_is_not_mixed_in(evil):
    evil.userinfo = {"sub": "baas", "email": "baas@merwede.example", "groups": ["open-data"]}
    client = Client()
    assert told(client, evil, groups=None).status_code == 403
    evil.userinfo["sub"] = "jan"
    assert told(client, evil, groups=None).status_code == 302
    assert User.objects.get().email == "jan@merwede.example", "the signed token goes first"


def test_a_missing_or_strange_groups_claim_is_no_group(evil):
    told(Client(), evil)
    assert roles() == [("data_steward", None, True)]
    for strange in (None, 7, {"open-data": True}, [["open-data"]], True):
        told(Client(), evil)
        evil.userinfo = {"sub": "jan"}
        told(Client(), evil, groups=strange)
        assert roles() == [], strange


@pytest.mark.parametrize(
    "config",
    [
        {"issuer": "https://ander.example"},
        {"token_endpoint": "http://localhost:1/token"},
        {"token_endpoint": "http://169.254.169.254/latest"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://127.0.0.1:1/keys"},
    ],
    ids=str,
)
def test_a_description_that_leads_elsewhere_is_not_followed(evil, config):
    evil.config = config
    client = Client()
    sent = client.get(START)
    if sent.status_code == 302:
        asked = parse_qs(urlsplit(sent["Location"]).query)
        evil.nonce = asked["nonce"][0]
        sent = client.get(f"{START}terug/?code=c&state={asked['state'][0]}", headers=HTML)
    assert sent.status_code in (403, 503)
    assert not in_(client)
    assert not User.objects.exists()


@pytest.mark.parametrize("query", ["", "?code=c", "?state=s", "?code=c&state=s", "?error=access_denied&state=s"])
def test_an_answer_nobody_asked_for(evil, query):
    assert Client().get(f"{START}terug/{query}").status_code == 403


# ---------------------------------------------------------------- who says what groups give


def test_groups_give_roles_only_where_one_manages_people(merwede, elsewhere, person, stranger):
    admin = person(merwede, "administrator")
    made = map_group(by=admin.actor, group=" beheer ", organisation_id=merwede.id, role="viewer")
    assert [(g.group, g.role) for g in group_grants(by=admin.actor)] == [("beheer", "viewer")]
    assert group_grants(by=stranger.actor) == ()
    with pytest.raises(NotAllowed):
        map_group(by=admin.actor, group="x", organisation_id=elsewhere.id, role="viewer")
    with pytest.raises(Conflict):
        map_group(by=admin.actor, group="beheer", organisation_id=merwede.id, role="viewer")
    for group, role in (("", "viewer"), ("x" * 301, "viewer"), ("x", "koning")):
        with pytest.raises(Invalid):
            map_group(by=admin.actor, group=group, organisation_id=merwede.id, role=role)
    unmap_group(by=admin.actor, mapping_id=made)
    assert group_grants(by=admin.actor) == ()

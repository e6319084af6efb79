"""Every error of ours as RFC 9457 for programs and as a page for people, in both languages."""

import json

import pytest
from django.test import RequestFactory
from django.utils.translation import override

from sluis.kernel.errors import KINDS, Fault, Invalid, NotFound, NotSignedIn, Stale, TooMany
from sluis.web import problem

STATUS = {
    "invalid": 422, "not-signed-in": 401, "not-allowed": 403, "not-found": 404, "gone": 410,
    "conflict": 409, "stale": 409, "too-many": 429, "unavailable": 503,
}  # fmt: skip


def ask(error, *, accept="application/json", path="/x", language="nl", method="get", **headers):
    request = getattr(RequestFactory(), method)(path, headers={"accept": accept, **headers})
    with override(language):
        return problem.answer(request, error)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_status(kind):
    response = ask(KINDS[kind]("a.b", "Tekst {n}.", way_out="Doe dit.", n=3))
    body = json.loads(response.content)
    assert response.status_code == body["status"] == STATUS[kind]
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    assert body["type"].endswith("/problemen/a.b")
    assert (body["detail"], body["instance"], body["code"]) == ("Tekst 3. Doe dit.", "/x", "a.b")


def test_faults_name_field_and_row():
    error = Invalid("a.b", "Fout.", faults=[Fault("Regel {n}.", field="naam", row=7, params={"n": 7}), Fault("Los.")])
    assert json.loads(ask(error).content)["errors"] == [
        {"field": "naam", "row": 7, "message": "Regel 7."},
        {"field": "", "message": "Los."},
    ]


def test_special_statuses():
    assert ask(Invalid("query.number", "x")).status_code == 400
    assert ask(Stale("a.b", "x"), **{"if-match": '"1"'}).status_code == 412
    assert ask(TooMany("a.b", "x", retry_after=7))["Retry-After"] == "7"
    assert ask(KINDS["unavailable"]("a.b", "x"))["Retry-After"]
    assert ask(NotSignedIn("a.b", "x"))["WWW-Authenticate"]


def test_people_get_a_page_with_the_same_text():
    response = ask(NotFound("a.b", "Weg <b>is</b> weg."), accept="text/html,application/xhtml+xml,*/*;q=0.8")
    html = response.content.decode()
    assert response.status_code == 404
    assert "Weg &lt;b&gt;is&lt;/b&gt; weg." in html
    assert "<title>Niet gevonden – " in html
    assert html.count("<h1") == 1


@pytest.mark.parametrize(
    ("accept", "path", "page"),
    [
        ("text/html", "/x", True),
        ("text/html,*/*;q=0.8", "/x", True),
        ("text/html", "/api/v1/datasets", False),
        ("application/json, text/html;q=0.5", "/x", False),
        ("*/*", "/x", False),
        ("", "/x", False),
    ],
)
def test_who_gets_which_form(accept, path, page):
    response = ask(NotFound("a.b", "x"), accept=accept, path=path)
    assert response["Content-Type"].startswith("text/html" if page else "application/problem+json")


def test_djangos_own_refusals_have_our_shape():
    from django.core.exceptions import RequestDataTooBig

    request = RequestFactory().get("/x")
    for response, status in [
        (problem.bad_request(request), 400),
        (problem.bad_request(request, RequestDataTooBig()), 413),
        (problem.forbidden(request), 403),
        (problem.not_found(request), 404),
        (problem.csrf_failure(request), 403),
        (problem.server_error(request), 500),
    ]:
        assert response.status_code == json.loads(response.content)["status"] == status


def test_the_error_page_survives_broken_templates(monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("no templates today")

    monkeypatch.setattr(problem, "render_to_string", broken)
    response = problem.server_error(RequestFactory().get("/x", headers={"accept": "text/html"}))
    assert response.status_code == 500
    assert "opnieuw" in response.content.decode()
    assert "no templates today" in caplog.text


def test_the_error_page_needs_no_database():
    # No database fixture here: a query would fail this test.
    response = problem.server_error(RequestFactory().get("/x", headers={"accept": "text/html"}))
    assert "Er ging iets mis bij ons" in response.content.decode()


def test_english():
    page = ask(NotFound("page.unknown", "Deze pagina bestaat niet."), language="en")
    assert json.loads(page.content)["detail"] == "This page does not exist."


def test_a_raised_error_becomes_an_answer_with_the_headers(client):
    response = client.get("/_components", {"page": "nul"})
    assert response.status_code in (400, 401)
    assert response["Content-Type"] == "application/problem+json"
    csp = response["Content-Security-Policy"]
    assert "default-src 'none'" in csp
    assert "unsafe" not in csp
    assert "frame-ancestors 'none'" in csp
    assert response["Permissions-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "accept", "languages", "expected"),
    [
        ("/en/nergens", "text/html", "nl", "en"),
        ("/nergens", "text/html", "en", "nl"),
        ("/nergens", "application/json", "en-GB,en;q=0.9", "en"),
        ("/nergens", "application/json", "de, nl;q=0.5", "nl"),
        ("/nergens", "application/json", "", "nl"),
    ],
)
def test_language(client, path, accept, languages, expected):
    response = client.get(path, headers={"accept": accept, "accept-language": languages})
    assert response.status_code == 404
    assert response["Content-Language"] == expected


def test_whoever_must_sign_in_is_led_there(settings):
    settings.LOGIN_URL = "/inloggen"
    error = NotSignedIn("a.b", "Log eerst in.")
    page = ask(error, accept="text/html", path="/desk/taken?x=1")
    assert (page.status_code, page["Location"]) == (302, "/inloggen?next=/desk/taken%3Fx%3D1")
    part = ask(error, **{"hx-request": "true", "hx-current-url": "http://testserver/desk/taken"})
    assert (part.status_code, part["HX-Redirect"]) == (401, "/inloggen?next=/desk/taken")
    posted = ask(error, accept="text/html", method="post")
    assert posted.status_code == 401
    assert "Log eerst in." in posted.content.decode()

"""The public pages over a small catalogue: what stands there, what it costs, and what never leaks."""

import json
import re

import pytest
from django.utils.translation import override
from tests.integration.api import world
from tests.unit.register import examples

from sluis.foundation.service import create_organisation
from sluis.kernel.actor import SYSTEM
from sluis.release.models import Feedback, PublicDataset
from sluis.release.types import Kind

pytestmark = pytest.mark.usefixtures("outside")
HTML = {"HTTP_ACCEPT": "text/html"}
PAGES = (
    "/", "/datasets", "/datasets?q=zwemwater", "/datasets/zwemwater", "/datasets/zwemwater/table",
    "/datasets/zwemwater/table/3", "/datasets/zwemwater/versions", "/datasets/zwemwater/versions/1",
    "/datasets/zwemwater/decision", "/datasets/zwemwater/api", "/datasets/dossiers", "/datasets/bomen", "/not-open",
    "/planned", "/withdrawn", "/developers", "/process",
)  # fmt: skip


def text(client, path, status=200, **headers):
    response = client.get(path, **(HTML | headers))
    assert response.status_code == status, path
    return response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_small_without_cookie_and_without_the_person_who_decided(client, path):
    for prefix in ("", "/en"):
        response = client.get(prefix + path, **HTML)
        assert response.status_code == 200
        assert len(response.content) <= 60_000
        assert not response.cookies
        assert world.NOBODYS_BUSINESS not in response.content.decode()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("query.invalid", "De invoer klopt niet"),
        ("dataset.stale", "intussen gewijzigd"),
        ("api.busy", "Te veel tegelijk"),
    ],
)
def test_the_type_of_a_problem_leads_to_what_it_means(client, code, said):
    assert said in text(client, f"/problemen/{code}").split("</main>")[0].split('class="sluis-facts"')[0]


@pytest.mark.parametrize("code", ["a.b", "query", "query.invalid.", "<script>"])
def test_a_problem_type_that_we_never_give_is_not_there(client, code):
    assert "Deze foutcode bestaat niet" in text(client, f"/problemen/{code}", 404)


def test_the_number_of_queries_does_not_grow_with_the_rows(client, django_assert_max_num_queries):
    for path, most in (("/datasets/zwemwater", 9), ("/datasets/zwemwater/table", 6), ("/datasets?q=zwemwater", 3)):
        client.get(path, **HTML)
        with django_assert_max_num_queries(most):
            client.get(path, **HTML)


def test_withdrawn_is_gone_with_its_reason(client):
    for tail in ("", "/table", "/versions", "/decision", "/api"):
        page = text(client, f"/datasets/weg{tail}", 410)
        assert "De metingen kloppen niet." in page
        assert "/download/" not in page
    assert client.get("/datasets/weg.json").status_code == 410
    assert "De metingen kloppen niet." in text(client, "/datasets/deels/versions/1", 410)
    assert "Versie 2" in text(client, "/datasets/deels/versions/2")


@pytest.mark.parametrize("slug", ["dossiers", "adressen"])
def test_what_is_not_open_says_why_and_gives_no_file(client, slug):
    page = text(client, f"/datasets/{slug}")
    assert "Er staan persoonsgegevens in." in page
    assert "download" not in page.lower().split("<main")[1]
    assert slug in text(client, "/not-open")
    assert client.get(f"/datasets/{slug}/table").status_code == 404


def test_lists_for_programs_hold_the_same(client):
    rows = client.get("/not-open.json").json()
    assert {row["slug"] for row in rows["datasets"]} == {"dossiers", "adressen"}
    lines = client.get("/not-open.csv").content.decode().splitlines()
    assert len(lines) == 1 + rows["total"]
    assert [row["slug"] for row in client.get("/not-open.json?kind=closed").json()["datasets"]] == ["dossiers"]
    assert [row["slug"] for row in client.get("/planned.json").json()["datasets"]] == ["bomen"]
    assert client.get("/datasets.json").json()["total"] == client.get("/api/v1/datasets").json()["total"]


def test_what_is_not_open_is_filtered_by_its_ground(client):
    privacy, safety = (examples.word("donl-ground", code) for code in ("PRIVACY", "STAATSVEILIGHEID"))
    world.put_outside("kabels", Kind.CLOSED, metadata={"title": "Kabels", "ground_codes": [safety]})
    page = text(client, f"/not-open?ground={safety}")
    assert "kabels" in page
    assert "/datasets/dossiers" not in page
    assert re.search(rf'value="{re.escape(safety)}"[^>]* checked', page)
    assert "Niet publiek (privacygevoelig)" in page
    assert "Not public (privacy sensitive)" in text(client, "/en/not-open")
    twin = client.get(f"/not-open.json?ground={safety}").json()
    assert [row["slug"] for row in twin["datasets"]] == ["kabels"]
    assert {one["value"]: one["count"] for one in twin["facets"]["ground"]} == {privacy: 2, safety: 1}
    assert len(client.get(f"/not-open.csv?ground={safety}").content.splitlines()) == 2


def test_the_home_page_is_kept_until_something_changes(client, django_assert_num_queries):
    assert "Zwemwater" in text(client, "/")
    with django_assert_num_queries(2):  # whether anything changed: for the counts, and for the page
        client.get("/")
    world.put_outside("nieuw", metadata={"title": "Splinternieuw"})
    assert "Splinternieuw" in text(client, "/")


def test_a_formula_in_a_title_does_not_run_in_a_spreadsheet(client):
    world.put_outside("formule", Kind.CLOSED, metadata={"title": "=cmd|' /C calc'!A0"})
    assert ",'=cmd|" in client.get("/not-open.csv").content.decode()


def test_structured_data_cannot_leave_its_element(client):
    world.put_outside("raar", metadata={"title": "</script><script>alert(1)</script>"})
    page = text(client, "/datasets/raar")
    inside = page.split('<script type="application/ld+json"')[1].split(">", 1)[1].split("</script>")[0]
    assert json.loads(inside)["name"] == "</script><script>alert(1)</script>"
    assert "<script>alert" not in page


def test_a_text_in_the_other_language_says_so(client):
    assert '<span lang="nl">Dossiers</span>' in text(client, "/en/datasets/dossiers")
    assert "<span>Map</span>" in text(client, "/en/datasets/kaart")
    assert "<span>Kaart</span>" in text(client, "/datasets/kaart")


def test_table_filters_and_counts(client):
    page = text(client, "/datasets/zwemwater/table?plaats__in=Vianen&veilig__in=true")
    shown = [n for n in range(world.ROWS) if n % 5 == 1 and n % 2 == 0 and n % 11]
    assert f"{len(shown)} van {world.ROWS} rijen" in page
    assert "Plaats: Vianen" in page
    assert text(client, "/datasets/zwemwater/table?ecoli__gte=veel", 422).count("data-error-summary") == 1
    response = client.get("/datasets/zwemwater/table?plaats__in=&sort=datum", **HTML)
    assert (response.status_code, response["Location"]) == (302, "/datasets/zwemwater/table?sort=datum")


def test_the_selection_as_a_spreadsheet_has_every_row(client):
    response = client.get("/datasets/zwemwater/table-excel.csv?plaats__in=Vianen")
    body = b"".join(response.streaming_content).decode("utf-8-sig")
    assert len(body.strip().splitlines()) == 1 + 50
    assert body.splitlines()[0].count(";") == len(world.COLUMNS) - 1


def test_old_versions_keep_their_rows_and_files(client):
    page = text(client, "/datasets/zwemwater/versions/1")
    assert "/api/v1/datasets/zwemwater/releases/1/download/csv" in page
    assert "table?release=1" in page
    assert "250" in text(client, "/datasets/zwemwater/table?release=1")


def test_feedback_gives_a_number_and_a_public_page(client):
    home = create_organisation(by=SYSTEM, slug="echt", name="Provincie Echt")
    PublicDataset.objects.filter(slug="zwemwater").update(organisation_id=home.id)
    path = "/datasets/zwemwater/feedback"
    assert client.post(path, {"text": ""}).status_code == 422
    assert client.post(path, {"text": "x", "email": "geen adres"}).status_code == 422
    assert not Feedback.objects.exists()
    response = client.post(path, {"text": "Rij 3 klopt niet.", "email": "ik@voorbeeld.nl"})
    assert response.status_code == 302
    page = text(client, response["Location"])
    assert Feedback.objects.get().number in page
    assert "Rij 3" not in page
    assert "ik@voorbeeld.nl" not in page


def test_feedback_needs_the_token_and_a_machine_is_not_kept(client):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post("/datasets/zwemwater/feedback", {"text": "x"}).status_code == 403
    trapped = client.post("/datasets/zwemwater/feedback", {"text": "x", "website": "spam"})
    assert trapped.status_code == 302
    assert not Feedback.objects.exists()


def test_a_draft_has_no_page(client):
    for tail in ("", ".json", "/table", "/versions", "/decision", "/api", "/feedback"):
        assert client.get(f"/datasets/bestaat-niet{tail}").status_code == 404


@pytest.mark.django_db
def test_the_address_alone_decides_the_language_of_a_page(client):
    headers = {"Accept": "*/*", "Accept-Language": "en-GB,en;q=0.9"}
    with override("nl"):
        dutch, english = (client.get(path, headers=headers) for path in ("/about", "/en/about"))
        assert (dutch.status_code, dutch["Content-Language"]) == (200, "nl")
        assert (english.status_code, english["Content-Language"]) == (200, "en")
        assert client.get("/api/v1/bestaat-niet", headers=headers)["Content-Language"] == "en"
        assert client.get("/api/v1/datasets", headers=headers)["Content-Language"] == "en"


def test_a_dataset_with_several_versions_shows_them_over_time(client):
    html = text(client, "/datasets/zwemwater")
    charts = html[html.index('id="over-time"') : html.index('id="verloop-caption"')]
    assert charts.count('class="sluis-figure"') == 3
    assert charts.count('class="sluis-chart"') == 2, "both came out on one day"
    assert "De nieuwste versie kwam " in charts
    rows = html[html.index('id="verloop-caption"') :]
    assert re.findall(r'<th scope="row"[^>]*>\s*(\d)', rows)[:2] == ["2", "1"]
    assert 'id="over-time"' not in text(client, "/datasets/dossiers")

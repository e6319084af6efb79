"""The DCAT feed, identifiers, and what robots read."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse
from tests.integration.api import world

from sluis.register.dcat.terms import PREFIXES
from sluis.release import feed
from sluis.release import models as stored
from sluis.release.types import Kind

pytestmark = pytest.mark.usefixtures("outside")
FORMS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
}
EVERYTHING = {"zwemwater", "kaart", "dossiers", "adressen", "bomen", "weg", "deels"}


def term(name: str) -> NamedNode:
    prefix, _, rest = name.partition(":")
    return NamedNode(PREFIXES[prefix] + rest)


def values(store: Store, subject: str, predicate: str) -> set[str]:
    return {quad.object.value for quad in store.quads_for_pattern(NamedNode(subject), term(predicate), None)}


def walk(client, path: str, form: RdfFormat) -> tuple[Store, int]:
    """All pages of the feed in one store, following hydra:next, and how many pages there were."""
    whole, pages = Store(), 0
    while path:
        response = client.get(path)
        assert response.status_code == 200
        page = Store()
        page.extend(quad for quad in parse(response.content, format=form))
        whole.extend(page)
        (here,) = page.quads_for_pattern(None, term("hydra:view"), None)
        following = list(page.quads_for_pattern(here.object, term("hydra:next"), None))
        path, pages = (following[0].object.value.removeprefix("http://testserver") if following else ""), pages + 1
    return whole, pages


@pytest.mark.parametrize("extension", FORMS)
def test_walking_all_pages_gives_everything_outside(client, settings, extension):
    settings.SLUIS = replace(settings.SLUIS, feed_page=3)
    store, pages = walk(client, f"/catalog.{extension}", FORMS[extension][1])
    assert pages == 3
    found = values(store, "http://testserver/id/catalog", "dcat:dataset")
    assert found == {f"http://testserver/id/dataset/{slug}" for slug in EVERYTHING}
    assert values(store, "http://testserver/id/catalog", "hydra:totalItems") == {"7"}


@pytest.mark.parametrize("extension", FORMS)
def test_each_form_by_extension_and_by_accept(client, extension):
    media_type, _ = FORMS[extension]
    assert client.get(f"/catalog.{extension}")["Content-Type"].split(";")[0] == media_type
    assert client.get("/catalog", headers={"accept": media_type})["Content-Type"].split(";")[0] == media_type


def test_unknown_forms_and_pages_are_not_found(client):
    for path in ("/catalog.xlsx", "/catalog?page=99", "/doc/dataset/zwemwater.pdf", "/sitemap-9.xml"):
        assert client.get(path).status_code == 404, path
    assert client.get("/catalog?page=nul").status_code == 400


def test_a_feed_that_did_not_change_is_not_sent_again(client):
    first = client.get("/catalog.ttl")
    assert first["Last-Modified"]
    assert client.get("/catalog.ttl", headers={"if-none-match": first["ETag"]}).status_code == 304
    world.put_outside("nieuw", Kind.PLANNED)
    assert client.get("/catalog.ttl", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_harvester_that_has_the_feed_hears_so_before_a_page_is_made(client, monkeypatch):
    first = client.get("/catalog.jsonld?page=1")
    monkeypatch.setattr("sluis.api.dcat.feed.public.feed_page", None)
    again = client.get("/catalog.jsonld?page=1", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again["ETag"], again["Cache-Control"]) == (304, first["ETag"], "public, no-cache")
    assert client.get("/catalog.jsonld?page=9", headers={"if-none-match": "*"}).status_code == 404


def test_a_moment_alone_hides_no_change(client):
    first = client.get("/catalog.ttl")
    assert client.get("/catalog.ttl", headers={"if-modified-since": first["Last-Modified"]}).status_code == 200


def test_each_form_and_page_has_its_own_tag(client, settings):
    settings.SLUIS = replace(settings.SLUIS, feed_page=4)
    paths = ("/catalog.ttl", "/catalog.ttl?page=2", "/catalog.rdf", "/catalog.jsonld", "/catalog.nt")
    assert len({client.get(path)["ETag"] for path in paths}) == len(paths)
    assert client.get("/catalog.ttl")["ETag"] == client.get("/catalog.ttl")["ETag"]


@pytest.mark.parametrize("extension", FORMS)
def test_texts_that_an_upgrade_made_old_are_made_anew_and_written_again(client, extension):
    before = client.get(f"/catalog.{extension}").content
    assert feed.keep() == len(EVERYTHING)
    assert feed.keep() == 0
    assert client.get(f"/catalog.{extension}").content == before
    kept = stored.PublicFeedPart.objects
    kept.filter(dataset__slug="zwemwater").update(
        version="of a mapping before this one", turtle=b"", json_ld=b"", rdf_xml=b""
    )
    kept.filter(dataset__slug="weg").update(revision=99, turtle=b"", json_ld=b"", rdf_xml=b"")
    assert client.get(f"/catalog.{extension}").content == before
    assert feed.keep() == 2
    assert client.get(f"/catalog.{extension}").content == before


def test_the_address_of_the_feed_is_that_of_the_reading(client, settings):
    feed.keep()
    settings.SLUIS = replace(settings.SLUIS, base_url="https://data.merwede.example")
    for extension in FORMS:
        body = client.get(f"/catalog.{extension}").content.decode()
        assert "https://data.merwede.example/id/dataset/zwemwater" in body
        assert "testserver" not in body
        assert "address.invalid" not in body


def test_only_open_data_shows_a_way_to_it(client):
    store, _ = walk(client, "/catalog.ttl", RdfFormat.TURTLE)
    for slug in EVERYTHING:
        ways = values(store, f"http://testserver/id/dataset/{slug}", "dcat:distribution")
        assert bool(ways) == (slug in ("zwemwater", "kaart", "deels")), slug


def test_download_addresses_in_the_feed_work(client):
    store, _ = walk(client, "/catalog.ttl", RdfFormat.TURTLE)
    ours = [q.object.value for q in store.quads_for_pattern(None, term("dcat:downloadURL"), None)]
    ours = [url.removeprefix("http://testserver") for url in ours if url.startswith("http://testserver")]
    assert len(ours) == 10
    for url in ours:
        assert client.head(url).status_code == 200, url


def test_a_tombstone_stands_in_the_feed_with_its_reason(client):
    store, _ = walk(client, "/catalog.ttl", RdfFormat.TURTLE)
    notes = values(store, "http://testserver/id/dataset/weg", "adms:versionNotes")
    assert any("De metingen kloppen niet." in note for note in notes)
    assert Literal("De metingen kloppen niet.") not in {q.object for q in store}


def test_an_identifier_leads_to_its_document(client):
    response = client.get("/id/dataset/zwemwater")
    assert (response.status_code, response["Location"]) == (303, "http://testserver/doc/dataset/zwemwater")
    page = client.get("/doc/dataset/zwemwater", headers={"accept": "text/html,*/*;q=0.1"})
    assert (page.status_code, page["Location"]) == (303, "http://testserver/datasets/zwemwater")
    assert client.get("/id/dataset/nergens").status_code == 404


@pytest.mark.parametrize("extension", FORMS)
def test_a_document_in_each_form(client, extension):
    media_type, form = FORMS[extension]
    by_name = client.get(f"/doc/dataset/zwemwater.{extension}")
    by_accept = client.get("/doc/dataset/zwemwater", headers={"accept": media_type})
    assert by_name.content == by_accept.content
    store = Store()
    store.extend(parse(by_name.content, format=form))
    assert values(store, "http://testserver/id/dataset/zwemwater", "dct:title") == {"Zwemwater", "Bathing water"}


def test_a_withdrawn_document_is_gone_and_says_why(client):
    assert client.get("/id/dataset/weg").status_code == 303
    response = client.get("/doc/dataset/weg.ttl")
    assert (response.status_code, response["Content-Type"]) == (410, "text/turtle; charset=utf-8")
    assert "De metingen kloppen niet." in response.content.decode()
    assert "distribution" not in response.content.decode()


def test_other_identifiers_lead_somewhere(client):
    for path in ("/id/catalog", "/id/organisation", "/id/organisation/merwede", "/id/dataset/zwemwater/releases/1"):
        response = client.get(path)
        assert response.status_code == 303, path
        assert client.get(response["Location"].removeprefix("http://testserver")).status_code == 200, path


def test_an_organisation_without_anything_outside_is_not_found(client):
    assert client.get("/id/organisation/bestaat-niet").status_code == 404


def test_the_context_of_the_documents_is_served(client):
    assert client.get("/catalog-context.jsonld").json()["@context"]["dcat"] == PREFIXES["dcat"]


def test_the_sitemap_names_what_stands_outside(client):
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 - our own answer
    (page,) = [loc.text for loc in index.findall("s:sitemap/s:loc", space)]
    urls = ElementTree.fromstring(client.get(page.removeprefix("http://testserver")).content)  # noqa: S314
    found = {loc.text for loc in urls.findall("s:url/s:loc", space)}
    assert found == {f"http://testserver/datasets/{slug}" for slug in EVERYTHING - {"weg"}}


def test_robots_and_security(client, fixed_clock):
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()
    text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:" in text
    assert "Expires: 2027-05-22T00:00:00Z" in text

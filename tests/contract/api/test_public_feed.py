"""The whole feed, as it leaves the house, meets the official DCAT-AP-NL shapes; and no draft is in anything public."""

from dataclasses import replace

import pytest
from pyshacl import validate
from rdflib import RDF, SH, Graph
from tests.contract.register.test_official_shapes import FILES, NL, official
from tests.integration.api import world

from sluis.foundation.service import create_organisation
from sluis.kernel.actor import SYSTEM
from sluis.register import service as register
from sluis.release.types import Kind

pytestmark = pytest.mark.usefixtures("outside")


def violations(turtle: bytes) -> list[str]:
    data = Graph().parse(data=turtle, format="turtle")
    shapes = official(*(f"{NL}/{name}" for name in FILES))
    _ok, report, _text = validate(data, shacl_graph=shapes, inference="none", do_owl_imports=False)
    return sorted(
        f"{report.value(r, SH.focusNode)} {report.value(r, SH.resultPath)} {report.value(r, SH.value)}"
        for r in report.subjects(RDF.type, SH.ValidationResult)
        if report.value(r, SH.resultSeverity) == SH.Violation
    )


def test_the_whole_feed_meets_the_official_shapes(client):
    assert violations(client.get("/catalog.ttl").content) == []


def test_each_page_meets_the_official_shapes_on_its_own(client, settings):
    settings.SLUIS = replace(settings.SLUIS, feed_page=4)
    for page in (1, 2):
        assert violations(client.get(f"/catalog.ttl?page={page}").content) == [], page


@pytest.mark.parametrize("slug", ["zwemwater", "dossiers", "bomen", "weg"])
def test_each_document_alone_has_no_violation(client, slug):
    assert violations(client.get(f"/doc/dataset/{slug}.ttl").content) == []


def test_a_draft_is_in_nothing_public(client):
    """The canary: a word that stands in a draft only is found nowhere outside."""
    canary = "kanariepiet"
    here = create_organisation(by=SYSTEM, slug="vogels", name=f"Vogels {canary}")
    register.create(by=SYSTEM, organisation_id=here.id, title=f"Dataset {canary}", description=canary)
    for path in (
        "/catalog.ttl", "/catalog.jsonld", "/sitemap-1.xml", "/api/v1/datasets?pageSize=100",
        f"/api/v1/datasets?q={canary}", "/api/v1/organisations", "/api/v1/planned", "/api/v1/not-open",
        "/api/v1/withdrawn", "/api/v1/themes",
    ):  # fmt: skip
        body = client.get(path).content.decode()
        assert "Dataset kanariepiet" not in body, path
        assert f"Vogels {canary}" not in body, path
    for path in ("/api/v1/datasets/{}", "/id/dataset/{}", "/doc/dataset/{}.ttl", "/api/v1/datasets/{}/rows"):
        assert client.get(path.format(f"dataset-{canary}")).status_code == 404


def test_the_feed_follows_the_projection(client):
    before = client.get("/catalog.ttl").content
    world.put_outside("erbij", Kind.CLOSED)
    assert b"/id/dataset/erbij" not in before
    assert b"/id/dataset/erbij" in client.get("/catalog.ttl").content

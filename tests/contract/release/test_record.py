"""The record of a dossier against the schema of MDTO, and against what the archive asks of it."""

import hashlib
import json
import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from lxml import etree
from tests.conftest import shared_path
from tests.integration.release.conftest import GROUND, decided, publish, ready
from tests.integration.release.conftest import _standing as _standing
from tests.integration.release.conftest import merwede as merwede
from tests.integration.release.conftest import owner as owner
from tests.integration.release.conftest import palen as palen
from tests.integration.release.conftest import published as published
from tests.integration.release.conftest import steward as steward
from tests.integration.release.conftest import stranger as stranger

from sluis.foundation.safe_xml import refuse_doctype
from sluis.foundation.service import audit
from sluis.kernel.errors import NotFound
from sluis.release import service as release
from sluis.release.types import Outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folder", "fixed_clock", "_standing")]
MDTO = "{https://www.nationaalarchief.nl/mdto}"
SCHEMAS = ("XML Schema Versions/MDTO-XML1.0.1.xsd", "MDTO-XML.xsd")


def taken(by: Any, dossier: Any) -> bytes:
    return b"".join(release.export_dossier(by=by, dossier_id=dossier.id).chunks)


def opened(data: bytes) -> ZipFile:
    found = ZipFile(BytesIO(data))
    assert found.testzip() is None
    return found


def tree(data: bytes) -> Any:
    refuse_doctype(data)
    return etree.fromstring(data)


def schema(folder: Path, name: str) -> etree.XMLSchema:
    return etree.XMLSchema(tree((folder / name).read_bytes()))


@pytest.fixture(params=["open", "restricted", "without a decision"])
def dossier(request: Any, steward: Any, owner: Any, palen: Any) -> Any:
    if request.param == "without a decision":
        return ready(steward, palen)
    return publish(steward, owner, palen, Outcome(request.param))


def test_every_description_is_valid_mdto(steward: Any, dossier: Any) -> None:
    folder = shared_path("standards/mdto")
    archive = opened(taken(steward, dossier))
    described = [name for name in archive.namelist() if name.endswith(".mdto.xml")]
    assert len(described) > 20
    for name in SCHEMAS:
        rule = schema(folder, name)
        wrong = [(path, rule.error_log) for path in described if not rule.validate(tree(archive.read(path)))]
        assert wrong == []


def test_the_schema_sees_what_is_wrong(steward: Any, published: Any) -> None:
    folder = shared_path("standards/mdto")
    root = tree(opened(taken(steward, published)).read("dossier.mdto.xml"))
    value = root.find(f".//{MDTO}waardering")
    value.getparent().remove(value)
    assert not schema(folder, SCHEMAS[0]).validate(root)


def test_the_same_elements_as_the_examples(steward: Any, published: Any) -> None:
    """What a dossier and a file carry in the official examples, ours carry too; but for what a dossier here lacks."""
    folder = shared_path("standards/mdto") / "Voorbeelden"
    archive = opened(taken(steward, published))
    for example, own, lacking in (
        (
            "MDTO-XML 1.0.1 Voorbeeld Dossier Informatieobject.xml",
            "dossier.mdto.xml",
            {"trefwoord", "raadpleeglocatie", "dekkingInRuimte", "isOnderdeelVan", "bevatOnderdeel"}
            | {"bewaartermijn", "informatiecategorie"},  # only when a category of the selection list is given
        ),
        ("MDTO-XML 1.0.1 Voorbeeld Bestand.xml", "dossier.json.bestand.mdto.xml", {"URLBestand"}),
    ):
        theirs = {child.tag for child in tree((folder / example).read_bytes())[0]}
        ours = {child.tag for child in tree(archive.read(own))[0]}
        assert theirs - ours <= {MDTO + name for name in lacking}


def test_every_file_has_its_size_and_checksum(steward: Any, dossier: Any) -> None:
    archive = opened(taken(steward, dossier))
    names = archive.namelist()
    for name in [n for n in names if not n.endswith(".mdto.xml")]:
        data, root = archive.read(name), tree(archive.read(f"{name}.bestand.mdto.xml"))
        assert root.findtext(f".//{MDTO}checksumWaarde") == hashlib.sha256(data).hexdigest()
        assert root.findtext(f".//{MDTO}omvang") == str(len(data))
    listed = [
        e.text
        for e in tree(archive.read("dossier.mdto.xml")).iterfind(f".//{MDTO}heeftRepresentatie/{MDTO}verwijzingNaam")
    ]
    assert sorted(listed) == sorted(n for n in names if not n.endswith(".mdto.xml"))


def test_evidence_rules_and_decision_have_the_hashes_that_were_decided(steward: Any, published: Any) -> None:
    archive = opened(taken(steward, published))
    hashes = {hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    decision = json.loads(archive.read("besluit.json"))
    assert {e["sha256"] for e in decision["content"]["evidence"]} <= hashes
    used = [decision["content"]["process"], *decision["content"]["policies"]]
    assert len(used) > 10
    assert {one["sha256"] for one in used} <= hashes
    assert decision["sha256"] == published.decision.sha256


def test_the_same_dossier_gives_the_same_bytes(steward: Any, owner: Any, dossier: Any) -> None:
    assert taken(steward, dossier) == taken(owner, dossier)


def test_a_refusal_is_restricted_with_its_ground(steward: Any, owner: Any, palen: Any) -> None:
    root = tree(opened(taken(steward, publish(steward, owner, palen, Outcome.RESTRICTED))).read("dossier.mdto.xml"))
    assert GROUND in [e.text for e in root.iterfind(f".//{MDTO}beperkingGebruikNadereBeschrijving")]


def test_retention_follows_the_policy(steward: Any, owner: Any, palen: Any) -> None:
    lying = ready(steward, palen, provisaCategory="8.1.1")
    root = tree(opened(taken(steward, lying)).read("dossier.mdto.xml"))
    assert root.findtext(f".//{MDTO}waardering/{MDTO}begripLabel") == "Nog te bepalen"
    decided(owner, lying)
    root = tree(opened(taken(steward, lying)).read("dossier.mdto.xml"))
    assert root.findtext(f".//{MDTO}waardering/{MDTO}begripLabel") == "Blijvend te bewaren"
    assert root.findtext(f".//{MDTO}informatiecategorie/{MDTO}begripCode") == "8.1.1"


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.mark.parametrize("page", ["index.html", "index.en.html"])
def test_it_reads_without_sluis(steward: Any, published: Any, page: str) -> None:
    archive = opened(taken(steward, published))
    text = archive.read(page).decode()
    links = Links()
    links.feed(text)
    assert set(links.found) <= set(archive.namelist())
    assert len(links.found) > 10
    assert not re.search(r"<script|https?://", text)


def test_no_name_of_a_person_leaves(steward: Any, owner: Any, published: Any) -> None:
    archive = opened(taken(steward, published))
    assert not any(b"@merwede" in archive.read(n) for n in ("dossier.json", "index.html", "dossier.mdto.xml"))


def test_taking_it_is_in_the_audit_chain_and_strangers_find_nothing(
    steward: Any, stranger: Any, published: Any
) -> None:
    taken(steward, published)
    lines = audit.entries_about("dossier-record", published.id)
    assert [(line.action, line.actor_key) for line in lines] == [("release.dossier.exported", steward.key)]
    with pytest.raises(NotFound):
        release.export_dossier(by=stranger, dossier_id=published.id)
    assert len(list(audit.entries_about("dossier-record", published.id))) == 1

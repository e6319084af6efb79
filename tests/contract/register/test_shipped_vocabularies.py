"""The shipped lists hold nothing that the public lists do not have."""

import json

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import SKOS
from tests.conftest import shared_path

from sluis.register.vocabularies import shipped

EU = "standards/eu-vocabularies"
LISTS = {
    "access-right": (f"{EU}/access-right-sparql-result.ttl",),
    "data-theme": (f"{EU}/data-theme-sparql-result.ttl",),
    "dataset-status": (f"{EU}/plume/eu_dataset_status.ttl",),
    "dataset-type": (f"{EU}/dataset-types-sparql-result.ttl",),
    "distribution-status": (f"{EU}/distribution-status-sparql-result.ttl",),
    "file-type": (f"{EU}/filetypes-sparql-result.ttl",),
    "frequency": (f"{EU}/frequencies-sparql-result.ttl",),
    "hvd-category": (f"{EU}/high-value-categories.ttl",),
    "language": (f"{EU}/plume/eu_language.ttl",),
    "licence": (f"{EU}/licences-sparql-result.ttl",),
    "planned-availability": (f"{EU}/planned-availability-sparql-result.ttl",),
}
NEWER = {"http://publications.europa.eu/resource/authority/file-type/PARQUET"}
"""In the official list since 2023, after the copy we compare with."""


@pytest.mark.parametrize("name", sorted(LISTS))
def test_eu_words_exist(name: str) -> None:
    graph = Graph()
    for path in LISTS[name]:
        graph.parse(shared_path(path))
    known = {str(subject) for subject in graph.subjects()}
    assert {concept.uri for concept in shipped.read(name).concepts} - known - NEWER == set()


@pytest.mark.parametrize("name", ["access-right", "data-theme", "frequency", "licence", "hvd-category"])
def test_english_labels_are_the_official_ones(name: str) -> None:
    graph = Graph()
    for path in LISTS[name]:
        graph.parse(shared_path(path))
    for concept in shipped.read(name).concepts:
        labels = {str(label) for label in graph.objects(URIRef(concept.uri), SKOS.prefLabel) if label.language == "en"}
        assert concept.label_en in labels, concept


@pytest.mark.parametrize("name", ["data-theme", "frequency", "hvd-category", "planned-availability"])
def test_whole_lists_are_whole(name: str) -> None:
    top = {"hvd-category": 6}
    graph = Graph()
    for path in LISTS[name]:
        graph.parse(shared_path(path))
    known = {str(subject) for subject in graph.subjects(SKOS.inScheme)}
    assert len(shipped.read(name).concepts) == top.get(name, len(known))


@pytest.mark.parametrize(
    ("name", "file", "count"),
    [
        ("tooi-province", "rwc_provincies_compleet_1", 12),
        ("tooi-municipality", "rwc_gemeenten_compleet_4", 605),
        ("tooi-water-authority", "rwc_waterschappen_compleet_2", 32),
    ],
)
def test_tooi_organisations_exist_under_their_own_name(name: str, file: str, count: int) -> None:
    rows = json.loads(shared_path(f"standards/tooi/mdto/data/{file}.json").read_text())
    named = "https://identifier.overheid.nl/tooi/def/ont/voorkeursnaamInclSoort"
    known = {row["@id"]: row[named][0]["@value"] for row in rows if named in row}
    concepts = shipped.read(name).concepts
    assert len(concepts) == count
    assert all(known[concept.uri] == concept.label for concept in concepts)


def test_donl_licences_and_grounds_exist() -> None:
    text = shared_path("standards/dcat-ap-donl/taxonomy/licenses.ttl").read_text()
    assert all(f"<{concept.uri}>" in text for concept in shipped.read("donl-licence").concepts)
    folder = shared_path("standards/dcat-ap-donl/term/access-rights")
    terms = "".join(path.read_text() for path in folder.glob("*.ttl"))
    assert all(f"<{concept.uri}>" in terms for concept in shipped.read("donl-ground").concepts)


def test_media_types_of_the_application_family_exist() -> None:
    """The copy we compare with holds only that family whole; the others are IANA's too."""
    graph = Graph().parse(shared_path(f"{EU}/media-types.ttl"))
    known = {str(subject) for subject in graph.subjects()}
    newer = {"vnd.apache.parquet", "vnd.apache.arrow.file", "vnd.apache.arrow.stream", "vnd.pmtiles", "yaml"}
    newer |= {"sparql-results+json", "vnd.oai.openapi+json"}
    ours = {c.uri for c in shipped.read("media-type").concepts if c.code.startswith("application/")}
    assert {uri.rsplit("/", 1)[-1] for uri in ours - known} - newer == set()

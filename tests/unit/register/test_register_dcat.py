"""The mapping: nothing of a closed or withdrawn dataset leads to data, and all serialisations say the same."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from tests.unit.register import examples

from sluis.register import dcat
from sluis.register.dcat import ready
from sluis.register.dcat.terms import term

KINDS = examples.all_kinds()


def objects(triples: list[Triple], subject: str, predicate: str) -> set[str]:
    return {t.object.value for t in triples if t.subject.value == subject and t.predicate == term(predicate)}


@pytest.mark.parametrize("media_type", dcat.MEDIA_TYPES)
def test_every_serialisation_gives_the_same_triples(media_type: str) -> None:
    triples = examples.catalogue_triples(examples.catalogue(), KINDS.values())
    data = dcat.serialise(triples, media_type)
    assert set(parse(data, format=RdfFormat.from_media_type(media_type))) == {t_quad(t) for t in triples}


def t_quad(triple: Triple) -> object:
    from pyoxigraph import Quad

    return Quad(*triple)


def test_the_document_has_no_blank_nodes() -> None:
    triples = examples.catalogue_triples(examples.catalogue(), KINDS.values())
    assert all(isinstance(t.subject, NamedNode) for t in triples)


@pytest.mark.parametrize("kind", ["closed", "restricted", "withdrawn"])
def test_what_is_not_open_shows_no_way_to_the_data(kind: str) -> None:
    record = KINDS[kind]
    record["release"], record["api"] = examples.release(), examples.api()
    text = dcat.serialise(examples.catalogue_triples(examples.catalogue(), [record]), "text/turtle").decode()
    for secret in ("downloadURL", "accessURL", "endpointURL", "metingen.csv", "kaart.gml", "/rows"):
        assert secret not in text


def test_the_decision_weighs_more_than_the_proposal() -> None:
    record = examples.public(examples.minimal(openness="open"))
    record["decision"] = {
        "outcome": "closed",
        "decided_at": "2026-11-19",
        "role": "data_owner",
        "ground": "Toch privacy.",
    }
    triples = dcat.dataset_triples(record)
    assert objects(triples, record["uri"], "dct:accessRights") == {examples.word("access-right", "NON_PUBLIC")}
    assert objects(triples, record["uri"] + "#rights-1", "rdfs:label") == {"Toch privacy."}
    assert objects(triples, record["uri"], "dcat:distribution") == set()


def test_a_withdrawn_dataset_is_a_tombstone_with_its_reason() -> None:
    record = KINDS["withdrawn"]
    triples = dcat.dataset_triples(record)
    assert objects(triples, record["uri"], "adms:status") == {examples.word("dataset-status", "WITHDRAWN")}
    assert any("De metingen kloppen niet." in note for note in objects(triples, record["uri"], "adms:versionNotes"))


def test_unknown_openness_claims_no_access_right() -> None:
    record = examples.public(examples.minimal(openness="unknown"), decision=None)
    assert objects(dcat.dataset_triples(record), record["uri"], "dct:accessRights") == set()


def test_a_planned_dataset_says_when() -> None:
    record = KINDS["planned"]
    assert objects(dcat.dataset_triples(record), record["uri"], "dct:available") == {"2027-03-01"}


def test_pages_link_to_each_other_in_both_hydra_forms() -> None:
    paging = {
        "page": "https://x.example/catalog.ttl?page=2", "first": "https://x.example/catalog.ttl?page=1",
        "last": "https://x.example/catalog.ttl?page=3", "next": "https://x.example/catalog.ttl?page=3",
        "previous": "https://x.example/catalog.ttl?page=1", "total": 250, "size": 100,
    }  # fmt: skip
    triples = examples.catalogue_triples(examples.catalogue(), [KINDS["minimal"]], paging)  # type: ignore[arg-type]
    assert objects(triples, paging["page"], "hydra:next") == {paging["next"]}  # type: ignore[arg-type]
    assert objects(triples, paging["page"], "hydra:nextPage") == {paging["next"]}  # type: ignore[arg-type]
    assert objects(triples, examples.catalogue()["uri"], "hydra:totalItems") == {"250"}


def test_json_ld_reads_like_json() -> None:
    document = json.loads(dcat.serialise(dcat.dataset_triples(KINDS["minimal"]), dcat.JSON_LD))
    (found,) = [item for item in document["@graph"] if item["@id"] == KINDS["minimal"]["uri"]]
    assert found["dct:title"] == {"@value": "Zwemwater", "@language": "nl"}
    assert found["dcat:theme"] == examples.word("data-theme", "ENVI")
    assert document["@context"] == dcat.context()


def the_page(records: Any, media_type: str) -> bytes:
    """A page of the feed of texts that were made without knowing where the installation stands."""
    bare = json.loads(json.dumps(list(records)).replace(examples.BASE, ready.ADDRESS))
    texts = [ready.texts(record, [media_type])[media_type] for record in bare]
    members = [pair for record in records for pair in dcat.members(record)]
    return ready.page(dcat.head_triples(examples.catalogue(), members), texts, media_type, examples.BASE)


@pytest.mark.parametrize("media_type", dcat.MEDIA_TYPES)
def test_a_page_of_ready_texts_says_what_the_triples_say(media_type: str) -> None:
    found = parse(the_page(KINDS.values(), media_type), format=RdfFormat.from_media_type(media_type))
    triples = examples.catalogue_triples(examples.catalogue(), KINDS.values())
    assert set(found) == {t_quad(t) for t in triples}


def test_a_page_of_ready_texts_describes_shared_things_once() -> None:
    twice = [examples.public(examples.minimal(slug=slug)) for slug in ("een", "twee")]
    nodes = json.loads(the_page(twice, dcat.JSON_LD))["@graph"]
    names = [item["@id"] for item in nodes]
    assert len(names) == len(set(names))
    assert the_page(twice, "text/turtle").count(b"@prefix dct:") == 1


def test_the_mark_of_ready_texts_is_that_of_their_making() -> None:
    assert len(ready.version()) == 64
    ready.version.cache_clear()
    before = ready.version()
    with patch("sluis.register.dcat.ready.pyoxigraph.__version__", "0"):
        ready.version.cache_clear()
        assert ready.version() != before
    ready.version.cache_clear()


hostile = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)


@given(hostile, hostile)
def test_texts_come_out_as_they_went_in(title: str, keyword: str) -> None:
    """Quotes, angle brackets, and newlines are data, in Turtle and JSON-LD alike."""
    triples = dcat.dataset_triples(examples.public(examples.minimal(title=title, keywords=[keyword])))
    for media_type in ("text/turtle", dcat.JSON_LD):
        again = set(parse(dcat.serialise(triples, media_type), format=RdfFormat.from_media_type(media_type)))
        assert again == {t_quad(t) for t in triples}


@given(hostile, hostile)
def test_texts_pass_a_page_as_they_went_in(title: str, keyword: str) -> None:
    record = examples.public(examples.minimal(title=title, keywords=[keyword, "\x1e .\n<a> \n\t<b"]))
    expected = {t_quad(t) for t in examples.catalogue_triples(examples.catalogue(), [record])}
    for media_type in ("text/turtle", "application/n-triples", dcat.JSON_LD):
        assert set(parse(the_page([record], media_type), format=RdfFormat.from_media_type(media_type))) == expected


def test_schema_org_of_an_open_dataset_names_its_files() -> None:
    document = dcat.schema_org(KINDS["maximal"], examples.catalogue())
    assert document["@type"] == "Dataset"
    assert document["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert document["distribution"][0]["contentUrl"].endswith("metingen.csv")
    assert document["spatialCoverage"]["geo"]["box"] == "51.7 4.1 52.2 5.0"
    assert document["temporalCoverage"] == "2020-01-01/2026-09-30"
    assert document["variableMeasured"][0]["unitText"] == "kve/100 ml"
    assert document["isAccessibleForFree"] is True


def test_schema_org_of_a_closed_dataset_names_its_ground_and_no_files() -> None:
    record = KINDS["closed"] | {"release": examples.release()}
    document = dcat.schema_org(record)  # type: ignore[arg-type]
    assert "distribution" not in document
    assert document["isAccessibleForFree"] is False
    assert document["conditionsOfAccess"] == "Er staan persoonsgegevens in."

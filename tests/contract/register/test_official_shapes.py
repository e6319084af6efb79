"""What leaves the house meets the official DCAT-AP-NL 3.0 and DCAT-AP HVD 3.0.0 shapes, and our own."""

import copy
from collections.abc import Iterable

import pytest
from pyoxigraph import Triple
from pyshacl import validate
from rdflib import RDF, SH, Graph
from tests.conftest import shared_path
from tests.unit.register import examples

from sluis.register import dcat, shapes

NL = "standards/dcat-ap-nl-3.0/shapes"
ESTABLISHED = "standards/dcat-ap-nl-3.0/v3.0.0/shapes"
HVD = "standards/dcat-ap-hvd-3.0.0/shacl/hvd-SHACL.ttl"
HVD_HTML = "standards/dcat-ap-hvd-3.0.0/html"
FILES = (
    "dcat-ap-SHACL.ttl",
    "dcat-ap-nl-SHACL.ttl",
    "dcat-ap-nl-SHACL-klassebereik.ttl",
    "dcat-ap-nl-SHACL-klassebereik-codelijsten.ttl",
    "dcat-ap-nl-SHACL-aanbevolen.ttl",
)


def official(*files: str) -> Graph:
    """The shapes, without references to property shapes that the file itself does not define (two in 3.0.1)."""
    graph = Graph()
    for name in files:
        graph.parse(shared_path(name))
    for shape, part in list(graph.subject_objects(SH.property)):
        if (part, SH.path, None) not in graph:
            graph.remove((shape, SH.property, part))
    return graph


def violations(triples: Iterable[Triple], shapes_graph: Graph, severity: object = SH.Violation) -> list[str]:
    data = Graph().parse(data=dcat.serialise(triples, "text/turtle"), format="turtle")
    _ok, report, _text = validate(data, shacl_graph=shapes_graph, inference="none", do_owl_imports=False)
    return sorted(
        f"{report.value(r, SH.focusNode)} {report.value(r, SH.resultPath)} {report.value(r, SH.value)}"
        for r in report.subjects(RDF.type, SH.ValidationResult)
        if report.value(r, SH.resultSeverity) == severity
    )


@pytest.mark.parametrize("folder", [NL, ESTABLISHED])
@pytest.mark.parametrize("kind", [*examples.all_kinds()])
def test_each_kind_alone_meets_the_dutch_profile(kind: str, folder: str) -> None:
    triples = examples.catalogue_triples(examples.catalogue(), [examples.all_kinds()[kind]])
    assert violations(triples, official(*(f"{folder}/{name}" for name in FILES))) == []


def test_the_whole_feed_meets_the_dutch_profile() -> None:
    paging = {
        "page": "https://x.example/p2",
        "first": "",
        "last": "",
        "next": "",
        "previous": "",
        "total": 9,
        "size": 9,
    }
    triples = examples.catalogue_triples(examples.catalogue(), examples.all_kinds().values(), paging)  # type: ignore[arg-type]
    assert violations(triples, official(*(f"{NL}/{name}" for name in FILES))) == []


@pytest.mark.parametrize(
    "name", [HVD, *(f"{HVD_HTML}/hvd-SHACL-{p}.ttl" for p in ("base", "full", "ranges", "usagenotes"))]
)
def test_a_high_value_dataset_meets_the_hvd_profile(name: str) -> None:
    triples = examples.catalogue_triples(examples.catalogue(), [examples.all_kinds()["hvd"]])
    assert violations(triples, official(name)) == []
    assert violations(triples, official(name), SH.Warning) == []


def test_everything_filled_in_meets_the_recommendations_on_datasets() -> None:
    record = examples.all_kinds()["maximal"]
    warnings = violations(dcat.dataset_triples(record), official(f"{NL}/dcat-ap-nl-SHACL-aanbevolen.ttl"), SH.Warning)
    assert [line for line in warnings if line.startswith(record["uri"] + " ")] == []


def test_the_official_shapes_do_see_a_fault() -> None:
    """Guards this very test: with the theme gone the official shapes object."""
    metadata = examples.minimal()
    del metadata["themes"]
    found = violations(dcat.dataset_triples(examples.public(metadata)), official(*(f"{NL}/{name}" for name in FILES)))
    assert any("dcat#theme" in line for line in found)


def test_our_shapes_accept_every_kind() -> None:
    assert shapes.validate(examples.catalogue_triples(examples.catalogue(), examples.all_kinds().values())) == []


@pytest.mark.parametrize(
    ("missing", "path"),
    [
        ("title", "title"),
        ("description", "description"),
        ("contact", "contactPoint"),
        ("themes", "theme"),
        ("licence", "license"),
        ("organisation", "publisher"),
        ("openness", "accessRights"),
    ],
)
def test_our_shapes_catch_what_is_mandatory(missing: str, path: str) -> None:
    metadata = examples.minimal()
    record = examples.public(copy.deepcopy(metadata))
    del record["metadata"][missing]
    if missing == "openness":
        record["decision"] = None
    assert path in {fault.path.split("/")[-1].split("#")[-1] for fault in shapes.validate(dcat.dataset_triples(record))}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"themes": ["https://elders.example/thema"]}, "thema komt niet uit de lijst"),
        ({"frequency": "https://elders.example/vaak"}, "verversingsinterval komt niet uit de lijst"),
        ({"contact": examples.contact(email="")}, "geen e-mailadres en geen contactpagina"),
    ],
)
def test_our_shapes_catch_wrong_values(changes: dict[str, object], words: str) -> None:
    faults = shapes.validate(dcat.dataset_triples(examples.public(examples.minimal(**changes))))
    assert any(words in fault.message for fault in faults), faults


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"applicable_legislation": []}, "HVD-verordening"),
        ({"services": [examples.service(documentation=[])]}, "kwaliteit van de dienst"),
        ({"services": [], "distributions": [examples.table()]}, "via een API"),
        ({"hvd_categories": ["http://data.europa.eu/bna/c_00000000"]}, "HVD-categorie"),
    ],
)
def test_our_shapes_catch_an_incomplete_high_value_dataset(changes: dict[str, object], words: str) -> None:
    faults = shapes.validate(dcat.dataset_triples(examples.public(examples.hvd(**changes))))
    assert any(words in fault.message for fault in faults), faults

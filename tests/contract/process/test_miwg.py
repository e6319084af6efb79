"""The reference models of the OMG's BPMN Model Interchange Working Group: read whole, or refused by name."""

from xml.etree.ElementTree import Element

import pytest
from tests.conftest import SHARED, shared_path

from sluis.foundation import safe_xml
from sluis.process.bpmn import check, read
from sluis.process.bpmn.reading import BPMN

FOLDER = "standards/bpmn-miwg/Reference"
MODELS = sorted(path.name for path in (SHARED / FOLDER).glob("*.bpmn")) or ["A.1.0.bpmn"]


def root_of(xml: bytes) -> Element:
    return safe_xml.parse(xml)


@pytest.mark.parametrize("name", MODELS)
def test_every_element_of_every_process_is_read(name: str) -> None:
    xml = shared_path(f"{FOLDER}/{name}").read_bytes()
    model, faults = read(xml)
    assert model is not None, faults
    drawn = {
        element.get("id"): element
        for process in root_of(xml).iter(f"{BPMN}process")
        for element in process.iter()
        if element.tag.startswith(BPMN) and element.get("id")
    }
    read_ids = {*model.scopes, *model.nodes, *model.flows, *model.others}
    assert {key: element.tag for key, element in drawn.items() if key not in read_ids} == {}


@pytest.mark.parametrize("name", MODELS)
def test_flows_nodes_and_events_are_those_of_the_file(name: str) -> None:
    xml = shared_path(f"{FOLDER}/{name}").read_bytes()
    model, _ = read(xml)
    assert model is not None
    root = root_of(xml)
    flows = {f.get("id"): (f.get("sourceRef"), f.get("targetRef")) for f in root.iter(f"{BPMN}sequenceFlow")}
    assert {flow.id: (flow.source, flow.target) for flow in model.flows.values()} == flows
    for node in model.nodes.values():
        element = next(e for e in root.iter(BPMN + node.kind.value) if e.get("id") == node.id)
        assert node.name == element.get("name", "")
        events = [child for child in element if child.tag.endswith(("EventDefinition", "eventDefinitionRef"))]
        assert len(node.events) == len(events)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_another_house_is_refused_by_the_names_of_its_elements(name: str) -> None:
    """They have no roles or handlers of ours, so none can run as it is; what is said points into the file."""
    xml = shared_path(f"{FOLDER}/{name}").read_bytes()
    faults = check(xml)
    ids = {element.get("id") for element in root_of(xml).iter()}
    assert faults
    assert {fault.element for fault in faults} <= ids
    assert not {fault.code for fault in faults} & {"bpmn.no-id", "bpmn.double-id", "bpmn.not-bpmn"}

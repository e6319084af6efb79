"""Our OpenAPI document meets the NL API Design Rules; and our checks see what the official linter sees."""

import copy
import json
import re

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from tests.conftest import shared_path
from tests.contract.api import design_rules

from sluis.api.v1.openapi import document

CASES = "standards/adr/linter/testcases"
# Breaches of the case's own making that our checks name alike; places are compared by rule only.
KNOWN = (
    "baseline", "contact-missing", "contact-no-email", "contact-no-name", "contact-no-url", "date-time", "error-type",
    "error-type-extra-field", "error-type-invalid-input", "error-type-missing-required", "openapi-versie-3-0-1",
    "openapi-versie-3-1-0", "openapi-versie-missing", "paths-kebab-incorrect", "paths-kebab-slashes",
    "paths-kebab-variables", "paths-kebab-zoek-uitzondering", "query-keys-camel-case", "semver-incorrect",
    "semver-patch", "semver-patch-incorrect", "servers-empty", "servers-missing", "version-header-casing",
    "version-header-missing", "cor-api",
)  # fmt: skip


def test_our_document_breaks_no_rule():
    assert design_rules.faults(document()) == []


@pytest.mark.parametrize("name", KNOWN)
def test_our_checks_see_what_the_official_linter_sees(name):
    folder = shared_path(f"{CASES}/{name}")
    seen = {rule for rule, _ in design_rules.faults(json.loads((folder / "openapi.json").read_text()))}
    expected = re.findall(r"^ +\d+:\d+ +error +(\S+)", (folder / "expected-output.txt").read_text(), re.MULTILINE)
    assert seen == set(expected)


def test_every_reference_leads_somewhere():
    made = document()
    for place, value in design_rules.walk(made):
        if isinstance(value, dict) and "$ref" in value:
            assert isinstance(design_rules.resolve(made, value), dict), place


@pytest.fixture(scope="module")
def official():
    """The whole meta-schema of OpenAPI 3.1, with JSON Schema 2020-12 for the schemas inside."""
    folder = shared_path("standards/openapi/v3.1/src/schemas/validation")
    parts = {path.stem: yaml.safe_load(path.read_text()) for path in folder.glob("*.yaml")}
    known = Registry().with_resources((part["$id"], Resource.from_contents(part)) for part in parts.values())
    return Draft202012Validator(parts["schema-base"], registry=known)


def test_our_document_is_openapi_3_1(official):
    assert [f"{fault.json_path}: {fault.message}" for fault in official.iter_errors(document())] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("info", "version"), 1),
        (("servers",), {}),
        (("paths", "/datasets", "get", "responses", "200"), {"content": {}}),
        (("paths", "/datasets", "get", "parameters", 0, "in"), "body"),
        (("components", "schemas", "Problem", "type"), "objekt"),
        (("components", "schemas", "Problem", "properties", "status"), {"minimum": "one"}),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_the_official_schema_sees_what_is_wrong(official, place, value):
    made = copy.deepcopy(document())
    at = made
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    assert not official.is_valid(made)


def test_every_operation_says_what_it_does_under_a_known_heading():
    made = document()
    tags = {tag["name"] for tag in made["tags"]}
    for path, _method, operation in design_rules.operations(made):
        assert operation["summary"], path
        assert operation["tags"], path
        assert set(operation["tags"]) <= tags, path


def test_every_example_fits_its_parameter():
    for _path, _method, operation in design_rules.operations(document()):
        for parameter in operation["parameters"]:
            kind = {"string": str, "integer": int, "object": dict, "array": list}.get(parameter["schema"].get("type"))
            if kind and "example" in parameter:
                assert isinstance(parameter["example"], kind)

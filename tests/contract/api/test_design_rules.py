"""Our OpenAPI document meets the NL API Design Rules; and our checks see what the official linter sees."""

import json
import re

import pytest
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


def test_the_document_has_the_shape_openapi_3_1_wants():
    """The parts of the official schema (v3.1) that a generated document can get wrong."""
    made = document()
    assert made["openapi"] == "3.1.0"
    assert set(made) <= {"openapi", "info", "servers", "paths", "components", "tags", "security", "externalDocs"}
    tags = {tag["name"] for tag in made["tags"]}
    for path, method, operation in design_rules.operations(made):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags
        allowed = {"operationId", "summary", "description", "parameters", "responses", "tags"}
        assert set(operation) <= allowed, (path, method)
        assert all(re.fullmatch(r"[1-5](\d\d|XX)", code) for code in operation["responses"])
        for parameter in operation["parameters"]:
            _is_a_parameter(parameter)
        for response in operation["responses"].values():
            assert "description" in design_rules.resolve(made, response)


def _is_a_parameter(parameter):
    known = {"name", "in", "required", "schema", "description", "example", "style", "explode", "deprecated"}
    assert set(parameter) <= known, parameter
    assert parameter["in"] in ("path", "query", "header")
    assert parameter["required"] or parameter["in"] != "path"


def test_every_example_fits_its_parameter():
    for _path, _method, operation in design_rules.operations(document()):
        for parameter in operation["parameters"]:
            kind = {"string": str, "integer": int, "object": dict, "array": list}.get(parameter["schema"].get("type"))
            if kind and "example" in parameter:
                assert isinstance(parameter["example"], kind)

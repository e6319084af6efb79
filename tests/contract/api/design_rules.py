"""The rules of the official linter of the NL API Design Rules 2.1 (media/linter.yaml), as plain checks.

`faults(document)` gives (rule, place) for every breach, places written as the linter writes them.
"""

import re
from collections.abc import Iterator
from typing import Any

type Fault = tuple[str, str]

KEBAB = re.compile(r"^(/|(/_[a-z0-9]+|/(([a-z0-9\-]+|{[^}]+})(/([a-z0-9\-.]+|{[^}]+}))*)(/_[a-z]+)?)/?)$")
CAMEL = re.compile(r"^\$?[a-z][a-z\d]*([A-Z][a-z\d]*)*$")
NUMBER = r"(0|[1-9]\d*)"
PRERELEASE = r"(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
SEMVER = re.compile(rf"^{NUMBER}\.{NUMBER}\.{NUMBER}{PRERELEASE}(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$")
DAY = re.compile(r"((\w+D)|(_[dD]))((ate)|(atum))")
PROBLEMS = ("application/problem+json", "application/problem+xml")
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


def faults(document: dict[str, Any]) -> list[Fault]:
    checks = (_whole, _paths, _parameters, _answers, _dates)
    return sorted({fault for check in checks for fault in check(document)})


def walk(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value in the document with its place."""
    yield place, value
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from walk(inner, (*place, str(key)))


def resolve(document: dict[str, Any], value: Any) -> Any:
    while isinstance(value, dict) and "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        yield from ((path, method, item[method]) for method in METHODS if method in item)


def _whole(document: dict[str, Any]) -> Iterator[Fault]:
    version, info = document.get("openapi"), document.get("info", {})
    if not version:
        yield "nlgov:openapi-root-exists", ""
    elif not re.match(r"^3(.\d+){1,2}$", version):
        yield "nlgov:openapi3", "openapi"
    if not SEMVER.match(info.get("version", "")):
        yield "nlgov:semver", "info.version"
    if "contact" not in info:
        yield "info-contact", "info"
    elif not {"email", "name", "url"} <= info["contact"].keys():
        yield "nlgov:info-contact-fields-exist", "info.contact"
    if not document.get("servers"):
        yield "oas3-api-servers", "servers"
    for server in document.get("servers") or ():
        if not re.search(r"/v[\d+]", server["url"]):
            yield "nlgov:include-major-version-in-uri", "servers"


def _paths(document: dict[str, Any]) -> Iterator[Fault]:
    for path in document.get("paths", {}):
        if path != "/" and path.endswith("/"):
            yield "path-keys-no-trailing-slash", f"paths.{path}"
        if not re.search(r"/openapi\.(json)|(yaml)", path) and not KEBAB.match(path):
            yield "nlgov:paths-kebab-case", f"paths.{path}"
    seen: set[str] = set()
    for path, method, operation in operations(document):
        name = operation.get("operationId")
        if name in seen:
            yield "operation-operationId-unique", f"paths.{path}.{method}"
        seen |= {name} if name else set()


def _parameters(document: dict[str, Any]) -> Iterator[Fault]:
    for path, method, operation in operations(document):
        given = [resolve(document, one) for one in operation.get("parameters", ())]
        for place, parameter in enumerate(given):
            if parameter["in"] == "query" and not CAMEL.match(parameter["name"]):
                yield "nlgov:query-keys-camel-case", f"paths.{path}.{method}.parameters[{place}].name"
        named = {p["name"] for p in given if p["in"] == "path"}
        shared = {resolve(document, p)["name"] for p in document["paths"][path].get("parameters", ())}
        if set(re.findall(r"{([^}]+)}", path)) - named - shared:
            yield "path-params", f"paths.{path}.{method}"
        needs = (method in ("get", "delete") and given) or method in ("put", "post", "patch")
        if needs and "400" not in operation.get("responses", {}):
            yield "nlgov:problem-invalid-input", f"paths.{path}.{method}.responses"


def _answers(document: dict[str, Any]) -> Iterator[Fault]:
    for path, method, operation in operations(document):
        for code, found in operation.get("responses", {}).items():
            response, place = resolve(document, found), f"paths.{path}.{method}.responses[{code}]"
            if re.search(r"(2|3)\d\d", code):
                yield from _version_header(response, place)
            if re.search(r"(4|5)\d\d", code) and "content" in response:
                yield from _problem(document, response["content"], f"{place}.content")


def _version_header(response: dict[str, Any], place: str) -> Iterator[Fault]:
    if not response.get("headers"):
        yield "nlgov:missing-header", place
    elif "api-version" not in {name.lower() for name in response["headers"]}:
        yield "nlgov:missing-version-header", f"{place}.headers"


def _problem(document: dict[str, Any], content: dict[str, Any], place: str) -> Iterator[Fault]:
    if not any(name in content for name in PROBLEMS):
        yield "nlgov:use-problem-schema", place
    for name in (one for one in PROBLEMS if one in content):
        schema = resolve(document, content[name].get("schema", {}))
        parts = [resolve(document, part) for part in schema.get("allOf", [schema])]
        known = {key for part in parts for key in part.get("properties", {})}
        if not {"status", "title", "detail"} <= known:
            yield "nlgov:problem-schema-members", f"{place}.{name}.schema.properties"


def _dates(document: dict[str, Any]) -> Iterator[Fault]:
    for place, value in walk(document):
        if len(place) < 2 or place[-2] != "properties" or not isinstance(value, dict):
            continue
        name, where = place[-1], ".".join(place)
        if value.get("format") == "date-time-local":
            yield "nlgov:date-time-ensure-timezone", name
        if value.get("format") == "time":
            yield "nlgov:time-without-timezone", name
        if name in ("date", "datum") or DAY.search(name):
            yield from _day(document, name, value, where)


def _day(document: dict[str, Any], name: str, value: dict[str, Any], where: str) -> Iterator[Fault]:
    parts = [resolve(document, part) for part in value.get("anyOf", value.get("allOf", [value]))]
    formats = {part.get("format") for part in (resolve(document, p) for p in parts) if part.get("type") != "null"}
    if None in formats:
        yield "nlgov:specify-format-for-date-and-time", name
    if "date-time" in formats:
        yield "nlgov:use-date-instead-of-datetime", name

"""The OpenAPI document: what django-ninja makes of the operations, and what all of them share."""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings

from sluis.api.v1 import catalogue, files, rows, shapes, sql
from sluis.api.v1.app import VERSION, api, server

OPERATIONS = (catalogue, files, rows, sql)  # loaded before the document is made: it tells of all of them

JSON = "application/json"
PROBLEM = "application/problem+json"
_VERSION_HEADER = {
    "description": "Full version of the API.",
    "schema": {"type": "string"},
    "example": VERSION,
}
_CORS_HEADER = {"description": "Any site may read this.", "schema": {"type": "string"}, "example": "*"}
_ERRORS = {
    "400": "The question is wrong; `errors` names each parameter",
    "404": "Does not exist",
    "410": "Was withdrawn; `detail` says why",
    "429": "Too much at once; wait as `Retry-After` says",
    "500": "Something went wrong on our side",
    "503": "Takes too much now; wait as `Retry-After` says",
}
_EXAMPLE = {
    "type": "https://data.example/problemen/query.invalid",
    "title": "De invoer klopt niet",
    "status": 400,
    "detail": "De parameters van deze vraag kloppen niet. Verbeter de genoemde parameters.",
    "instance": "/api/v1/datasets",
    "code": "query.invalid",
    "request": "4bf92f3577b34da6a3ce929d0e0e4736",
    "errors": [{"field": "page", "message": "Geef een geheel getal."}],
}


def document() -> dict[str, Any]:
    """OpenAPI 3.1; every answer with its version header, every error a problem document."""
    return _document(settings.SLUIS.url, settings.SLUIS.contact_email, settings.SLUIS.organisation)


@lru_cache(maxsize=4)
def _document(url: str, email: str, organisation: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="")))
    made["info"] |= {
        "title": f"Open data API · {organisation}",
        "contact": {"name": f"Open data · {organisation}", "email": email, "url": f"{url}/"},
        "license": {"name": "EUPL 1.2", "identifier": "EUPL-1.2"},
    }
    made["servers"] = [{"url": server(), "description": organisation}]
    made["components"]["schemas"]["Problem"] = _problem_schema(made["components"]["schemas"])
    made["components"]["responses"] = {f"Problem{code}": _error(int(code), text) for code, text in _ERRORS.items()}
    for path, methods in made["paths"].items():
        methods.pop("head", None)
        _complete(path, methods["get"])
    return made


def _complete(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if path == "/openapi.json":
        responses["200"] = {"description": "OK", "content": {JSON: {"schema": {"type": "object"}}}}
    for parameter in operation["parameters"]:
        parameter.pop("examples", None)  # django-ninja copies those of JSON Schema, which OpenAPI writes otherwise
        if known := parameter["schema"].get("examples"):
            parameter["example"] = known[0]
    for code, response in responses.items():
        if code >= "400":
            response["content"] = _problem_content(int(code))
        response.setdefault("headers", {}).update(_headers())
    responses |= {code: {"$ref": f"#/components/responses/Problem{code}"} for code in _ERRORS if _fits(code, path)}
    operation["responses"] = dict(sorted(responses.items()))


def _fits(code: str, path: str) -> bool:
    return code not in ("404", "410") or "{" in path


def _headers() -> dict[str, Any]:
    return {"API-Version": _VERSION_HEADER, "access-control-allow-origin": _CORS_HEADER}


def _error(code: int, text: str) -> dict[str, Any]:
    waiting = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}} if code in (429, 503) else {}
    return {"description": text, "headers": _headers() | waiting, "content": _problem_content(code)}


def _problem_content(code: int) -> dict[str, Any]:
    example = dict(_EXAMPLE) if code == 400 else {k: v for k, v in _EXAMPLE.items() if k != "errors"} | {"status": code}
    return {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}


def _problem_schema(schemas: dict[str, Any]) -> dict[str, Any]:
    schema = shapes.Problem.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    schemas |= schema.pop("$defs", {})
    return schema

"""What the laid-down process and policy are, as they hold now and as they held before. Drafts are not here."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from sluis.foundation.roles import ROLES
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.rules import words as rules
from sluis.process.types import InForce, Kind
from sluis.web import spoken
from sluis.web.negotiation import wants_html
from sluis.web.shapes import Download, Link

FIRST = "open-data-release"
PLACES = {"processen": Kind.PROCESS, "tabellen": Kind.POLICY}
_NAMES = {kind: place for place, kind in PLACES.items()}
_FORMS = {Kind.PROCESS: ("bpmn", "application/xml"), Kind.POLICY: ("dmn", "application/xml")}


def overview(request: HttpRequest) -> HttpResponse:
    if not wants_html(request) and "application/json" in request.headers.get("Accept", ""):
        return overview_twin(request)
    held = process.all_in_force()
    main = next((one for one in held if one.key == FIRST), None)
    xml = process.source(main.sha256) if main else b""
    context = {
        "main": _line(main) if main else None,
        "drawing": rules.picture(xml) if main else "",
        "steps": rules.steps(xml) if main else (),
        "processes": [_line(one) for one in held if one.kind is Kind.PROCESS],
        "policies": [_line(one) for one in held if one.kind is Kind.POLICY],
    }
    return render(request, "portal/policy.html", context)


def overview_twin(_request: HttpRequest) -> HttpResponse:
    return _json({"rules": [_told(one) for one in process.all_in_force()]})


def rule(request: HttpRequest, place: str, key: str) -> HttpResponse:
    """The version that holds now."""
    history = process.in_force(PLACES[place], key)
    return _page(request, history, history[0])


def version(request: HttpRequest, place: str, key: str, number: int) -> HttpResponse:
    history = process.in_force(PLACES[place], key)
    return _page(request, history, _version(history, number))


def file(request: HttpRequest, place: str, key: str, number: int, form: str) -> HttpResponse:
    """The file as it was decided on, byte for byte; or all of it as JSON."""
    history = process.in_force(PLACES[place], key)
    found = _version(history, number)
    if form == "json":
        return _json(_whole(history, found))
    ending, media = _FORMS[found.kind]
    if form != ending:
        raise _unknown()
    response = HttpResponse(process.source(found.sha256), content_type=f"{media}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}-{number}.{ending}"'
    return response


def moved(_request: HttpRequest) -> HttpResponse:
    return redirect("portal:policy", permanent=True)


def _page(request: HttpRequest, history: tuple[InForce, ...], found: InForce) -> HttpResponse:
    xml = process.source(found.sha256)
    context: dict[str, Any] = {
        "rule": _line(found),
        "files": _files(found, xml),
        "history": [{**_line(one), "changes": _changes(one)} for one in history],
        "crumbs": [Link("Home", reverse("portal:home")), Link(gettext("Proces en beleid"), reverse("portal:policy"))],
    }
    if found.kind is Kind.PROCESS:
        context |= {"drawing": rules.picture(xml), "steps": rules.steps(xml)}
        return render(request, "portal/policy_process.html", context)
    read_as, tables = rules.tables(xml)
    tried = rules.cases(process.rule_cases(found.key, found.sha256), read_as)
    named = zip(read_as.decisions, tables, strict=True)
    context |= {
        "text": read_as.documentation.said(rules.language()),
        "tables": [(table, tried.get(sheet.name, ())) for sheet, table in named],
    }
    return render(request, "portal/policy_table.html", context)


def _version(history: tuple[InForce, ...], number: int) -> InForce:
    found = next((one for one in history if one.number == number), None)
    if found is None:
        raise _unknown()
    return found


def _unknown() -> NotFound:
    return NotFound("process.definition.unknown", N_("Deze versie is nooit in werking geweest."))


def _changes(one: InForce) -> tuple[rules.ChangeText, ...]:
    if not one.before_sha256:
        return ()
    return rules.changed(process.changes_between(one.kind, one.before_sha256, one.sha256))


def _line(one: InForce) -> dict[str, Any]:
    """One version in words, for a template."""
    place = _NAMES[one.kind]
    return {
        "name": spoken.said(one.name, one.name_en),
        "key": one.key,
        "number": one.number,
        "sha256": one.sha256,
        "since": one.since,
        "until": one.until,
        "role": gettext(ROLES[one.role].title) if one.role in ROLES else one.role,
        "motivation": one.motivation,
        "is_process": one.kind is Kind.PROCESS,
        "url": reverse("portal:policy-rule", args=[place, one.key]),
        "version_url": reverse("portal:policy-version", args=[place, one.key, one.number]),
    }


def _address(one: InForce, form: str) -> str:
    return reverse("portal:policy-file", args=[_NAMES[one.kind], one.key, one.number, form])


def _files(one: InForce, xml: bytes) -> list[Download]:
    ending, _ = _FORMS[one.kind]
    made = Download(f"{one.key}.{ending}", _address(one, ending), ending.upper(), len(xml), one.since, one.sha256)
    return [made, Download(gettext("Deze versie voor programma's"), _address(one, "json"), "JSON")]


def _told(one: InForce) -> dict[str, Any]:
    base = settings.SLUIS.url
    ending, _ = _FORMS[one.kind]
    return {
        "kind": one.kind.value,
        "key": one.key,
        "number": one.number,
        "name": one.name,
        "name_en": one.name_en,
        "sha256": one.sha256,
        "in_force_since": one.since.isoformat(),
        "in_force_until": one.until.isoformat() if one.until else None,
        "decided_by_role": one.role or None,
        "motivation": one.motivation or None,
        "page": base + reverse("portal:policy-version", args=[_NAMES[one.kind], one.key, one.number]),
        "file": base + _address(one, ending),
    }


def _whole(history: tuple[InForce, ...], found: InForce) -> dict[str, Any]:
    xml = process.source(found.sha256)
    told = _told(found)
    if found.kind is Kind.PROCESS:
        told["steps"] = [
            {"element": one.element, "name": one.name, "who": one.who, "text": one.text} for one in rules.steps(xml)
        ]
    else:
        _, tables = rules.tables(xml)
        told["tables"] = [
            {
                "id": table.id,
                "name": table.name,
                "columns": [*table.known, *table.follows],
                "rules": [
                    {
                        "number": one.number,
                        "cells": list(one.cells),
                        "explanation": one.explanation,
                        "source": one.source,
                    }
                    for one in table.rules
                ],
            }
            for table in tables
        ]
    told["history"] = [{**_told(one), "changes": [change.text for change in _changes(one)]} for one in history]
    return told


def _json(document: dict[str, Any]) -> JsonResponse:
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False})

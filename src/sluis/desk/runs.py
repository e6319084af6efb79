"""A run of a source or of a transformation as its page follows it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from sluis.desk.page import delay_of
from sluis.kernel.errors import SluisError, fill, from_wire
from sluis.lake.service import RunRecord, TransformationRunRecord

type Run = RunRecord | TransformationRunRecord


def lines(log: Any) -> list[dict[str, Any]]:
    """The log in the language of the page, each line with its moment."""
    return [{"at": line["at"], "text": fill(line["text"], line["params"], gettext)} for line in log]


def failure_of(run: Run | None) -> SluisError | None:
    return from_wire(run.failure) if run and run.failure else None


def followed(run: Run, page: str) -> dict[str, Any]:
    """What `desk/parts/run_progress.html` shows; `page` is the name of the address of the run."""
    at_work = (run.id, run.table_version_id) if run.table_version_id else (run.id,)
    return {
        "run": run,
        "lines": lines(run.log),
        "delay": delay_of(*at_work) if run.active else "",
        "progress_url": reverse(f"{page}-progress", args=[run.id]),
    }


def progress(request: HttpRequest, run: Run, page: str) -> HttpResponse:
    """The log alone, for htmx; when the run is over the page itself is loaded again."""
    if run.active:
        return render(request, "desk/parts/run_progress.html", followed(run, page))
    return HttpResponse(status=200, headers={"HX-Redirect": reverse(page, args=[run.id])})

"""A dataset with its people, and answers of a source that lie."""

from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from tests.web_site import Answer, say

from sluis.foundation.models import Job
from sluis.foundation.service import acting, create_organisation, create_person, grant, run_until_idle
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.lake import service as lake
from sluis.lake.models import Source, SourceRun
from sluis.lake.sourcing import running
from sluis.process.service import notices
from sluis.register.service import create

CSV = b"code;bedrag\n0001;1,50\n0002;5,00\n"


def tagged(body: bytes, etag: str) -> Answer:
    """A server that knows conditional requests."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            handler.send_response(304)
            handler.send_header("ETag", etag)
            handler.end_headers()
        else:
            say(body, ETag=etag, Content_Type="text/csv")(handler)

    return answer


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"0001;1,50\n" * 10_000)


class World:
    """A province with a dataset; `source` sets one up and `fetch` runs it to its end."""

    def __init__(self) -> None:
        self.organisation = create_organisation(by=SYSTEM, slug="merwede", name="Merwede")
        self.steward = self.person("data_steward")
        self.viewer = self.person("viewer")
        self.owner = self.person("data_owner")
        self.administrator = self.person("administrator")
        self.stranger = self.person("")
        self.dataset = create(by=self.steward, organisation_id=self.organisation.id, title="Bomen").id

    def person(self, role: str) -> Actor:
        email = f"{role or 'vreemd'}@merwede.example"
        user = create_person(by=SYSTEM, email=email, name=role, password="een-lang-wachtwoord-8")
        if role:
            grant(by=SYSTEM, user_id=user.id, organisation_id=self.organisation.id, role=role)
        return acting(user.id)

    def source(self, connector: str, config: dict[str, Any], **more: Any) -> UUID:
        return lake.create_source(
            by=self.steward, dataset_id=self.dataset, connector_name=connector, title="Bron", config=config, **more
        )

    def fetch(self, source_id: UUID) -> SourceRun:
        run_id = lake.run_now(by=self.steward, source_id=source_id)
        settle()
        return SourceRun.objects.get(id=run_id)

    def stopped(self, source_id: UUID) -> str:
        """The code of what ended it at its first attempt, which its steward heard."""
        run = self.fetch(source_id)
        assert (run.state, run.attempt, state_of(source_id).paused) == ("dead", 1, True), said(run)
        told, count = notices(by=self.steward)
        assert count
        assert told[0].content["message"] == running._REFUSED
        assert told[0].content["arguments"] == [str(source_id)]
        assert run.failure is not None
        assert run.failure["way_out"]
        return str(run.failure["code"])

    def versions(self) -> list[str]:
        return [row.status for row in lake.versions(by=self.steward, dataset_id=self.dataset)][::-1]


def open_to(settings: Any, *urls: str) -> None:
    """List these addresses as the operator would; 127.0.0.1 is not public."""
    settings.SLUIS = replace(settings.SLUIS, connect_allow=tuple(urlsplit(url).netloc for url in urls))


def settle() -> None:
    """Every job that waits, also those put off for a moment; then the events they made."""
    for _ in range(5):
        run_until_idle()
        if not Job.objects.filter(state="ready").update(run_after=clock.now()):
            break


def said(run: SourceRun) -> str:
    """The log and the failure as one text, to look for what should and should not be there."""
    lines = [line["text"] + str(line["params"]) for line in run.log]
    return "\n".join([*lines, str(run.failure or "")])


def state_of(source_id: UUID) -> Source:
    return Source.objects.get(id=source_id)

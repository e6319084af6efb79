"""What everybody may read of process and policy: what holds, what held, never a draft or a name."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from sluis.foundation.service import create_organisation, run_until_idle
from sluis.kernel.actor import SYSTEM, Actor, Held
from sluis.kernel.ids import new_id
from sluis.process import service as door
from sluis.process.shipped import shipped

pytestmark = pytest.mark.django_db(transaction=True)
HTML = {"HTTP_ACCEPT": "text/html"}
TABLE = (shipped("policies") / "maintenance.dmn").read_bytes()
NEW = TABLE.replace(b'"P6M"', b'"P5M"')


@pytest.fixture
def changed(data_folder: Path) -> Any:
    """A table and a process that hold, one change that was decided, and one that waits."""
    home = create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")
    for kind, key, xml in (
        ("policy", "maintenance", TABLE),
        ("process", "regel-wijzigen", (shipped("processes") / "regel-wijzigen.bpmn").read_bytes()),
    ):
        door.make_current(by=SYSTEM, sha256=door.deploy(by=SYSTEM, kind=kind, key=key, xml=xml).sha256)
    boss, owner = (
        Actor(key=number.hex, user_id=number, name="Bea de Vries", grants=frozenset({Held(home.id, role)}))
        for number, role in ((new_id(), "coordinator"), (new_id(), "data_owner"))
    )
    given: dict[str, Any] = {"by": boss, "kind": "policy", "key": "maintenance", "motivation": "Vaker kijken."}
    made = door.propose(xml=NEW, **given)
    run_until_idle()
    door.decide(by=owner, proposal_id=made.id, approve=True, answer="Eens.", expected=made.definition_sha256)
    door.propose(xml=TABLE.replace(b'"P6M"', b'"P9M"'), **given)
    return boss


@pytest.mark.usefixtures("changed")
def test_it_reads_in_two_languages_without_names(client: Any) -> None:
    for prefix, words in (("", ("In werking", "Vaker kijken.")), ("/en", ("In force",))):
        for path in (
            "/beleid",
            "/beleid/processen/regel-wijzigen",
            "/beleid/tabellen/maintenance",
            "/beleid/tabellen/maintenance/1",
        ):
            response = client.get(prefix + path, **HTML)
            page = response.content.decode()
            assert response.status_code == 200, path
            assert "Bea" not in page
            assert "P9M" not in page  # a draft
            assert not response.cookies
            if path == "/beleid/tabellen/maintenance":
                assert all(word in page for word in words), prefix
    assert client.get("/policy", **HTML).status_code == 301
    assert client.get("/en/policy", **HTML)["Location"] == "/en/beleid"


@pytest.mark.usefixtures("changed")
def test_the_file_is_the_bytes_that_were_decided_and_older_ones_stay(client: Any) -> None:
    for number, xml in ((1, TABLE), (2, NEW)):
        response = client.get(f"/beleid/tabellen/maintenance/{number}.dmn")
        assert response.content == xml
        told = client.get(f"/beleid/tabellen/maintenance/{number}.json").json()
        assert told["sha256"] == hashlib.sha256(xml).hexdigest()
        assert told["tables"][0]["rules"]
    assert told["history"][0]["decided_by_role"] == "data_owner"
    assert "P5M" not in client.get("/beleid/tabellen/maintenance/1", **HTML).content.decode().split("Alle versies")[0]
    for path in ("maintenance/3", "maintenance/3.dmn", "maintenance/1.bpmn", "nergens"):
        assert client.get(f"/beleid/tabellen/{path}", **HTML).status_code == 404, path
    assert {one["key"] for one in client.get("/beleid.json").json()["rules"]} == {"maintenance", "regel-wijzigen"}

"""Staff ask about every table they may see the rows of; nobody else hears that a draft exists."""

import time
from pathlib import Path
from typing import Any

import pytest

from sluis.foundation.service import create_organisation, create_person
from sluis.kernel.actor import SYSTEM
from sluis.lake.service import ingest_new

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "kanarie-7391"
SQL = "SELECT * FROM stille_vogels"


class People:
    def __init__(self, folder: Path) -> None:
        from sluis.foundation.models import User

        ours = create_organisation(by=SYSTEM, slug="merwede", name="Merwede")
        theirs = create_organisation(by=SYSTEM, slug="elders", name="Elders")
        self.users = {}
        for name, home in (("reader", ours), ("stranger", theirs)):
            email = f"{name}@merwede.example"
            create_person(
                by=SYSTEM, email=email, name=name, password="lang genoeg woord", organisation_id=home.id, role="viewer"
            )
            self.users[name] = User.objects.get(email=email)
        file = folder / "vogels.csv"
        file.write_text(f"naam;aantal\n{CANARY};3\n=1+1;4\n")
        ingest_new(by=SYSTEM, organisation_id=ours.id, title="Stille vogels", slug="stille-vogels", path=file)


@pytest.fixture
def people(data_folder: Path, tmp_path: Path) -> People:
    return People(tmp_path)


def see(client: Any, address: str, **query: str) -> Any:
    until = time.monotonic() + 60
    while True:
        response = client.get(address, query)
        body = response.getvalue().decode()
        if "Bezig met uw vraag" not in body or time.monotonic() > until:
            return response, body
        time.sleep(0.2)


def test_who_may_see_the_rows_may_ask_and_takes_the_answer_along(client: Any, people: People) -> None:
    client.force_login(people.users["reader"])
    _, page = see(client, "/desk/sql", sql=SQL)
    assert CANARY in page
    _, csv = see(client, "/desk/sql/antwoord.csv", sql=SQL, sort="-aantal")
    assert csv == f"naam,aantal\n=1+1,4\n{CANARY},3\n"
    _, excel = see(client, "/desk/sql/antwoord.csv-excel", sql=SQL)
    assert "'=1+1" in excel
    assert client.get("/desk/sql/antwoord.doc", {"sql": SQL}).status_code == 404


def test_a_draft_is_not_there_for_anybody_else(client: Any, people: People) -> None:
    client.force_login(people.users["reader"])
    see(client, "/desk/sql", sql=SQL)  # so that an answer is kept
    client.force_login(people.users["stranger"])
    response, page = see(client, "/desk/sql", sql=SQL, tables="st")
    assert response.status_code == 422
    assert "is er niet, of u mag hem niet zien" in page
    assert CANARY not in page
    assert "Stille vogels" not in page
    client.logout()
    for address in ("/sql", "/api/v1/sql", "/en/sql"):
        response, page = see(client, address, sql=SQL, tables="stille")
        assert response.status_code in (400, 422)
        assert CANARY not in page
        assert "Stille vogels" not in page
    assert client.get("/desk/sql").status_code in (302, 401)

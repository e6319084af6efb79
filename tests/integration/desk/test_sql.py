"""Staff ask about every table they may see the rows of; nobody else hears that a draft exists."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import PATIENCE_SECONDS

from sluis.foundation.service import create_organisation, create_person
from sluis.kernel.actor import SYSTEM
from sluis.lake.service import ingest_new, ingest_now, table_version

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "kanarie-7391"
SQL = "SELECT * FROM stille_vogels"


class People:
    def __init__(self, folder: Path) -> None:
        from sluis.foundation.models import User

        ours = create_organisation(by=SYSTEM, slug="merwede", name="Merwede")
        theirs = create_organisation(by=SYSTEM, slug="elders", name="Elders")
        self.users = {}
        homes = (("reader", "viewer", ours), ("steward", "data_steward", ours), ("stranger", "viewer", theirs))
        for name, role, home in homes:
            email = f"{name}@merwede.example"
            create_person(
                by=SYSTEM, email=email, name=name, password="lang genoeg woord", organisation_id=home.id, role=role
            )
            self.users[name] = User.objects.get(email=email)
        file = folder / "vogels.csv"
        file.write_text(f"naam;aantal\n{CANARY};3\n=1+1;4\n")
        made = ingest_new(by=SYSTEM, organisation_id=ours.id, title="Stille vogels", slug="stille-vogels", path=file)
        self.dataset_id = table_version(by=SYSTEM, table_version_id=made).dataset_id


@pytest.fixture
def people(data_folder: Path, tmp_path: Path) -> People:
    return People(tmp_path)


def see(client: Any, address: str, **query: str) -> Any:
    late = time.monotonic() + PATIENCE_SECONDS
    while True:
        response = client.get(address, query)
        body = response.getvalue().decode()
        if "Bezig met uw vraag" not in body or time.monotonic() > late:
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


def test_a_table_in_parts_is_one_table_also_when_a_column_came_later(
    client: Any, people: People, tmp_path: Path
) -> None:
    more = tmp_path / "meer.csv"
    more.write_text("naam;aantal;kleur\nmerel;5;zwart\n")
    ingest_now(by=SYSTEM, dataset_id=people.dataset_id, path=more, mode="append")
    client.force_login(people.users["reader"])
    _, csv = see(client, "/desk/sql/antwoord.csv", sql="SELECT naam, kleur FROM stille_vogels ORDER BY aantal DESC")
    assert csv == f"naam,kleur\nmerel,zwart\n=1+1,\n{CANARY},\n"


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


def test_a_kept_question_is_shared_changed_and_made_public_only_over_open_data(client: Any, people: People) -> None:
    client.force_login(people.users["steward"])
    kept = _kept(client, SQL, "organisation")
    client.force_login(people.users["reader"])
    assert "Alle vogels" in client.get("/desk/sql/bewaard").content.decode()
    _, page = see(client, kept)
    assert CANARY in page
    assert client.get(f"{kept}/wijzigen").status_code == 200
    assert client.post(f"{kept}/wijzigen", _form(SQL, version="1")).status_code == 403
    assert client.post(f"{kept}/openbaar").status_code == 403
    client.force_login(people.users["stranger"])
    assert client.get(kept).status_code == 404
    client.force_login(people.users["steward"])
    refused = client.post(f"{kept}/openbaar", follow=True)
    assert "is er niet, of u mag hem niet zien" in refused.content.decode()
    assert client.get(kept.removeprefix("/desk")).status_code == 404
    assert client.post(f"{kept}/wijzigen", _form("SELECT 41 + 1 AS n", version="1")).status_code == 302
    assert client.post(f"{kept}/wijzigen", _form("SELECT 2 AS n", version="1")).status_code == 409
    assert client.post(f"{kept}/openbaar").status_code == 302
    client.logout()
    _, page = see(client, kept.removeprefix("/desk"))
    assert "Alle vogels" in page
    assert re.search(r"<td[^>]*>42</td>", page)
    assert "Alle vogels" in client.get("/en/sql/saved").content.decode()
    client.force_login(people.users["steward"])
    client.post(f"{kept}/openbaar", {"withdraw": "1"})
    assert client.get(kept.removeprefix("/desk")).status_code == 404


def test_a_question_of_ones_own_is_for_nobody_else(client: Any, people: People) -> None:
    client.force_login(people.users["steward"])
    kept = _kept(client, SQL, "own")
    client.force_login(people.users["reader"])
    assert client.get(kept).status_code == 404
    assert "Alle vogels" not in client.get("/desk/sql/bewaard").content.decode()
    client.force_login(people.users["steward"])
    assert client.post(f"{kept}/verwijderen").status_code == 302
    assert client.get(kept).status_code == 404


def _form(sql: str, shared: str = "organisation", **more: str) -> dict[str, str]:
    return {"title": "Alle vogels", "description": "Ook de stille.", "sql": sql, "shared": shared, **more}


def _kept(client: Any, sql: str, shared: str) -> str:
    made = client.post("/desk/sql/bewaren", _form(sql, shared))
    assert made.status_code == 302, made.content.decode()
    return str(made["Location"])

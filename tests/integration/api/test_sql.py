"""Questions in SQL over what is open, and only that."""

import io
import time
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.conf import settings
from tests.waiting import PATIENCE_SECONDS

from sluis.release.models import PublicDataset
from sluis.release.types import Kind

pytestmark = pytest.mark.usefixtures("outside")


def ask(client: Any, sql: str, **query: str) -> Any:
    """As a client does: the same again while the answer is 202."""
    late = time.monotonic() + PATIENCE_SECONDS
    while True:
        response = client.get("/api/v1/sql", {"sql": sql, **query})
        if response.status_code != 202 or time.monotonic() > late:
            return response
        assert response["Retry-After"] == "1"
        time.sleep(0.2)


def test_a_page_of_the_answer_with_links_to_the_rest(client: Any) -> None:
    sql = "SELECT plaats, count(*) AS aantal FROM zwemwater GROUP BY plaats ORDER BY plaats"
    first = ask(client, sql, limit="1").json()
    assert [c["name"] for c in first["columns"]] == ["plaats", "aantal"]
    assert first["tables"] == ["zwemwater"]
    assert first["total"] > 1
    second = client.get(first["links"]["next"].removeprefix(settings.SLUIS.url)).json()
    assert second["rows"][0]["_id"] == 1
    sorted_down = ask(client, sql, limit="1", sort="-plaats").json()
    assert sorted_down["rows"][0]["plaats"] > first["rows"][0]["plaats"]


def test_the_whole_answer_as_csv_and_parquet(client: Any) -> None:
    sql = "SELECT count(*) AS n FROM zwemwater"
    count = ask(client, sql).json()["rows"][0]["n"]
    assert ask(client, sql, format="csv").getvalue().decode() == f"n\n{count}\n"
    whole = pq.read_table(io.BytesIO(ask(client, sql, format="parquet").getvalue()))
    assert whole.to_pydict() == {"n": [count]}


def test_a_refusal_is_a_problem_in_plain_words(client: Any) -> None:
    refused = ask(client, "DROP TABLE zwemwater")
    assert (refused.status_code, refused.json()["code"]) == (400, "sql.kind")
    assert refused.json()["detail"] == (
        "Met DROP kunt u iets weghalen. Hier kunt u alleen vragen stellen. Begin met SELECT of WITH."
    )
    unknown = ask(client, "SELECT *\nFROM zwemwatr").json()
    assert (unknown["code"], "zwemwater" in unknown["detail"]) == ("sql.table", True)
    column = ask(client, "SELECT plats\nFROM zwemwater").json()
    assert (column["code"], column["errors"][0]["row"]) == ("sql.column", 1)


def test_what_is_not_open_any_more_is_not_there_and_its_kept_answer_neither(client: Any) -> None:
    sql = "SELECT max(plaats) AS p FROM zwemwater"
    assert ask(client, sql).status_code == 200
    PublicDataset.objects.filter(slug="zwemwater").update(kind=Kind.WITHDRAWN)
    gone = ask(client, sql)
    assert (gone.status_code, gone.json()["code"]) == (400, "sql.table")

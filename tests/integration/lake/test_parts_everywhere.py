"""Whoever reads a table reads it in parts too: a question in SQL, the pages of its rows, and what a dossier sees."""

from pathlib import Path

import pytest
from tests.integration.lake.growing import FIRST, Desk

from sluis.lake import service
from sluis.lake.query import offering, running
from sluis.lake.query.types import Answer
from sluis.lake.rows.page import page
from sluis.lake.rows.types import Column, PageRequest
from sluis.register import service as register
from sluis.release.source import source, whole_source

pytestmark = pytest.mark.django_db(transaction=True)


def test_sql_sees_all_parts_and_columns_that_came_later(desk: Desk) -> None:
    desk.load(FIRST)
    desk.load("code;plaats;aantal;datum;hoogte\nB01;Buren;9;2024-02-01;2,5\n", "append")
    slug = register.get(by=desk.by, dataset_id=desk.dataset).slug
    sql = f"SELECT count(*) AS n, count(hoogte) AS gevuld, sum(aantal) AS som FROM {offering.table_name(slug)}"
    (offered,) = offering.offered(by=desk.by, sql=sql)
    assert (len(offered.parts), offered.rows) == (2, 4)
    found = running.ask(sql, [offered], running.for_staff(), patience=30)
    assert isinstance(found, Answer)
    (row,) = page(Path(found.path), found.columns, PageRequest(limit=2)).rows
    assert (row["n"], row["gevuld"], row["som"]) == (4, 1, 24)


def test_pages_go_through_the_parts_forward_and_back(desk: Desk) -> None:
    desk.load(FIRST)
    last = desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\nB02;Buren;9;2024-02-01\n", "append")
    files = service.data_files(by=desk.by, table_version_id=last.id)
    columns = [Column("code", "text"), Column("aantal", "integer")]
    first = page(files, columns, PageRequest(limit=2, count=True))
    second = page(files, columns, PageRequest(limit=2, cursor=first.next_cursor))
    third = page(files, columns, PageRequest(limit=2, cursor=second.next_cursor))
    assert [row["code"] for p in (first, second, third) for row in p.rows] == ["A01", "A02", "A03", "B01", "B02"]
    assert [number for p in (first, second, third) for number in p.ids] == [0, 1, 2, 3, 4]
    assert (first.total, third.next_cursor) == (5, "")
    back = page(files, columns, PageRequest(limit=2, cursor=third.previous_cursor))
    assert back.rows == second.rows


def test_a_dossier_looks_at_one_file(desk: Desk) -> None:
    desk.load(FIRST)
    desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n", "append")
    in_parts = source(desk.dataset).table
    assert in_parts is not None
    assert in_parts.sha256 == ""
    whole = whole_source(desk.dataset).table
    assert whole is not None
    assert (whole.id, whole.rows, len(whole.sha256)) == (in_parts.id, 4, 64)
    assert whole_source(desk.dataset).table == whole

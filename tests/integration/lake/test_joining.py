"""Append and upsert through the real sandbox: what the table holds, what it says of itself, and what is refused."""

import json
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.integration.lake.growing import FIRST, Desk

from sluis.foundation.models import Job
from sluis.foundation.service import blobs, run_until_idle
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, Invalid, SluisError
from sluis.lake import making, service, whole
from sluis.lake.geo import geoparquet
from sluis.lake.models import TableVersion
from sluis.lake.rows.page import page
from sluis.lake.rows.types import Column, PageRequest

pytestmark = pytest.mark.django_db(transaction=True)


def test_append_shares_the_parts_before_it_and_counts_load_and_table(desk: Desk) -> None:
    first = desk.load(FIRST)
    second = desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\nte;veel;velden;hier;nu\n", "append")
    assert second.parts[:1] == first.parts
    assert (second.mode, second.base_id, second.data_sha256) == ("append", first.id, "")
    assert (second.rows_read, second.rows_loaded, second.rows_rejected, second.rows_total) == (2, 1, 1, 4)
    assert second.profile is not None
    assert (second.profile["rows"], "partial" in second.profile) == (4, False)
    assert desk.rows(second, "code") == [("A01",), ("A02",), ("A03",), ("B01",)]
    assert desk.rows(first, "code") == [("A01",), ("A02",), ("A03",)], "the version before stays as it was"


def test_columns_called_as_the_engine_calls_its_own(desk: Desk) -> None:
    text = "file_row_number;file_index;n\n1;2;3\n4;5;6\n"
    assert desk.load(text).profile
    second = desk.load(text, "append")
    assert [column["name"] for column in (second.report or {})["columns"]] == ["file_row_number_2", "file_index_2", "n"]
    assert second.profile
    assert [column["title"] for column in (second.report or {})["columns"]] == ["file_row_number", "file_index", "n"]
    assert desk.rows(second, "sum(n)") == [(18,)]


def test_a_code_that_looks_like_a_number_in_one_load_stays_text(desk: Desk) -> None:
    desk.load("code;n\nA01;1\n0002;2\n")
    second = desk.load("code;n\n0003;3\n0044;4\n", "append")
    assert desk.rows(second, "code") == [("A01",), ("0002",), ("0003",), ("0044",)]
    assert second.change.get("kind", "none") == "none"


def test_upsert_replaces_by_key_and_rewrites_only_the_parts_it_touches(desk: Desk) -> None:
    desk.load(FIRST)
    second = desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n", "append")
    third = desk.load(
        "code;plaats;aantal;datum\nB01;Buren;10;2024-03-01\nC01;Culemborg;1;2024-03-02\n", "upsert", ("code",)
    )
    assert third.parts[0] == second.parts[0]
    assert third.parts[1] not in second.parts
    assert (third.rows_total, third.rows_loaded, third.change["replaced"]) == (5, 2, 1)
    assert desk.rows(third, "code, aantal", "ORDER BY code") == [
        ("A01", 3), ("A02", 5), ("A03", 7), ("B01", 10), ("C01", 1)
    ]  # fmt: skip


def test_an_upsert_of_every_row_leaves_one_part(desk: Desk) -> None:
    desk.load(FIRST)
    second = desk.load(FIRST.replace("Tiel", "Buren"), "upsert", ("code",))
    assert (len(second.parts), second.rows_total, second.change["replaced"]) == (1, 3, 3)
    assert second.data_sha256 == second.parts[0]["sha256"]


def test_keys_that_are_empty_or_come_twice_are_rejected_and_replace_nothing(desk: Desk) -> None:
    desk.load(FIRST)
    text = "code;plaats;aantal;datum\nA01;X;1;2024-01-01\nA01;Y;2;2024-01-01\n;Z;3;2024-01-01\nA02;Tiel;6;2024-01-01\n"
    second = desk.load(text, "upsert", ("code",))
    assert (second.rows_read, second.rows_loaded, second.rows_rejected) == (4, 1, 3)
    assert desk.rows(second, "code, aantal", "ORDER BY code") == [("A01", 3), ("A02", 6), ("A03", 7)]
    told = service.rejects_path(by=desk.by, table_version_id=second.id).read_text()
    assert told.count("key-double") == 2
    assert told.count("key-empty") == 1
    assert "Rij 1 van de ingelezen rijen" in told


def test_rejects_of_the_reading_and_of_the_keys_stand_in_one_list(desk: Desk) -> None:
    made = desk.load("code;n\nA;1\nA;2\nB;1;3;4\nC;4\n", "upsert", ("code",))
    assert (made.rows_read, made.rows_loaded, made.rows_rejected, made.rows_total) == (4, 1, 3, 1)
    lines = service.rejects_path(by=desk.by, table_version_id=made.id).read_text().splitlines()
    assert lines[0] == "regel,code,reden,tekst"
    assert [line.split(",")[1] for line in lines[1:]] == ["ragged", "key-double", "key-double"]


@pytest.mark.parametrize("key", [("bestaat_niet",), ("geometry", "code")])
def test_a_key_that_is_not_there_is_refused_and_named(desk: Desk, key: tuple[str, ...]) -> None:
    desk.load(FIRST)
    with pytest.raises(Invalid) as caught:
        desk.load(FIRST, "upsert", key)
    assert caught.value.code == "table.key"
    assert key[0] in str(caught.value.params)


def test_new_columns_are_empty_before_and_missing_ones_after(desk: Desk) -> None:
    desk.load(FIRST)
    second = desk.load("code;plaats;datum;hoogte\nB01;Buren;2024-02-01;2,5\n", "append")
    assert second.change["kind"] == "compatible"
    assert {(c["name"], c["what"]) for c in second.change["columns"]} == {("aantal", "missing"), ("hoogte", "added")}
    assert [column["name"] for column in second.report["columns"]] == ["code", "plaats", "aantal", "datum", "hoogte"]
    assert desk.rows(second, "code, aantal, hoogte::VARCHAR")[-2:] == [("A03", 7, None), ("B01", None, "2.5")]
    one = service.one_file(by=desk.by, table_version_id=second.id)
    assert desk.rows(one, "code, aantal, hoogte::VARCHAR")[-2:] == [("A03", 7, None), ("B01", None, "2.5")]


def test_whole_numbers_become_decimals_in_every_part_when_decimals_come(desk: Desk) -> None:
    desk.load(FIRST)
    second = desk.load("code;plaats;aantal;datum\nB01;Buren;9,75;2024-02-01\n", "append")
    assert [(c["name"], c["what"], c["was"]) for c in second.change["columns"]] == [("aantal", "widened", "integer")]
    assert [str(row[0]) for row in desk.rows(second, "aantal")] == ["3.00", "5.00", "7.00", "9.75"]
    kinds = {pq.read_schema(blobs.path(part["sha256"])).field("aantal").type for part in second.parts}
    assert len(kinds) == 1


def test_a_load_of_whole_numbers_in_a_decimal_column_rewrites_nothing(desk: Desk) -> None:
    first = desk.load("code;bedrag\nA;1,25\n")
    second = desk.load("code;bedrag\nB;2\n", "append")
    assert second.parts[0] == first.parts[0]
    assert second.change["kind"] == "none"
    assert [str(row[0]) for row in desk.rows(second, "bedrag")] == ["1.25", "2.00"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("code;plaats;aantal;datum\nB01;Buren;veel;2024-02-01\n", "aantal"),
        ("code;plaats;stuks;datum\nB01;Buren;4;2024-02-01\n", "aantal"),
    ],
)
def test_a_breaking_change_is_refused_in_append_and_marked_in_replace(desk: Desk, text: str, named: str) -> None:
    first = desk.load(FIRST)
    with pytest.raises(Invalid) as caught:
        desk.load(text, "append")
    assert caught.value.code == "table.schema"
    assert named in str(caught.value.params["columns"])
    assert service.latest_ready(by=desk.by, dataset_id=desk.dataset).id == first.id
    assert desk.load(text).change["kind"] == "breaking"


def test_the_owner_may_choose_the_type_and_see_what_does_not_fit(desk: Desk) -> None:
    desk.load(FIRST)
    text = "code;plaats;aantal;datum\nB01;Buren;veel;2024-02-01\nB02;Buren;8;2024-02-01\n"
    second = desk.load(text, "append", types={"aantal": "integer"})
    assert (second.rows_loaded, second.rows_rejected, second.rows_total) == (1, 1, 4)


def test_an_upsert_without_a_column_would_empty_it_and_is_refused(desk: Desk) -> None:
    desk.load(FIRST)
    with pytest.raises(Invalid, match="aantal"):
        desk.load("code;plaats;datum\nA01;Buren;2024-02-01\n", "upsert", ("code",))


def test_one_file_has_the_same_rows_in_the_same_order(desk: Desk) -> None:
    desk.load(FIRST)
    desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n", "append")
    third = desk.load("code;plaats;aantal;datum\nC01;Buren;9;2024-02-01\n", "append")
    one = service.one_file(by=desk.by, table_version_id=third.id)
    assert (len(one.parts), one.data_sha256, one.number) == (1, one.parts[0]["sha256"], 3)
    assert desk.rows(one) == desk.rows(third)
    again = service.one_file(by=desk.by, table_version_id=third.id)
    assert again.parts == one.parts
    fourth = desk.load("code;plaats;aantal;datum\nD01;Buren;9;2024-02-01\n", "append")
    assert fourth.parts[0] == one.parts[0]


def test_what_stands_well_is_copied_into_the_one_file(desk: Desk) -> None:
    lines = [f"A{n};Tiel;{n};2024-01-01" for n in range(50_000)]
    first = desk.load("\n".join(["code;plaats;aantal;datum", *lines]))
    second = desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n", "append")
    one = service.one_file(by=desk.by, table_version_id=second.id)
    assert desk.rows(one) == desk.rows(second)
    old, new = (blobs.path(version.data_sha256) for version in (first, one))
    facts = pq.read_metadata(old).row_group(0)
    copied = facts.column(0).data_page_offset + sum(facts.column(n).total_compressed_size for n in range(4))
    assert facts.num_rows >= 40_960
    assert new.read_bytes()[:copied] == old.read_bytes()[:copied]


def test_a_large_table_is_added_up_and_measured_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_FEW_ROWS", 0)
    desk.load(FIRST)
    second = desk.load("code;plaats;aantal;datum\nB01;Tiel;20;2024-03-01\nB02;;1;2023-12-01\n", "append")
    partial = second.profile
    assert partial["partial"] == {"version": 1, "figures": sorted(partial["partial"]["figures"])}
    assert {"distinct", "keys", "anonymity"} <= set(partial["partial"]["figures"])
    assert whole.keep_tables(by=SYSTEM) == 1
    measured = service.table_version(by=desk.by, table_version_id=second.id)
    assert "partial" not in measured.profile
    assert measured.parts == second.parts
    for name in ("aantal", "datum", "plaats"):
        old, new = (next(c for c in p["columns"] if c["name"] == name) for p in (partial, measured.profile))
        for figure in ("rows", "empty", "empty_share", "min", "max", "mean"):
            assert old.get(figure) == new.get(figure), (name, figure)
        assert sum(b["count"] for b in old.get("histogram", {}).get("bins", ())) == sum(
            b["count"] for b in new.get("histogram", {}).get("bins", ())
        )
    assert whole.keep_tables(by=SYSTEM) == 0


def test_additions_asked_at_once_wait_for_each_other_and_none_is_lost(desk: Desk) -> None:
    desk.load(FIRST)
    blob = [blobs.put_bytes(f"code;plaats;aantal;datum\nN{n};Buren;{n};2024-02-01\n".encode()) for n in range(3)]
    asked = [
        service.request_ingest(by=desk.by, dataset_id=desk.dataset, blob=one, filename="n.csv", mode="append")
        for one in blob
    ]
    Job.objects.filter(args__0=str(asked[0])).update(
        run_after=clock.now() + timedelta(hours=1)
    )  # the others come before it
    run_until_idle()
    assert {TableVersion.objects.get(id=one).status for one in asked} == {"queued"}
    Job.objects.update(run_after=clock.now())
    run_until_idle()
    Job.objects.update(run_after=clock.now())
    run_until_idle()
    newest = service.latest_ready(by=desk.by, dataset_id=desk.dataset)
    assert newest.rows_total == 6
    assert [row[0] for row in desk.rows(newest, "code")][3:] == ["N0", "N1", "N2"]


def test_a_command_does_not_add_while_something_waits(desk: Desk) -> None:
    desk.load(FIRST)
    blob = blobs.put_bytes(FIRST.encode())
    service.request_ingest(by=desk.by, dataset_id=desk.dataset, blob=blob, filename="n.csv", mode="append")
    with pytest.raises(Conflict) as caught:
        desk.load(FIRST, "append")
    assert caught.value.code == "table.busy"
    assert TableVersion.objects.count() == 2, "what was refused is not there"


def test_parts_that_were_joined_meanwhile_are_not_pointed_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.load(FIRST)
    second = desk.load(FIRST.replace("A0", "B0"), "append")
    make = making.make_table

    def joined_meanwhile(*args: Any, **kwargs: Any) -> Any:
        made = make(*args, **kwargs)
        service.one_file(by=desk.by, table_version_id=second.id)
        return made

    monkeypatch.setattr("sluis.lake.operations.make_table", joined_meanwhile)
    with pytest.raises(SluisError) as caught:
        desk.load(FIRST.replace("A0", "C0"), "append")
    assert caught.value.code == "table.base-moved"
    monkeypatch.undo()
    assert desk.load(FIRST.replace("A0", "C0"), "append").rows_total == 9


def test_reading_again_stands_on_what_the_first_reading_stood_on(desk: Desk) -> None:
    desk.load(FIRST)
    second = desk.load("code;plaats;aantal;datum\n7;Buren;9;2024-02-01\n", "append")
    again = service.rerun(by=desk.by, table_version_id=second.id, options={"types": {"code": "text"}})
    run_until_idle()
    assert service.table_version(by=desk.by, table_version_id=again).rows_total == 4
    with pytest.raises(Conflict, match="nieuwere versies"):
        service.rerun(by=desk.by, table_version_id=second.id)


def test_deriving_from_parts_leaves_columns_out_of_all_of_them(desk: Desk) -> None:
    desk.load(FIRST)
    second = desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n", "append")
    less = service.table_version(
        by=desk.by, table_version_id=service.derive(by=desk.by, table_version_id=second.id, without=["plaats"])
    )
    assert (less.rows_total, less.rows_read, less.change["kind"]) == (4, 4, "breaking")
    assert "plaats" not in [column["name"] for column in less.report["columns"]]


def test_moments_keep_how_they_are_stored(desk: Desk) -> None:
    path = desk.folder / "m.parquet"
    naive = pa.table({"id": [1], "op": pa.array([0], pa.timestamp("us"))})
    pq.write_table(naive, path)
    desk.load_file(path, "replace")
    pq.write_table(pa.table({"id": [2], "op": pa.array([5], pa.timestamp("us", "UTC"))}), path)
    second = desk.load_file(path, "append")
    kinds = {pq.read_schema(blobs.path(part["sha256"])).field("op").type for part in second.parts}
    assert kinds == {pa.timestamp("us")}


def points(*places: tuple[float, float]) -> str:
    features = [
        {"type": "Feature", "properties": {"nr": n}, "geometry": {"type": "Point", "coordinates": place}}
        for n, place in enumerate(places)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_a_row_without_a_shape_does_not_stand_in_the_way_of_one_file(desk: Desk) -> None:
    path = desk.folder / "p.geojson"
    path.write_text(
        points((5.0, 51.8)).replace('"geometry": {"type": "Point", "coordinates": [5.0, 51.8]}', '"geometry": null')
    )
    desk.load_file(path, "replace")
    path.write_text(points((5.1, 51.9)))
    second = desk.load_file(path, "append")
    one = service.one_file(by=desk.by, table_version_id=second.id)
    boxes = pq.read_table(blobs.path(one.data_sha256))["geometry_bbox"].to_pylist()
    assert boxes[0] is None
    assert boxes[1]["xmin"] == pytest.approx(5.1)


def test_maps_join_and_say_where_they_are(desk: Desk) -> None:
    path = desk.folder / "p.geojson"
    path.write_text(points((5.0, 51.8), (5.1, 51.9)))
    desk.load_file(path, "replace")
    path.write_text(points((4.5, 52.0)))
    second = desk.load_file(path, "append")
    assert second.report["geometry"]["bbox"] == [4.5, 51.8, 5.1, 52.0]
    one = service.one_file(by=desk.by, table_version_id=second.id)
    described = geoparquet.described(blobs.path(one.data_sha256))
    assert described is not None
    assert (described["bbox"], geoparquet.crs_of(described)) == (
        [4.5, 51.8, 5.1, 52.0],
        second.report["geometry"]["crs"],
    )
    third = desk.load_file(path, "upsert", ("nr",))
    assert (third.rows_total, third.change["replaced"]) == (2, 2)
    found = service.data_files(by=desk.by, table_version_id=third.id)
    columns = [Column("nr", "integer"), Column("geometry", "geometry", crs="EPSG:4326")]
    shown = page(found, columns, PageRequest(limit=10, count=True))
    assert [(row["nr"], row["geometry"]) for row in shown.rows] == [(1, "POINT (5.1 51.9)"), (0, "POINT (4.5 52)")]
    assert (shown.ids, shown.total) == ((0, 1), 2)


def test_every_blob_of_a_version_is_held(desk: Desk) -> None:
    desk.load(FIRST)
    second = desk.load("code;plaats;aantal;datum\nB01;Buren;9;2024-02-01\n", "append")
    assert {part["sha256"] for part in second.parts} <= blobs.wanted()


def test_a_mode_without_its_key_is_refused(desk: Desk) -> None:
    for mode, key in (("upsert", ()), ("append", ("code",)), ("iets", ())):
        with pytest.raises(Invalid):
            desk.load(FIRST, mode, key)
    assert not TableVersion.objects.exists()


def test_a_table_is_profiled_whatever_its_columns_are_called(desk: Desk) -> None:
    """Also as the queries of the profile call theirs."""
    head = ["v", "n", "h", "d", "k", "c", "bin", "place"]
    lines = [
        [f"w{n % 3}", f"{n}", f"{n % 24:02}:00", f"2024-01-{n % 28 + 1:02}", f"{n % 2}", "ja", f"{n * 7}", f"{n}.5"]
        for n in range(60)
    ]
    made = desk.load("\n".join(";".join(line) for line in [head, *lines]) + "\n")
    assert (made.status, made.rows_total) == ("ready", 60)
    found = {column["name"]: column for column in made.profile["columns"]}
    assert sorted((top["value"], top["count"]) for top in found["v"]["top"]) == [("w0", 20), ("w1", 20), ("w2", 20)]
    assert sum(one["count"] for one in found["d"]["histogram"]["bins"]) == 60
    assert sum(one["count"] for one in found["bin"]["histogram"]["bins"]) == 60

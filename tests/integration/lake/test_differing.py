"""What differs between two versions, held against sets worked out by hand and by chance."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.lake.growing import FIRST, Desk

from sluis.foundation import sandbox
from sluis.foundation.service import blobs
from sluis.kernel.actor import VISITOR
from sluis.kernel.errors import Conflict, Invalid, NotFound, SluisError
from sluis.lake import service
from sluis.lake.models import TableDifference, TableVersion
from sluis.lake.parts import duck_diff

pytestmark = pytest.mark.django_db(transaction=True)


def test_by_key_rows_come_go_and_change_per_column(desk: Desk) -> None:
    one = desk.load(FIRST)
    text = "code;plaats;aantal;datum\nA01;Gorinchem;3;2024-01-01\nA02;Buren;6;2024-01-02\nB01;Tiel;7;2024-01-03\n"
    two = desk.load(text)
    found = service.diff(by=desk.by, old=one.id, new=two.id)
    assert (found.old, found.new, found.by, found.key) == (1, 2, "key", ("code",))
    assert (found.added, found.removed, found.changed) == (1, 1, 1)
    assert found.columns == {"plaats": 1, "aantal": 1}
    assert found.schema["kind"] == "none"
    assert [row["code"] for row in found.examples["added"]] == ["B01"]
    assert [row["plaats"] for row in (*found.examples["before"], *found.examples["after"])] == ["Tiel", "Buren"]
    rows = pq.read_table(found.path).to_pylist()
    assert [(row["verschil"], row["code"]) for row in rows] == [
        ("before", "A02"), ("after", "A02"), ("removed", "A03"), ("added", "B01")
    ]  # fmt: skip
    assert found.file_sha256 in blobs.wanted()


def test_it_is_worked_out_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = desk.load(FIRST), desk.load(FIRST.replace("Tiel", "Buren"))
    first = service.diff(by=desk.by, old=one.id, new=two.id)
    monkeypatch.setattr("sluis.lake.differing.sandbox.run", lambda *a, **k: pytest.fail("worked out again"))
    assert service.diff(by=desk.by, old=one.id, new=two.id) == first
    assert TableDifference.objects.count() == 1


def test_rows_without_a_key_cancel_out_one_against_one(desk: Desk) -> None:
    one = desk.load("n;w\n1;a\n1;a\n1;a\n2;b\n2;b\n")
    two = desk.load("n;w\n1;a\n2;b\n2;b\n3;c\n3;c\n")
    found = service.diff(by=desk.by, old=one.id, new=two.id)
    assert (found.by, found.added, found.removed, found.changed) == ("rows", 2, 2, 0)
    rows = sorted((row["verschil"], row["n"]) for row in pq.read_table(found.path).to_pylist())
    assert rows == [("added", 3), ("added", 3), ("removed", 1), ("removed", 1)]


@pytest.mark.parametrize("key", ["code", "what", "h", ""])
def test_a_column_may_bear_any_name(desk: Desk, key: str) -> None:
    """Also one that the comparison uses itself."""
    own = "verschil;h;c;more;place;o;n;f;t;v;k;m"
    head = f"{key};{own}" if key and key != "h" else own
    line, other = (";".join(f"{mark}{n}" for n in range(head.count(";") + 1)) for mark in "xy")
    one, two = desk.load(f"{head}\n{line}\n"), desk.load(f"{head}\n{line}\n{other}\n")
    found = service.diff(by=desk.by, old=one.id, new=two.id, key=[key] if key else [])
    assert (found.added, found.removed, found.changed, found.what) == (1, 0, 0, "_verschil")
    rows = pq.read_table(found.path).to_pylist()
    assert [(row["_verschil"], row["verschil"], row["h"]) for row in rows] == [
        ("added", *(f"y{head.split(';').index(name)}" for name in ("verschil", "h")))
    ]
    assert [row["verschil"] for row in found.examples["added"]] == [rows[0]["verschil"]]


def test_shared_parts_are_not_looked_at_and_one_that_stands_twice_counts_twice(desk: Desk) -> None:
    one = desk.load(FIRST)
    two = desk.load("code;plaats;aantal;datum\nB01;Tiel;1;2024-01-01\n", "append")
    three = desk.load("code;plaats;aantal;datum\nB01;Tiel;1;2024-01-01\n", "append")
    assert two.parts[1] == three.parts[2]
    found = service.diff(by=desk.by, old=two.id, new=three.id)
    assert (found.added, found.removed, found.changed, found.rows_new) == (1, 0, 0, 5)
    back = service.diff(by=desk.by, old=two.id, new=one.id)
    assert (back.added, back.removed) == (0, 1)
    same = service.diff(by=desk.by, old=one.id, new=one.id)
    assert (same.added, same.removed, same.changed) == (0, 0, 0)


def test_a_key_that_comes_twice_tells_nothing_apart_and_that_is_said(desk: Desk) -> None:
    one = desk.load(FIRST)
    two = desk.load(FIRST + "A01;Tiel;9;2024-01-01\n")
    found = service.diff(by=desk.by, old=one.id, new=two.id, key=("code",))
    assert (found.by, found.key_double, found.added, found.removed) == ("rows", True, 1, 0)


def test_a_key_that_the_profile_proved_is_not_looked_for_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looked at all rows; after rows were added it is of an earlier version, and the rows are looked at."""
    monkeypatch.setattr("sluis.lake.making._FEW_ROWS", 0)
    proven: list[Any] = []
    run = sandbox.run

    def heard(entry: str, request: Any, **given: Any) -> Any:
        if entry.endswith(":diff"):
            proven.append([request[side]["proven"] for side in ("old", "new")])
        return run(entry, request, **given)

    monkeypatch.setattr("sluis.lake.differing.sandbox.run", heard)
    one = desk.load(FIRST)
    two = desk.load("code;plaats;aantal;datum\nA01;Tiel;9;2024-01-01\n", "append")
    three = desk.load(FIRST.replace("Tiel", "Buren"))
    grown = TableVersion.objects.get(id=two.id).profile or {}
    assert ["code"] in grown["keys"], "the key that is no longer one"
    assert grown["partial"]["version"] == 1
    sure = service.diff(by=desk.by, old=one.id, new=three.id, key=("code",))
    assert (sure.by, sure.changed) == ("key", 2)
    assert all(["code"] in names for names in proven[0])
    unsure = service.diff(by=desk.by, old=two.id, new=three.id, key=("code",))
    assert (unsure.by, unsure.key_double, proven[1][0]) == ("rows", True, [])


def test_columns_that_came_or_became_another_type_do_not_stop_it(desk: Desk) -> None:
    one = desk.load(FIRST)
    two = desk.load("code;aantal;plaats;hoogte\nA01;3,00;Gorinchem;\nA02;5,50;Tiel;4\nA03;7,00;Tiel;\n")
    found = service.diff(by=desk.by, old=one.id, new=two.id, key=("code",))
    assert found.columns == {"aantal": 1}
    assert found.changed == 1, "a column more or less is no change of a row"
    kinds = {(column["name"], column["what"]) for column in found.schema["columns"]}
    assert {("datum", "removed"), ("hoogte", "added"), ("aantal", "widened")} <= kinds


def test_personal_data_in_examples_is_masked(desk: Desk) -> None:
    lines = [f"K{n};Jan de Vries;jan{n}@voorbeeld.nl" for n in range(30)]
    one = desk.load("code;naam;email\n" + "\n".join(lines) + "\n")
    two = desk.load("code;naam;email\n" + "\n".join(lines).replace("voorbeeld.nl", "elders.nl") + "\n")
    found = service.diff(by=desk.by, old=one.id, new=two.id, key=("code",))
    assert found.changed == 30
    told = str(found.examples)
    assert "elders" not in told
    assert "Vries" not in told
    assert "K1" in told


def test_what_cannot_be_compared_says_why(desk: Desk) -> None:
    one = desk.load(FIRST)
    with pytest.raises(SluisError):
        desk.load("%PDF-1.7 nee")
    failed = TableVersion.objects.get(status="failed")
    with pytest.raises(Conflict):
        service.diff(by=desk.by, old=one.id, new=failed.id)
    with pytest.raises(Invalid, match="nergens"):
        service.diff(by=desk.by, old=one.id, new=one.id, key=("nergens",))
    with pytest.raises(NotFound):
        service.diff(by=VISITOR, old=one.id, new=one.id)


@pytest.mark.parametrize("seed", range(12))
def test_any_two_tables_differ_as_their_rows_do(seed: int, tmp_path: Any) -> None:
    """The entry itself on rows by chance, with and without a key, held against Python."""
    chance = random.Random(seed)
    sides: dict[str, list[tuple[int, str | None]]] = {}
    for side in ("old", "new"):
        keys = chance.sample(range(60), 40) if seed % 2 else [chance.randrange(12) for _ in range(40)]
        sides[side] = [(key, chance.choice([None, "", "a", "b"])) for key in keys]
        table = pa.table({"id": [k for k, _ in sides[side]], "w": pa.array([w for _, w in sides[side]], pa.string())})
        pq.write_table(table, tmp_path / f"{side}.parquet")
    columns = [{"name": "id", "title": "", "type": "integer"}, {"name": "w", "title": "", "type": "text"}]
    (tmp_path / "out").mkdir()
    request = {s: {"paths": [str(tmp_path / f"{s}.parquet")], "columns": columns} for s in sides}
    request |= {"key": ["id"] if seed % 2 else [], "masked": {}, "out": str(tmp_path / "out")}
    found = duck_diff.diff(request, lambda *_: None)
    old, new = sides["old"], sides["new"]
    if seed % 2:
        a, b = dict(old), dict(new)
        changed = sum(a[key] != b[key] for key in a.keys() & b.keys())
        expected = (len(b.keys() - a.keys()), len(a.keys() - b.keys()), changed)
    else:
        a2, b2 = Counter(old), Counter(new)
        expected = ((b2 - a2).total(), (a2 - b2).total(), 0)
    assert (found["added"], found["removed"], found["changed"]) == expected
    rows = pq.read_metadata(tmp_path / "out" / found["file"]).num_rows
    assert rows == expected[0] + expected[1] + 2 * expected[2]


ROWS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), st.sampled_from([None, "", "a", "b"])), max_size=14)


@settings(max_examples=40)
@given(old=ROWS, new=ROWS, key=st.sampled_from([["id"], ["id", "soort"], ["soort", "id"]]))
def test_what_is_known_of_a_key_changes_nothing_that_is_found(
    old: list[tuple[Any, ...]], new: list[tuple[Any, ...]], key: list[str]
) -> None:
    """With a proof for each side that has one: the same counts, columns, examples and file, held against Python."""
    plain, known = _compared(old, new, key, proofs=False), _compared(old, new, key, proofs=True)
    assert known == plain
    found, _rows = plain
    keys = [[tuple(row[("id", "soort").index(name)] for name in key) for row in side] for side in (old, new)]
    assert found["key_double"] == any(len(set(side)) < len(side) for side in keys)
    if found["by"] == "key":
        a, b = (dict(zip(names, side, strict=True)) for names, side in zip(keys, (old, new), strict=True))
        both = a.keys() & b.keys()
        assert found["columns"] == {
            name: count
            for place, name in ((1, "soort"), (2, "w"))
            if name not in key and (count := sum(a[one][place] != b[one][place] for one in both))
        }
        assert (found["added"], found["removed"]) == (len(b.keys() - a.keys()), len(a.keys() - b.keys()))


def _compared(
    old: Sequence[tuple[Any, ...]], new: Sequence[tuple[Any, ...]], key: list[str], *, proofs: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    kinds = {"id": ("integer", pa.int64()), "soort": ("integer", pa.int64()), "w": ("text", pa.string())}
    columns = [{"name": name, "title": "", "type": kind} for name, (kind, _) in kinds.items()]
    with TemporaryDirectory() as folder:
        request: dict[str, Any] = {"key": key, "masked": {}, "out": folder}
        for side, rows in (("old", old), ("new", new)):
            path = str(Path(folder, f"{side}.parquet"))
            values = zip(*rows, strict=True) if rows else [()] * len(kinds)
            arrays = [pa.array(some, kind) for some, (_, kind) in zip(values, kinds.values(), strict=True)]
            pq.write_table(pa.table(dict(zip(kinds, arrays, strict=True))), path)
            proven = [n for n in (["id"], ["id", "soort"]) if len({row[: len(n)] for row in rows}) == len(rows)]
            request[side] = {"paths": [path], "columns": columns, "proven": proven if proofs else []}
        found = duck_diff.diff(request, lambda *_: None)
        lines = pq.read_table(Path(folder, found["file"])).to_pylist()
        if found["by"] == "rows":  # those stand in no order
            for some in (lines, *found["examples"].values()):
                some.sort(key=str)
        return found, lines


def test_a_proof_does_not_hold_for_values_that_are_read_as_another_type(tmp_path: Path) -> None:
    """Beyond 2**53 two whole numbers become the same number with a fraction."""
    shapes = {"old": ("integer", pa.array([2**53, 2**53 + 1])), "new": ("number", pa.array([1.5, 2.5]))}
    request: dict[str, Any] = {"key": ["id"], "masked": {}, "out": str(tmp_path)}
    for side, (kind, values) in shapes.items():
        path = tmp_path / f"{side}.parquet"
        pq.write_table(pa.table({"id": values}), path)
        columns = [{"name": "id", "title": "", "type": kind}]
        request[side] = {"paths": [str(path)], "columns": columns, "proven": [["id"]]}
    found = duck_diff.diff(request, lambda *_: None)
    assert (found["by"], found["key_double"], found["added"], found["removed"]) == ("rows", True, 2, 2)

"""What has to be written to Iceberg: laws."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sluis.lake.iceberg.plan import Standing, Wanted, exchanged, plan

files = st.lists(st.sampled_from("abcde"), max_size=8)


def wanted(*parts: str, first: int = 1) -> list[Wanted]:
    return [Wanted(number, f"id-{number}", tuple(part)) for number, part in enumerate(parts, first)]


def as_snapshots(versions: list[Wanted]) -> list[Standing]:
    return [Standing(1000 + version.number, version.number, version.digest) for version in versions]


@given(files, files)
def test_what_goes_and_comes_makes_the_one_the_other(now: list[str], then: list[str]) -> None:
    gone, come = exchanged(now, then)
    assert len(gone) == len(set(gone))
    left = [name for name in now if name not in gone]
    assert Counter(left) + Counter(come) == Counter(then)
    assert not gone or max(Counter(left).values(), default=1) == 1


def test_nothing_goes_when_rows_are_added() -> None:
    assert exchanged("ab", "abb") == ([], ["b"])
    assert exchanged("abb", "ab") == (["b"], ["b"])


@given(st.integers(0, 5), st.integers(1, 5))
def test_only_what_lacks_is_written(stands: int, total: int) -> None:
    versions = wanted(*"abcde"[:total])
    found = plan(as_snapshots(versions[:stands]), versions)
    assert (found.write, found.expire, found.anew) == (tuple(versions[stands:]), (), False)
    assert found.settled == (stands >= total)


def test_versions_that_are_too_old_are_let_go() -> None:
    versions = wanted("a", "b", "c", "d")
    found = plan(as_snapshots(versions[:3]), versions[1:])
    assert (found.write, found.expire, found.anew) == ((versions[3],), (1001,), False)


def test_rows_that_stand_in_other_files_are_written_anew() -> None:
    before, now = wanted("a", "ab", "abc"), wanted("a", "x", "abc")
    assert plan(as_snapshots(before), now).anew
    assert plan(as_snapshots(before), wanted("d", "e", first=7)).anew
    assert plan(as_snapshots(before), []).anew
    assert plan(as_snapshots(before), before[:2]).anew

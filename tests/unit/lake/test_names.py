"""Column names are safe and unique whatever the header says."""

import re

from hypothesis import given
from hypothesis import strategies as st

from sluis.lake.names import safe_names


def test_headers_as_people_write_them() -> None:
    titles = ["Naam (NL)", "naam-nl", "2024", "€", "Geometry", "Coëfficiënt", "a b", "FILE_ROW_NUMBER"]
    names = ["naam_nl", "naam_nl_2", "k_2024", "kolom_4", "geometry_2", "coefficient", "a_b", "file_row_number_2"]
    assert safe_names(titles) == names
    assert safe_names(["geometry", "file_index"], reserved=()) == ["geometry", "file_index_2"]


@given(st.lists(st.text(max_size=200), max_size=40))
def test_always_identifiers_and_never_twice_the_same(titles: list[str]) -> None:
    names = safe_names(titles)
    assert len(set(names)) == len(names) == len(titles)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) and len(name) <= 60 for name in names)

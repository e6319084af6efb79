"""A file made slice by slice has the bytes of one that is made at once."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.integration.lake.big_tables import FIRST_PART, written

from sluis.foundation.sandbox import Crashed
from sluis.lake.engines import slices
from sluis.lake.export.entry import export
from sluis.lake.export.joining import JOINED, joined


def exported(source: Path, out: Path, form: str, place: Any = None) -> Path:
    out.mkdir()
    request = {"source": str(source), "out": str(out), "formats": [form], "crs": "EPSG:28992", "slice": place}
    return Path(export(request, lambda fraction, text: None)[form]["path"])


@pytest.mark.parametrize("form", JOINED)
def test_the_bytes_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(slices, "ROWS", 1)  # a slice per row group
    source = written(tmp_path, "a.parquet", FIRST_PART)
    places = slices.sliced([source])
    assert [place.rows for place in places] == [6144, 6144, 6144, 6144, 424]
    parts = [
        exported(source, tmp_path / str(n), form, {"first": place.first, "rows": place.rows})
        for n, place in enumerate(places)
    ]
    whole = exported(source, tmp_path / "whole", form)
    assert joined(parts, form, tmp_path / "joined").read_bytes() == whole.read_bytes()
    assert pq.read_metadata(source).num_rows == 25_000
    assert not any(part.exists() for part in parts)


@pytest.mark.parametrize("data", [b"", b"[\n\t", b"x" * 40, b"[\n\t{}\n]\nx"])
def test_what_is_no_slice_is_refused(tmp_path: Path, data: bytes) -> None:
    part = tmp_path / "part"
    part.write_bytes(data)
    with pytest.raises(Crashed):
        joined([part], "json", tmp_path / "out")

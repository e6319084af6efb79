"""Archives that lie, swell, nest, overlap or point elsewhere."""

import stat
import struct
import zipfile
from pathlib import Path

import pytest
from tests.conftest import shared_path

from sluis.foundation.archives import Caps, Member, open_zip
from sluis.kernel.errors import Invalid

GENERATED = "data/5-robustness/generated"


def packed(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return path


def members(path: Path, caps: Caps | None = None) -> tuple[Member, ...]:
    with open_zip(path, caps) as archive:
        return archive.members


def refusal(path: Path, caps: Caps | None = None) -> Invalid:
    with pytest.raises(Invalid) as caught:
        members(path, caps)
    assert path.name in str(caught.value)
    assert caught.value.way_out
    return caught.value


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("xlsx_bomb_sharedstrings_120MB.xlsx", "archive.too-big"),
        ("zip_symlink.zip", "archive.link"),
        ("zipbomb_flat_100MB.zip", "archive.too-big"),
        ("zipbomb_nested_3_levels.zip", "archive.nested"),
        ("zipslip.zip", "archive.path"),
    ],
)
def test_every_hostile_archive_of_the_reference_material_is_refused(name: str, code: str) -> None:
    assert refusal(shared_path(f"{GENERATED}/{name}")).code == code


def test_no_hostile_archive_is_forgotten() -> None:
    found = {path.name for path in shared_path(GENERATED).iterdir() if path.suffix in (".zip", ".xlsx")}
    assert len(found) == 5


def test_members_come_out_whole_under_names_of_ours(tmp_path: Path) -> None:
    members = {"kaart/Wegen.SHP": b"vorm", "kaart/Wegen.dbf": b"tabel", "lees mij.t%t": b"tekst", "kaart/": b""}
    source = packed(tmp_path / "a.zip", members)
    target = tmp_path / "out"
    target.mkdir()
    with open_zip(source) as archive:
        assert [member.name for member in archive.members] == ["kaart/Wegen.SHP", "kaart/Wegen.dbf", "lees mij.t%t"]
        placed = archive.extract(archive.members, target)
    assert {name: path.name for name, path in placed.items()} == {
        "kaart/Wegen.SHP": "member-00001.shp",
        "kaart/Wegen.dbf": "member-00001.dbf",
        "lees mij.t%t": "member-00002",
    }
    assert {name: path.read_bytes() for name, path in placed.items()} == {n: c for n, c in members.items() if c}


@pytest.mark.parametrize("name", ["../x.csv", "a/../../x.csv", "/etc/x", "C:\\x.csv", "..\\x.csv", "\\\\host\\x"])
def test_a_name_that_leaves_the_folder_is_refused_by_name(tmp_path: Path, name: str) -> None:
    error = refusal(packed(tmp_path / "a.zip", {name: b"x"}))
    assert error.code == "archive.path"
    assert error.params["member"].replace("\\\\", "\\") == name


def test_a_nul_in_a_name_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"goedX.exe": b"x"})
    path.write_bytes(path.read_bytes().replace(b"goedX.exe", b"goed\0.exe"))
    assert refusal(path).code == "archive.path"


def test_a_symlink_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("link.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert refusal(path).code == "archive.link"


def test_too_many_entries(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {f"{n}.csv": b"" for n in range(11)})
    assert refusal(path, Caps(entries=10)).code == "archive.too-many"
    assert len(members(path, Caps(entries=11))) == 11


def test_a_count_that_lies_is_seen_by_the_size_of_the_list(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {f"{n}{'x' * 500}": b"" for n in range(50)})
    whole = bytearray(path.read_bytes())
    end = whole.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", whole, end + 8, 1, 1)
    path.write_bytes(whole)
    assert refusal(path, Caps(entries=10)).code == "archive.too-many"


def test_total_and_ratio(tmp_path: Path) -> None:
    assert refusal(packed(tmp_path / "a.zip", {"a": bytes(2_000_000)})).code == "archive.too-big"
    stored = packed(tmp_path / "b.zip", {"a": bytes(2_000_000), "b": bytes(2_000_000)}, zipfile.ZIP_STORED)
    assert refusal(stored, Caps(total_bytes=3_000_000)).code == "archive.too-big"
    assert len(members(stored)) == 2


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"een.csv": b"x" * 50, "twee.csv": b"x" * 50}, zipfile.ZIP_STORED)
    whole = bytearray(path.read_bytes())
    second = whole.rfind(b"PK\x01\x02")
    struct.pack_into("<L", whole, second + 42, 0)
    path.write_bytes(whole)
    assert refusal(path).code == "archive.overlap"


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\x1f\x8brest"])
def test_an_archive_under_another_name_is_refused_when_unpacked(tmp_path: Path, content: bytes) -> None:
    with (
        open_zip(packed(tmp_path / "a.zip", {"data.csv": content})) as archive,
        pytest.raises(Invalid, match="ingepakt bestand"),
    ):
        archive.extract(archive.members, tmp_path)


def test_a_member_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"data.csv": b"abcdefgh" * 1000})
    whole = bytearray(path.read_bytes())
    struct.pack_into("<L", whole, whole.rfind(b"PK\x01\x02") + 24, 10)
    path.write_bytes(whole)
    with open_zip(path) as archive, pytest.raises(Invalid):
        archive.extract(archive.members, tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", b"geen zip" * 100, b"PK\x05\x06" + bytes(18), b"PK\x05\x06"])
def test_what_is_no_zip_is_said_so_or_is_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    if content == b"PK\x05\x06" + bytes(18):
        assert members(path) == ()
    else:
        assert refusal(path).code == "archive.broken"


def test_twice_the_same_name_a_password_and_odd_methods(tmp_path: Path) -> None:
    assert refusal(packed(tmp_path / "a.zip", {"a.csv": b"1", "A.csv": b"2"})).code == "archive.duplicate"
    assert refusal(packed(tmp_path / "b.zip", {"a.csv": b"1"}, zipfile.ZIP_LZMA)).code == "archive.method"
    path = packed(tmp_path / "c.zip", {"a.csv": b"1"})
    whole = bytearray(path.read_bytes())
    struct.pack_into("<H", whole, whole.rfind(b"PK\x01\x02") + 8, 1)
    path.write_bytes(whole)
    assert refusal(path).code == "archive.password"


def test_every_cut_and_many_flips_of_an_archive_give_a_message_or_a_list(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.zip", {"een.csv": b"a;b\n1;2\n", "twee.csv": b"c"}).read_bytes()
    broken = tmp_path / "b.zip"
    for at in range(len(whole)):
        for variant in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            broken.write_bytes(variant)
            try:
                with open_zip(broken) as archive:
                    for member in archive.members:
                        with archive.open(member) as chunks:
                            list(chunks)
            except Invalid:
                continue

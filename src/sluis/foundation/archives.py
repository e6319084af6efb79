"""Reads a ZIP of unknown origin: everything that is said about a member is checked before one byte is unpacked.

Django-free, for use inside the sandbox. An XLSX or ODS is a ZIP as well: open it here before a parser does.
Names inside the archive are only ever labels; files are written under names made here.
"""

import errno
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_

_MB = 1024 * 1024
_CHUNK = 1024 * 1024
# A central directory larger than this per permitted entry is a list of more entries, whatever its count says.
_DIRECTORY_BYTES_PER_ENTRY = 1000
_SMALL = _MB
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_END_HEADER = struct.Struct("<4s4x2xHLL")
_ENCRYPTED = 0x1
_ARCHIVE_NAMES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".jar")
_ARCHIVE_STARTS = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_SAFE_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_PACK_AGAIN = N_("Maak een nieuw zipbestand met alleen de bestanden die nodig zijn.")


@dataclass(frozen=True, slots=True)
class Caps:
    """Ceilings: bytes after unpacking, unpacked size over packed size, number of members."""

    total_bytes: int = 2048 * _MB
    ratio: int = 100
    entries: int = 10_000


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the archive. `name` is a label from a stranger, never a path; sizes in bytes."""

    name: str
    size: int
    packed: int


class Archive:
    """An opened, checked archive; `members` are its files, folders left out."""

    def __init__(self, path: Path, opened: zipfile.ZipFile, caps: Caps) -> None:
        self._path, self._zip, self._caps = path, opened, caps
        self._unpacked = 0
        self.members = tuple(
            Member(info.filename, info.file_size, info.compress_size) for info in opened.infolist() if not info.is_dir()
        )

    def extract(self, members: Sequence[Member], folder: Path) -> dict[str, Path]:
        """Unpack `members` into `folder` under generated names; returns member name → file.

        Members with the same name but another extension get the same generated stem, so that the parts of a
        shapefile find each other. Raises Invalid when the content is larger than it says, broken, or an archive.
        """
        stems: dict[str, str] = {}
        placed: dict[str, Path] = {}
        for member in members:
            label = PurePosixPath(member.name)
            suffix = label.suffix.lower()
            safe = _SAFE_SUFFIX.fullmatch(suffix) is not None
            group = str(label.with_suffix("") if safe else label).lower()
            stem = stems.setdefault(group, f"member-{len(stems) + 1:05d}")
            target = folder / (stem + (suffix if safe else ""))
            with self.open(member) as source, target.open("xb") as sink:
                for chunk in source:
                    sink.write(chunk)
            placed[member.name] = target
        return placed

    @contextmanager
    def open(self, member: Member) -> Generator[Iterator[bytes], None, None]:
        """The unpacked bytes of one member in chunks, counted against the caps."""
        with _readable(self._path):
            source = self._zip.open(member.name)
        with source:
            yield self._counted(source, member)

    def _counted(self, source: IO[bytes], member: Member) -> Iterator[bytes]:
        size = 0
        while chunk := self._read(source):
            if not size and chunk.startswith(_ARCHIVE_STARTS):
                raise _nested(self._path, member.name)
            size += len(chunk)
            self._unpacked += len(chunk)
            if size > member.size or self._unpacked > self._caps.total_bytes:
                raise _too_big(self._path, self._caps)
            yield chunk

    def _read(self, source: IO[bytes]) -> bytes:
        with _readable(self._path):
            return source.read(_CHUNK)


@contextmanager
def open_zip(path: Path, caps: Caps | None = None) -> Generator[Archive, None, None]:
    """Open a ZIP after checking all it says about itself. Raises Invalid, naming the file and the member."""
    caps = caps or Caps()
    with _readable(path):
        _check_directory_size(path, caps)
        opened = zipfile.ZipFile(path)
    with opened:
        infos = opened.infolist()
        _check_totals(path, infos, caps)
        for info in infos:
            _check_name(path, info)
            _check_content(path, info, caps)
        _check_layout(path, infos, opened.start_dir)
        yield Archive(path, opened, caps)


@contextmanager
def _readable(path: Path) -> Generator[None, None, None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error) as error:
        raise _broken(path) from error
    except OSError as error:
        # An offset that cannot be sought is the archive's fault; any other failure is the disk's.
        raise (_broken(path) if error.errno == errno.EINVAL else error) from error


def _check_directory_size(path: Path, caps: Caps) -> None:
    """Before zipfile reads the whole list of members into memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise zipfile.BadZipFile("no end of central directory")
    _, entries, size, _ = _END_HEADER.unpack_from(tail, at)
    if entries > caps.entries or size > caps.entries * _DIRECTORY_BYTES_PER_ENTRY:
        raise _too_many(path, caps)


def _check_totals(path: Path, infos: Sequence[zipfile.ZipInfo], caps: Caps) -> None:
    if len(infos) > caps.entries:
        raise _too_many(path, caps)
    total = sum(info.file_size for info in infos)
    if total > caps.total_bytes or (total > _SMALL and total > path.stat().st_size * caps.ratio):
        raise _too_big(path, caps)
    if len({info.filename.lower() for info in infos}) < len(infos):
        raise _refused(path, "archive.duplicate", N_("{file} bevat twee keer hetzelfde bestand."))


def _check_name(path: Path, info: zipfile.ZipInfo) -> None:
    name = info.orig_filename.replace("\\", "/")
    outside = name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name)
    if outside or "\0" in name:
        raise _refused(
            path, "archive.path", N_("{file} bevat een bestand dat buiten de map wil uitkomen: {member}."), info
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _refused(path, "archive.link", N_("{file} bevat een verwijzing (symbolische koppeling): {member}."), info)


def _check_content(path: Path, info: zipfile.ZipInfo, caps: Caps) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise _refused(path, "archive.password", N_("{member} in {file} is beveiligd met een wachtwoord."), info)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused(path, "archive.method", N_("{member} in {file} is op een ongewone manier ingepakt."), info)
    if info.filename.lower().endswith(_ARCHIVE_NAMES):
        raise _nested(path, info.filename)
    if info.file_size > _SMALL and info.file_size > info.compress_size * caps.ratio:
        raise _too_big(path, caps)


def _check_layout(path: Path, infos: Sequence[zipfile.ZipInfo], directory_at: int) -> None:
    """Members that share bytes multiply a small file into a huge one (Fifield, A better zip bomb, 2019)."""
    used_to = 0
    with _readable(path), path.open("rb") as file:
        for info in sorted(infos, key=lambda info: info.header_offset):
            file.seek(info.header_offset)
            mark, name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
            if info.header_offset < used_to or mark != b"PK\x03\x04":
                raise _refused(path, "archive.overlap", N_("Bestanden in {file} overlappen elkaar: {member}."), info)
            used_to = info.header_offset + _LOCAL_HEADER.size + name + extra + info.compress_size
        if used_to > directory_at:
            raise _refused(path, "archive.overlap", N_("Bestanden in {file} overlappen elkaar."))


def _broken(path: Path) -> Invalid:
    return Invalid(
        "archive.broken",
        N_("{file} is geen leesbaar zipbestand, of het is beschadigd."),
        way_out=N_("Sla het bestand opnieuw op, of maak het zipbestand opnieuw, en probeer het nog eens."),
        file=path.name,
    )


def _refused(path: Path, code: str, message: str, info: zipfile.ZipInfo | None = None) -> Invalid:
    member = repr(info.orig_filename)[1:-1] if info else ""
    return Invalid(code, message, way_out=_PACK_AGAIN, file=path.name, member=member)


def _nested(path: Path, member: str) -> Invalid:
    return Invalid(
        "archive.nested",
        N_("{file} bevat zelf weer een ingepakt bestand: {member}."),
        way_out=N_("Pak {member} uit en lever de inhoud los aan."),
        file=path.name,
        member=member,
    )


def _too_big(path: Path, caps: Caps) -> Invalid:
    return Invalid(
        "archive.too-big",
        N_("{file} wordt uitgepakt te groot: meer dan {limit} MB, of meer dan {ratio} keer zo groot als ingepakt."),
        way_out=N_("Lever de bestanden los aan, of splits het zipbestand."),
        file=path.name,
        limit=caps.total_bytes // _MB,
        ratio=caps.ratio,
    )


def _too_many(path: Path, caps: Caps) -> Invalid:
    return Invalid(
        "archive.too-many",
        N_("{file} bevat meer dan {limit} bestanden."),
        way_out=_PACK_AGAIN,
        file=path.name,
        limit=caps.entries,
    )

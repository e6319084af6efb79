"""The record of a dossier as a zip that streams: the same dossier gives the same bytes, whoever asks and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.template.loader import render_to_string
from django.utils.translation import override

from sluis.foundation.service import writing
from sluis.kernel.actor import Actor
from sluis.release import policy
from sluis.release.record import mdto
from sluis.release.record.contents import Part, parts
from sluis.release.record.material import Material, material

_CHUNK = 65_536
_LOOK = "stijl.css"


@dataclass(frozen=True, slots=True)
class RecordFile:
    """`chunks` are the bytes of the zip, to be read once."""

    name: str
    chunks: Iterator[bytes]


def export_dossier(*, by: Actor, dossier_id: UUID) -> RecordFile:
    """The dossier as a record after MDTO. Noted in the audit chain. Raises NotFound for what the caller may not see."""
    actor = policy.require_dossier(by, policy.VIEW, dossier_id)
    given = material(dossier_id)
    with writing(by=actor, action="release.dossier.exported", subject=("dossier-record", dossier_id)) as w:
        w.note(dataset=str(given.found.dataset_id), content=given.found.content_sha256)
    name = f"dossier-{given.found.dataset_slug}-{given.found.opened_at:%Y-%m-%d}-{dossier_id.hex[-6:]}.zip"
    return RecordFile(name, zipped(given))


def zipped(given: Material) -> Iterator[bytes]:
    """Nothing is compressed: the bytes then do not depend on a version of zlib, and a dossier is small."""
    out = _Outlet()
    kept: list[Part] = []
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for part in (*parts(given), *_to_read(given)):
            _write(archive, given, part.path, part.data)
            _write(archive, given, f"{part.path}.bestand.mdto.xml", mdto.file_of(given, part))
            kept.append(part)
            yield from out.taken()
        _write(archive, given, "dossier.mdto.xml", mdto.record_of(given, kept))
    yield from out.taken()


def _to_read(given: Material) -> Iterator[Part]:
    """The pages to begin with, in both languages; they need no program but a browser."""
    listed = list(parts(given))
    for path, language in (("index.html", "nl"), ("index.en.html", "en")):
        with override(language):
            page = render_to_string("release/record.html", {"given": given, "parts": listed, "language": language})
        yield Part(path, "Het dossier om te lezen", "The dossier, to read", page.encode(), given.as_of)
    look = files("sluis.release.record").joinpath(_LOOK).read_bytes()
    yield Part(_LOOK, "Opmaak van de leespagina", "Looks of the page", look, given.as_of)


def _write(archive: ZipFile, given: Material, path: str, data: bytes) -> None:
    at = given.as_of
    info = ZipInfo(path, (at.year, at.month, at.day, at.hour, at.minute, at.second // 2 * 2))
    info.external_attr = 0o644 << 16
    info.create_system = 3
    archive.writestr(info, data)


class _Outlet:
    """What a zip is written to, without a place to go back to: its bytes leave in pieces."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """There is nothing to give back."""

    def taken(self) -> Iterator[bytes]:
        held, self._held = bytes(self._held), bytearray()
        for start in range(0, len(held), _CHUNK):
            yield held[start : start + _CHUNK]

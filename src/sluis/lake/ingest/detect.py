"""What a file is, by its bytes. The extension is only used to say what the sender thought it was."""

import json
from pathlib import Path

from sluis.foundation.archives import open_zip
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_

_HEAD = 65_536
VECTOR = frozenset({"geojson", "gpkg", "shapefile", "gml"})
_WAY_OUT = N_("Lever CSV, Excel (xlsx), ODS, JSON, Parquet, GeoJSON, GeoPackage, Shapefile (zip) of GML aan.")


def detect(path: Path) -> str:
    """One of csv, xlsx, ods, json, ndjson, parquet, zip, geojson, gpkg, shapefile, gml. Raises Invalid otherwise."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\0 \t\r\n"):
        raise Invalid(
            "file.empty", N_("Het bestand is leeg."), way_out=N_("Controleer of het bestand goed is opgeslagen.")
        )
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if head.startswith(_OFFICE):
        raise _office(path)
    _refuse_known(head)
    text = _text(head).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return _xml_kind(text)
    if text.startswith(("{", "[")):
        return _json_kind(text)
    _refuse_binary(head)
    return "csv"


def _zip_kind(path: Path) -> str:
    with open_zip(path) as archive:
        names = [member.name for member in archive.members]
        if "xl/workbook.xml" in names:
            return "xlsx"
        if "mimetype" in names and "content.xml" in names:
            return "ods"
        if any(name.lower().endswith(".shp") for name in names):
            return "shapefile"
    return "zip"


_KNOWN = (
    (b"%PDF", N_("een pdf")),
    (b"\x1f\x8b", N_("een gzip-bestand")),
    (b"7z\xbc\xaf", N_("een 7z-bestand")),
    (b"Rar!", N_("een rar-bestand")),
    (b"\x89PNG", N_("een afbeelding")),
    (b"\xff\xd8\xff", N_("een afbeelding")),
    (b"GIF8", N_("een afbeelding")),
)


def _refuse_known(head: bytes) -> None:
    for magic, what in _KNOWN:
        if head.startswith(magic):
            raise Invalid(
                "file.type",
                N_("Dit is {what_term}. Dat kan Sluis niet als tabel inlezen."),
                way_out=_WAY_OUT,
                what_term=what,
            )


_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DIRECTORY_BYTES = 8 * 1024 * 1024


def _office(path: Path) -> Invalid:
    """An encrypted xlsx is kept in the container of the old formats, as a part that its directory names."""
    with path.open("rb") as stream:
        content = stream.read(_DIRECTORY_BYTES)
    if (
        _locked_workbook(content)
        or "EncryptedPackage".encode("utf-16-le") in content
        or "EncryptionInfo".encode("utf-16-le") in content
    ):
        return Invalid(
            "file.encrypted",
            N_("Dit Office-bestand is met een wachtwoord beveiligd."),
            way_out=N_("Haal het wachtwoord eraf en lever het bestand opnieuw aan."),
        )
    return Invalid(
        "file.old-office",
        N_("Dit is een bestand van een oude Office-versie (xls, doc)."),
        way_out=N_("Open het in Excel of LibreOffice en sla het op als xlsx of csv."),
    )


def _locked_workbook(content: bytes) -> bool:
    """In an old workbook a FILEPASS record (0x2F) stands among the first records after the begin of the file."""
    at = content.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    for _ in range(5 if at >= 0 else 0):
        kind, size = (int.from_bytes(content[at + n : at + n + 2], "little") for n in (0, 2))
        if kind == 0x2F:
            return True
        at += 4 + size
    return False


def _refuse_binary(head: bytes) -> None:
    control = sum(1 for byte in head if byte < 9 or 13 < byte < 32)
    nuls = head.count(0)
    wide = nuls > len(head) // 5
    if (control - nuls if wide else control) > len(head) // 20 or (wide and nuls > len(head) * 0.6):
        raise Invalid("file.type", N_("Dit is {what_term}. Dat kan Sluis niet als tabel inlezen."), way_out=_WAY_OUT,
                      what_term=N_("geen tekst en geen bekend bestandstype"))  # fmt: skip


def _text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8", "replace")


def _xml_kind(text: str) -> str:
    lower = text.lower()
    if "opengis.net/gml" in lower and "<ogrvrt" not in lower:
        return "gml"
    what = N_("een VRT-verwijzing") if "<ogrvrt" in lower else N_("een xml- of htmlbestand")
    raise Invalid(
        "file.type", N_("Dit is {what_term}. Dat kan Sluis niet als tabel inlezen."), way_out=_WAY_OUT, what_term=what
    )


def _json_kind(text: str) -> str:
    if text.startswith("{"):
        first = text.split("\n", 1)[0].strip()
        if first.endswith("}") and "\n{" in text.replace("\r", "").replace("\n ", "\n"):
            try:
                kind = json.loads(first)
            except (ValueError, RecursionError):
                kind = None
            if isinstance(kind, dict):
                return "geojson" if kind.get("type") == "Feature" else "ndjson"
        if '"FeatureCollection"' in text or ('"Feature"' in text and '"geometry"' in text):
            return "geojson"
    return "json"

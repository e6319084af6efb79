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
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", N_("een oud of versleuteld Office-bestand (xls, doc)")),
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
            office = head.startswith(b"\xd0\xcf")
            way_out = N_("Haal het wachtwoord eraf en sla het op als xlsx of csv.") if office else _WAY_OUT
            raise Invalid(
                "file.type",
                N_("Dit is {what_term}. Dat kan Sluis niet als tabel inlezen."),
                way_out=way_out,
                what_term=what,
            )


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

"""The metadata quality method of data.europa.eu, predicted before anybody harvests us.

Indicators, weights and bands are those of the MQA methodology (data.europa.eu/mqa/methodology): findability 100,
accessibility 100, interoperability 110, reusability 75, contextuality 20; 405 in all. We predict what the portal will
see in our feed: a table is published as open files with a download address, so it counts as such.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sluis.kernel.text import N_
from sluis.register.types import DatasetRecord, DistributionKind, DistributionRecord, Openness

TOTAL = 405


class Dimension(StrEnum):
    FINDABILITY = "findability"
    ACCESSIBILITY = "accessibility"
    INTEROPERABILITY = "interoperability"
    REUSABILITY = "reusability"
    CONTEXTUALITY = "contextuality"


class Band(StrEnum):
    EXCELLENT = "excellent"
    GOOD = "good"
    SUFFICIENT = "sufficient"
    BAD = "bad"


DIMENSION_LABELS = {
    Dimension.FINDABILITY: N_("Vindbaar"),
    Dimension.ACCESSIBILITY: N_("Toegankelijk"),
    Dimension.INTEROPERABILITY: N_("Uitwisselbaar"),
    Dimension.REUSABILITY: N_("Herbruikbaar"),
    Dimension.CONTEXTUALITY: N_("Samenhang"),
}
BAND_LABELS = {
    Band.EXCELLENT: N_("Uitstekend"),
    Band.GOOD: N_("Goed"),
    Band.SUFFICIENT: N_("Voldoende"),
    Band.BAD: N_("Onvoldoende"),
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing the method looks at. `gain` says how to earn the points; '' when they are in."""

    name: str
    dimension: Dimension
    points: int
    maximum: int
    gain: str = ""


@dataclass(frozen=True, slots=True)
class QualityPrediction:
    """`score` of `TOTAL` points; `stars` 0–5 for pages; `indicators` in the order of the method."""

    score: int
    band: Band
    stars: int
    indicators: tuple[Indicator, ...]

    def of(self, dimension: Dimension) -> tuple[int, int]:
        """(points, maximum) of one dimension."""
        mine = [item for item in self.indicators if item.dimension is dimension]
        return sum(item.points for item in mine), sum(item.maximum for item in mine)

    @property
    def gains(self) -> tuple[Indicator, ...]:
        """What still brings points, most points first."""
        return tuple(sorted((i for i in self.indicators if i.points < i.maximum), key=lambda i: i.points - i.maximum))


def predict(record: DatasetRecord) -> QualityPrediction:
    """What the method would give this record. Distribution indicators count when one distribution has it."""
    indicators = tuple(
        Indicator(name, dimension, maximum if test(record) else 0, maximum, "" if test(record) else gain)
        for name, dimension, maximum, test, gain in _METHOD
    )
    score = sum(item.points for item in indicators)
    band, stars = band_and_stars(score)
    return QualityPrediction(score, band, stars, indicators)


def band_and_stars(score: int) -> tuple[Band, int]:
    """Bands of the method: excellent 351–405, good 221–350, sufficient 121–220, bad 0–120; the stars are ours."""
    if score >= 351:
        return Band.EXCELLENT, 5
    if score >= 221:
        return Band.GOOD, 4 if score >= 286 else 3
    if score >= 121:
        return Band.SUFFICIENT, 2
    return Band.BAD, 1 if score > 0 else 0


_FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"
_OPEN_CODES = """
    CSV TSV TXT JSON JSON_LD GEOJSON GPKG GML KML XML HTML ODS ODT ODF PDF RDF RDF_XML RDF_TURTLE RDF_N_TRIPLES
    RDF_N_QUADS RDF_TRIG N3 RSS ATOM PNG SVG SQL NETCDF PARQUET SHP YAML
"""
_READABLE_CODES = """
    CSV TSV JSON JSON_LD GEOJSON GPKG GML KML XML ODS XLS XLSX RDF RDF_XML RDF_TURTLE RDF_N_TRIPLES RDF_N_QUADS
    RDF_TRIG N3 RSS ATOM NETCDF PARQUET SHP DBF SQL YAML
"""
_OPEN_FORMATS = frozenset(_FILE_TYPE + code for code in _OPEN_CODES.split())
_MACHINE_READABLE = frozenset(_FILE_TYPE + code for code in _READABLE_CODES.split())
_SERVED_HERE = (DistributionKind.TABLE, DistributionKind.FILE)


def _some(test: Callable[[DistributionRecord], bool]) -> Callable[[DatasetRecord], bool]:
    """A table is released as CSV, JSON and Parquet, so it meets every test on formats."""
    return lambda record: any(item.kind is DistributionKind.TABLE or test(item) for item in record.distributions)


def _answers(statuses: Iterable[int | None]) -> bool:
    """True unless every known status is a failure; nothing known means nothing bad known."""
    known = [status for status in statuses if status is not None]
    return not known or any(200 <= status < 300 for status in known)


def _access_answers(record: DatasetRecord) -> bool:
    return bool(record.distributions) and _answers(item.url_status for item in record.distributions)


def _download(record: DatasetRecord) -> bool:
    return any(item.kind in _SERVED_HERE or item.download_url for item in record.distributions)


def _download_answers(record: DatasetRecord) -> bool:
    elsewhere = [item.url_status for item in record.distributions if item.kind not in _SERVED_HERE]
    return _download(record) and (len(elsewhere) < len(record.distributions) or _answers(elsewhere))


def _complete(record: DatasetRecord) -> bool:
    """What DCAT-AP asks of a dataset; the full check is `sluis.register.shapes`."""
    return bool(record.title and record.description and record.contact and record.themes)


def _openness_known(record: DatasetRecord) -> bool:
    return record.openness is not Openness.UNKNOWN


def _rights(record: DatasetRecord) -> bool:
    return bool(record.rights) or record.openness in (Openness.RESTRICTED, Openness.CLOSED)


def _size(record: DatasetRecord) -> bool:
    return any(item.kind in _SERVED_HERE or item.byte_size is not None for item in record.distributions)


F, A, I, R, C = Dimension  # noqa: E741 - one letter each keeps the table below readable

_OPEN_TEXT = N_("Bied de data ook in een open formaat aan, zoals CSV.")
_READABLE_TEXT = N_("Bied de data ook aan in een formaat dat een computer kan lezen.")
_LISTED_TEXT = N_("Kies formaat en mediatype uit de lijst.")
_OPENNESS_TEXT = N_("Stel voor of de data open is.")

_METHOD: tuple[tuple[str, Dimension, int, Callable[[DatasetRecord], bool], str], ...] = (
    ("keyword", F, 30, lambda r: bool(r.keywords or r.keywords_en), N_("Geef trefwoorden.")),
    ("theme", F, 30, lambda r: bool(r.themes), N_("Kies een thema.")),
    ("spatial", F, 20, lambda r: bool(r.spatial or r.bbox), N_("Vul in over welk gebied de data gaat.")),
    ("temporal", F, 20, lambda r: r.temporal is not None, N_("Vul in over welke periode de data gaat.")),
    ("access-url-status", A, 50, _access_answers, N_("Voeg data toe met een adres dat antwoord geeft.")),
    ("download-url", A, 20, _download, N_("Geef een adres waar men het bestand ophaalt.")),
    ("download-url-status", A, 30, _download_answers, N_("Zorg dat het downloadadres antwoord geeft.")),
    ("format", I, 20, _some(lambda d: bool(d.format)), N_("Kies het bestandsformaat.")),
    ("media-type", I, 10, _some(lambda d: bool(d.media_type)), N_("Kies het mediatype.")),
    ("format-from-list", I, 10, _some(lambda d: bool(d.format and d.media_type)), _LISTED_TEXT),
    ("open-format", I, 20, _some(lambda d: d.format in _OPEN_FORMATS), _OPEN_TEXT),
    ("machine-readable", I, 20, _some(lambda d: d.format in _MACHINE_READABLE), _READABLE_TEXT),
    ("dcat-ap", I, 30, _complete, N_("Vul titel, beschrijving, contactpunt en thema in.")),
    ("licence", R, 20, lambda r: bool(r.licence), N_("Kies een licentie.")),
    ("licence-from-list", R, 10, lambda r: bool(r.licence), N_("Kies een licentie uit de lijst.")),
    ("access-rights", R, 10, _openness_known, _OPENNESS_TEXT),
    ("access-rights-from-list", R, 5, _openness_known, _OPENNESS_TEXT),
    ("contact", R, 20, lambda r: r.contact is not None, N_("Kies een contactpunt.")),
    ("publisher", R, 10, lambda r: bool(r.organisation.name), N_("Geef de organisatie een naam.")),
    ("rights", C, 5, _rights, N_("Beschrijf de rechten.")),
    ("byte-size", C, 5, _size, N_("Vul de grootte van het bestand in.")),
    ("issued", C, 5, lambda _record: True, ""),
    ("modified", C, 5, lambda _record: True, ""),
)

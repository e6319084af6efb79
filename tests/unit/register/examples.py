"""Public records for tests: one of each kind, built the way the release room builds them."""

from collections.abc import Iterable
from typing import Any

from pyoxigraph import Triple

from sluis.register import dcat
from sluis.register.public import PublicCatalogue, PublicPaging, PublicRecord
from sluis.register.vocabularies import shipped

BASE = "https://data.merwede.example"
HVD_LAW = "http://data.europa.eu/eli/reg_impl/2023/138/oj"


def word(vocabulary: str, code: str) -> str:
    """Address of a word in a shipped list."""
    return next(concept.uri for concept in shipped.read(vocabulary).concepts if concept.code == code)


def organisation(**changes: Any) -> dict[str, Any]:
    return {"id": "01a2", "slug": "merwede", "name": "Provincie Merwede"} | changes


def contact(**changes: Any) -> dict[str, Any]:
    return {"id": "c1", "name": "Team Data", "email": "data@merwede.example"} | changes


def minimal(**changes: Any) -> dict[str, Any]:
    """Metadata with the mandatory things only."""
    return {
        "schema": "sluis-dataset/1",
        "id": "d1",
        "slug": "zwemwater",
        "organisation": organisation(),
        "title": "Zwemwater",
        "description": "Kwaliteit van het zwemwater.",
        "themes": [word("data-theme", "ENVI")],
        "openness": "open",
        "licence": word("licence", "CC0"),
        "contact": contact(),
    } | changes


def maximal(**changes: Any) -> dict[str, Any]:
    """Metadata with everything filled in."""
    full = {
        "organisation": organisation(name_en="Province of Merwede", tooi_uri=word("tooi-province", "pv28")),
        "title_en": "Bathing water",
        "description_en": "Quality of bathing water.",
        "purpose": "Zwemmers waarschuwen.",
        "purpose_en": "To warn swimmers.",
        "limits": "Niet voor drinkwater.",
        "limits_en": "Not for drinking water.",
        "keywords": ["water", "zwemmen"],
        "keywords_en": ["water"],
        "themes": [word("data-theme", "ENVI"), word("data-theme", "HEAL")],
        "dataset_type": word("dataset-type", "STATISTICAL"),
        "languages": [word("language", "NLD"), word("language", "ENG")],
        "contact": contact(name_en="Data team", page="https://merwede.example/contact", phone="+31 10 123 45 67"),
        "creator": ["Waterschap Merwede", "Merwede water authority", "https://waterschap.example/"],
        "rights": "Foto's zijn van derden.",
        "legal_basis": "Waterwet, artikel 1",
        "applicable_legislation": ["http://data.europa.eu/eli/dir/2006/7/oj"],
        "frequency": word("frequency", "WEEKLY"),
        "temporal": ["2020-01-01", "2026-09-30"],
        "temporal_resolution": "P7D",
        "spatial": [word("tooi-province", "pv28"), "https://www.geonames.org/2743698"],
        "spatial_label": "Merwede",
        "bbox": [4.1, 51.7, 5.0, 52.2],
        "spatial_resolution": "12.5",
        "provenance": "Gemeten door het waterschap.",
        "quality_notes": "Elke meting is twee keer gedaan.",
        "sources": ["https://elders.example/dataset/1"],
        "conforms_to": ["https://www.aquo.nl/"],
        "documentation": ["https://merwede.example/uitleg"],
        "landing_page": "https://merwede.example/zwemwater",
        "is_referenced_by": ["https://merwede.example/rapport"],
        "related": ["https://elders.example/2"],
        "has_versions": ["https://elders.example/3"],
        "identifiers": ["MW-0042"],
        "series": "https://merwede.example/id/reeks/water",
        "series_title": "Water",
        "version_label": "2026-3",
        "version_notes": "Drie plekken erbij.",
        "columns": [{"name": "ecoli", "title": "E. coli", "meaning": "Aantal bacteriën", "unit": "kve/100 ml"}],
        "distributions": [external(), table()],
        "services": [service()],
    }
    return minimal(**full) | changes


def table(**changes: Any) -> dict[str, Any]:
    return {
        "id": "t1",
        "kind": "table",
        "table_id": "tab1",
        "title": "Metingen",
        "rights": "Geen bijzonderheden.",
    } | changes


def external(**changes: Any) -> dict[str, Any]:
    full = {
        "id": "e1",
        "kind": "external",
        "title": "Kaart",
        "title_en": "Map",
        "description": "De kaart met plekken.",
        "access_url": "https://elders.example/kaart?service=WFS&request=GetCapabilities",
        "download_url": "https://elders.example/kaart.gml",
        "format": word("file-type", "GML"),
        "media_type": word("media-type", "application/gml+xml"),
        "licence": word("licence", "CC_BY_4_0"),
        "byte_size": 1024,
        "sha256": "ab" * 32,
        "status": word("distribution-status", "COMPLETED"),
        "availability": word("planned-availability", "STABLE"),
        "compress_format": word("media-type", "application/gzip"),
        "package_format": word("media-type", "application/zip"),
        "access_service": "s1",
        "conforms_to": ["https://www.aquo.nl/"],
        "documentation": ["https://merwede.example/uitleg-kaart"],
        "languages": [word("language", "NLD")],
        "issued": "2024-02-01",
        "modified": "2026-02-01",
        "spatial_resolution": "1",
        "temporal_resolution": "P1D",
    }
    return full | changes


def service(**changes: Any) -> dict[str, Any]:
    full = {
        "id": "s1",
        "title": "Zwemwater WFS",
        "description": "Plekken als WFS.",
        "endpoint_url": "https://elders.example/wfs",
        "endpoint_description": "https://elders.example/wfs?request=GetCapabilities",
        "documentation": ["https://elders.example/dienstniveau"],
        "conforms_to": ["http://www.opengis.net/def/serviceType/ogc/wfs"],
        "formats": [word("file-type", "GML")],
        "keywords": ["zwemwater"],
        "rights": "Hoogstens tien vragen per seconde.",
        "modified": "2026-03-01",
    }
    return full | changes


def release(**changes: Any) -> dict[str, Any]:
    uri = f"{BASE}/id/dataset/zwemwater/release/2"
    file = {
        "name": "metingen.csv",
        "url": f"{uri}/metingen.csv",
        "format": "CSV",
        "media_type": "text/csv",
        "size": 12345,
        "sha256": "cd" * 32,
        "distribution_id": "t1",
    }
    return {
        "number": 2,
        "uri": uri,
        "published_at": "2026-11-20T09:00:00+00:00",
        "status": "current",
        "files": [
            file,
            file | {"name": "metingen.parquet", "format": "PARQUET", "media_type": "application/vnd.apache.parquet"},
        ],
    } | changes


def api() -> dict[str, str]:
    address = f"{BASE}/api/v1/datasets/zwemwater/rows"
    return {
        "endpoint_url": address,
        "description_url": f"{BASE}/api/v1/openapi.json",
        "documentation_url": f"{BASE}/api",
    }


def public(metadata: dict[str, Any], **changes: Any) -> PublicRecord:
    slug = metadata["slug"]
    record = {
        "uri": f"{BASE}/id/dataset/{slug}",
        "page": f"{BASE}/datasets/{slug}",
        "document": f"{BASE}/doc/dataset/{slug}",
        "slug": slug,
        "status": "published",
        "issued_at": "2026-10-01T09:00:00+00:00",
        "changed_at": "2026-11-20T09:00:00+00:00",
        "metadata": metadata,
        "decision": {"outcome": metadata["openness"], "decided_at": "2026-11-19T09:00:00+00:00", "role": "data_owner"},
        "release": release() if metadata["openness"] == "open" else None,
    }
    return record | changes  # type: ignore[return-value]


def hvd(**changes: Any) -> dict[str, Any]:
    category = {"hvd_categories": [word("hvd-category", "c_dd313021")], "applicable_legislation": [HVD_LAW]}
    return maximal(slug="hvd", **category) | changes


def all_kinds() -> dict[str, PublicRecord]:
    """One public record of every kind that leaves the house."""
    closed = {"openness": "closed", "openness_ground": "Er staan persoonsgegevens in.", "licence": word_closed()}
    ground = {"ground_codes": [word("donl-ground", "PRIVACY")]}
    withdrawal = {"withdrawn_at": "2026-11-21T10:00:00+00:00", "reason": "De metingen kloppen niet."}
    planned = {"openness": "open", "planned_date": "2027-03-01"}
    return {
        "minimal": public(minimal()),
        "maximal": public(maximal(slug="maximal"), api=api()),
        "restricted": public(
            maximal(slug="restricted", openness="restricted", **ground | {"openness_ground": "Op aanvraag."})
        ),
        "closed": public(minimal(slug="closed", **closed | ground), availability="niet_beschikbaar"),
        "planned": public(minimal(slug="planned", **planned), availability="gepland", release=None),
        "withdrawn": public(maximal(slug="withdrawn"), status="withdrawn", withdrawal=withdrawal, release=None),
        "older releases": public(minimal(slug="older"), releases=[release(number=1, status="superseded")]),
        "geo": public(
            minimal(slug="geo", bbox=[4.1, 51.7, 5.0, 52.2], dataset_type=word("dataset-type", "GEOSPATIAL"))
        ),
        "hvd": public(hvd(), api=api()),
    }


def word_closed() -> str:
    return next(c.uri for c in shipped.read("donl-licence").concepts if c.uri.endswith("geslotenlicentie"))


def catalogue(**changes: Any) -> PublicCatalogue:
    full = {
        "uri": f"{BASE}/id/catalog",
        "title": "Open data van Merwede",
        "title_en": "Open data of Merwede",
        "description": "Alle data van de provincie Merwede.",
        "description_en": "All data of the province of Merwede.",
        "homepage": f"{BASE}/",
        "publisher_name": "Provincie Merwede",
        "publisher_uri": word("tooi-province", "pv28"),
        "contact_name": "Team Data",
        "contact_email": "data@merwede.example",
        "issued_at": "2026-01-01",
        "changed_at": "2026-11-20T09:00:00+00:00",
        "licence": word("licence", "CC0"),
    }
    return full | changes  # type: ignore[return-value]


def catalogue_triples(
    catalogue: PublicCatalogue, records: Iterable[PublicRecord], paging: PublicPaging | None = None
) -> list[Triple]:
    """The catalogue with these datasets, as a page of the feed holds them."""
    records = list(records)
    members = [pair for record in records for pair in dcat.members(record)]
    head = dcat.head_triples(catalogue, members, paging)
    return head + [triple for record in records for triple in dcat.dataset_triples(record)]

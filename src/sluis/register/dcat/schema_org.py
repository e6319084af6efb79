"""schema.org/Dataset for search engines (Google's structured data guide for datasets)."""

from typing import Any

from sluis.register import licences
from sluis.register.dcat.dataset import openness
from sluis.register.public import PublicCatalogue, PublicFile, PublicRecord
from sluis.register.values import is_empty
from sluis.register.vocabularies import shipped


def schema_org(record: PublicRecord, catalogue: PublicCatalogue | None = None) -> dict[str, Any]:
    """JSON-LD for in a page; put it there with `<` escaped. Empty values are left out."""
    metadata = record["metadata"]
    is_open = openness(record) == "open" and record["status"] == "published"
    release = record.get("release")
    document = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": record["uri"],
        "url": record["page"],
        "identifier": [record["uri"], *metadata.get("identifiers", ())],
        "name": metadata.get("title", ""),
        "alternateName": metadata.get("title_en", ""),
        "description": metadata.get("description", ""),
        "keywords": [*metadata.get("keywords", ()), *(shipped.label(uri) for uri in metadata.get("themes", ()))],
        "license": licences.page(metadata.get("licence", "")),
        "isAccessibleForFree": is_open,
        "conditionsOfAccess": "" if is_open else metadata.get("openness_ground", ""),
        "datePublished": record["issued_at"][:10],
        "dateModified": record["changed_at"][:10],
        "version": metadata.get("version_label") or (str(release["number"]) if release else ""),
        "creator": _creator(metadata),
        "publisher": _organisation(metadata.get("organisation", {})),
        "temporalCoverage": _period(metadata.get("temporal")),
        "spatialCoverage": _place(metadata),
        "variableMeasured": [_variable(column) for column in metadata.get("columns", ())],
        "distribution": [_download(file) for file in (release or {}).get("files", ())] if is_open else [],
        "includedInDataCatalog": _catalogue(catalogue) if catalogue else None,
        "creativeWorkStatus": "Withdrawn" if record["status"] == "withdrawn" else "",
    }
    return {key: value for key, value in document.items() if not is_empty(value)}


def _creator(metadata: dict[str, Any]) -> dict[str, Any] | None:
    if creator := metadata.get("creator"):
        return {"@type": "Organization", "name": creator[0]} | ({"url": creator[2]} if creator[2] else {})
    return _organisation(metadata.get("organisation", {}))


def _organisation(organisation: dict[str, Any]) -> dict[str, Any] | None:
    if not organisation:
        return None
    same = {"sameAs": organisation["tooi_uri"]} if organisation.get("tooi_uri") else {}
    return {"@type": "Organization", "name": organisation["name"]} | same


def _period(period: list[str | None] | None) -> str:
    return f"{period[0] or '..'}/{period[1] or '..'}" if period else ""


def _place(metadata: dict[str, Any]) -> dict[str, Any] | None:
    place: dict[str, Any] = {"@type": "Place"}
    name = metadata.get("spatial_label") or ", ".join(shipped.label(uri) for uri in metadata.get("spatial", ()))
    if name:
        place["name"] = name
    if box := metadata.get("bbox"):
        west, south, east, north = box
        place["geo"] = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
    return place if len(place) > 1 else None


def _variable(column: dict[str, Any]) -> dict[str, Any]:
    variable = {
        "@type": "PropertyValue",
        "name": column.get("title") or column["name"],
        "description": column.get("meaning", ""),
        "unitText": column.get("unit", ""),
    }
    return {key: value for key, value in variable.items() if value}


def _download(file: PublicFile) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": file.get("title") or file["name"],
        "contentUrl": file["url"],
        "encodingFormat": file["media_type"],
        "contentSize": f"{file['size']} B",
        "sha256": file["sha256"],
    }


def _catalogue(catalogue: PublicCatalogue) -> dict[str, Any]:
    return {"@type": "DataCatalog", "name": catalogue["title"], "url": catalogue["homepage"]}

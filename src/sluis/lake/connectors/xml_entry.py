"""Entries for the sandbox: XML that servers of sources answer. No Django here."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from sluis.foundation.safe_xml import XmlCaps, iterparse, parse

Progress = Callable[[float, str], None]
_MEMBERS = {"member", "featureMember"}
_CAPS = XmlCaps(total_bytes=20_000_000_000)


def capabilities(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Request: path. The types by name with their title, coordinates and formats; the formats of the server; whether it
    gives pages. Or what it complains of, as `exception`."""
    root = parse(Path(request["path"]), file="GetCapabilities")
    if _local(root) == "ExceptionReport":
        return {"exception": _exception(root)}
    types = {kind["name"]: kind for kind in map(_type, _all(root, "FeatureType")) if kind["name"]}
    features = next((o for o in _all(root, "Operation") if o.get("name") == "GetFeature"), None)
    formats = [
        (value.text or "").strip()
        for parameter in (_all(features, "Parameter") if features is not None else ())
        if parameter.get("name") == "outputFormat"
        for value in _all(parameter, "Value")
    ]
    pages = any(
        (value.text or "").strip().upper() == "TRUE"
        for constraint in _all(root, "Constraint")
        if constraint.get("name") == "ImplementsResultPaging"
        for value in constraint
    )
    return {
        "kind": _local(root),
        "types": types,
        "formats": formats,
        "pages": pages,
    }


def answer(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Request: path. How many objects a collection says there are (`matched`, a text) and how many stand in it; or
    `exception`."""
    path, above, count = Path(request["path"]), list[str](), 0
    events = iterparse(path, file="GetFeature", caps=_CAPS, events=("start", "end"))
    _start, root = next(events)
    if _local(root) == "ExceptionReport":
        return {"exception": _exception(parse(path))}
    said = {"kind": _local(root), "matched": root.get("numberMatched") or root.get("numberOfFeatures") or ""}
    for event, element in events:
        if event == "start":
            above.append(_local(element))
            continue
        if above:
            above.pop()
        if len(above) < 2:
            count += _is_member(_local(element), above)
            element.clear()
        if not above:
            root.clear()
    return said | {"count": count}


def _is_member(name: str, above: list[str]) -> bool:
    """`above` are the elements around it, below the root."""
    return name in _MEMBERS if not above else above[0] == "featureMembers"


def _type(element: ET.Element) -> dict[str, Any]:
    def texts(*names: str) -> list[str]:
        return [(e.text or "").strip() for e in element.iter() if _local(e) in names and (e.text or "").strip()]

    return {
        "name": next(iter(texts("Name")), ""),
        "title": next(iter(texts("Title")), ""),
        "crs": next(iter(texts("DefaultCRS", "DefaultSRS")), ""),
        "formats": texts("Format"),
    }


def _exception(root: ET.Element) -> str:
    texts = [" ".join((e.text or "").split()) for e in root.iter() if _local(e) == "ExceptionText"]
    codes = [e.get("exceptionCode", "") for e in _all(root, "Exception")]
    return (": ".join(filter(None, [*codes[:1], *texts[:1]])) or "?")[:300]


def _all(root: ET.Element, name: str) -> Iterator[ET.Element]:
    return (element for element in root.iter() if _local(element) == name)


def _local(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def s3_list(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Request: path. The files of a ListObjectsV2 by their fields, and the `token` of what follows, '' at the end."""
    root = parse(Path(request["path"]), file="ListObjectsV2")
    files = [_fields(content, "Key", "LastModified", "ETag", "Size") for content in _all(root, "Contents")]
    after = _fields(root, "IsTruncated", "NextContinuationToken")
    token = after["NextContinuationToken"] if after["IsTruncated"] == "true" else ""
    return {"files": files, "token": token}


def dav_list(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Request: path. What a PROPFIND says there is, folders left out: `href` and fields."""
    root = parse(Path(request["path"]), file="PROPFIND")
    found = [response for response in _all(root, "response") if not any(True for _ in _all(response, "collection"))]
    names = ("href", "getlastmodified", "getetag", "getcontentlength")
    return {"kind": _local(root), "files": [_fields(response, *names) for response in found]}


def _fields(element: ET.Element, *names: str) -> dict[str, str]:
    """The text of the first element of each of these names; '' where there is none."""
    found: dict[str, str] = {}
    for inner in element.iter():
        if _local(inner) in names:
            found.setdefault(_local(inner), (inner.text or "").strip())
    return {name: found.get(name, "") for name in names}

"""What RFC 4287 asks of a feed document, as far as it is written with MUST: answers with what is wrong."""

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
BOTH = frozenset({"author", "category", "contributor", "id", "link", "rights", "title", "updated"})
FEED = BOTH | {"generator", "icon", "logo", "subtitle", "entry"}
ENTRY = BOTH | {"content", "published", "source", "summary"}
ONCE = (FEED | ENTRY) - {"author", "category", "contributor", "link", "entry"}
TEXT = ("title", "subtitle", "summary", "rights")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def faults(document: bytes) -> list[str]:
    root = ElementTree.fromstring(document)  # noqa: S314 - our own answer
    if root.tag != f"{ATOM}feed":
        return [f"the document is {root.tag}"]
    entries = root.findall(f"{ATOM}entry")
    found = list(_container(root, FEED, "feed"))
    for entry in entries:
        found += _container(entry, ENTRY, "entry")
        if root.find(f"{ATOM}author") is None and entry.find(f"{ATOM}author") is None:
            found.append("entry: no author (4.1.2)")
        if entry.find(f"{ATOM}content") is None and not _links(entry, "alternate"):
            found.append("entry: no content and no alternate (4.1.2)")
    keys = [(entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}updated")) for entry in entries]
    found += [f"entry twice: {key} (4.1.1)" for key in set(keys) if keys.count(key) > 1]
    if len(_links(root, "self")) != 1:
        found.append("feed: no self (4.1.1)")
    return found


def _container(element: ElementTree.Element, known: frozenset[str], where: str) -> Iterable[str]:
    names = [child.tag.removeprefix(ATOM) for child in element]
    yield from (f"{where}: {name} does not belong here" for name in names if name not in known)
    yield from (f"{where}: {name} is there {names.count(name)} times" for name in ONCE if names.count(name) > 1)
    yield from (f"{where}: no {name}" for name in ("id", "title", "updated") if name not in names)
    for child in element:
        yield from (f"{where}: {fault}" for fault in _construct(child, child.tag.removeprefix(ATOM)))
    pairs = [(one.get("type"), one.get("hreflang")) for one in _links(element, "alternate")]
    if len(pairs) != len(set(pairs)):
        yield f"{where}: two alternates of one type and language (4.1.1)"


def _construct(child: ElementTree.Element, name: str) -> Iterable[str]:
    text = child.text or ""
    if name in ("updated", "published") and not (RFC3339.fullmatch(text) and datetime.fromisoformat(text).tzinfo):
        yield f"{name} is no moment: {text} (3.3)"
    if name == "id" and not urlsplit(text).scheme:
        yield f"id is no whole IRI: {text} (4.2.6)"
    if name == "link" and not urlsplit(child.get("href", "")).scheme:
        yield f"link leads nowhere: {child.get('href')} (4.2.7)"
    if name == "category" and not child.get("term"):
        yield "category without a term (4.2.2)"
    if name == "author" and not child.findtext(f"{ATOM}name"):
        yield "author without a name (3.2.1)"
    if name in TEXT and (child.get("type", "text") not in ("text", "html", "xhtml") or len(child)):
        yield f"{name} is no text construct (3.1)"


def _links(element: ElementTree.Element, rel: str) -> list[ElementTree.Element]:
    return [one for one in element.findall(f"{ATOM}link") if one.get("rel", "alternate") == rel]

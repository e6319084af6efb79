"""The lists as they come with Sluis: one tab-separated file per list.

Each file opens with `# key: value` lines (title, source, licence, retrieved, base, refresh, whole); then the words:
code, Dutch label, English label, broader address, last day of use. An address is `base` + code, or the code itself.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from sluis.register.types import ConceptRecord

_FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class ShippedList:
    """`refresh` is the official address in RDF, '' when there is none to ask.

    `whole` says that we ship the list whole; of the others we ship a choice, and a refresh adds nothing to it.
    """

    name: str
    title: str
    source: str
    licence: str
    retrieved: date
    base: str
    refresh: str
    whole: bool
    concepts: tuple[ConceptRecord, ...]


def files() -> tuple[Path, ...]:
    return tuple(sorted(_FOLDER.glob("*.tsv")))


@cache
def names() -> tuple[str, ...]:
    return tuple(path.stem for path in files())


@cache
def read(name: str) -> ShippedList:
    """One shipped list; KeyError when Sluis does not know it."""
    if name not in names():
        raise KeyError(name)
    lines = (_FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# ") and ": " in line)
    base = head.get("base", "")
    return ShippedList(
        name=name,
        title=head["title"],
        source=head["source"],
        licence=head["licence"],
        retrieved=date.fromisoformat(head["retrieved"]),
        base=base,
        refresh=head.get("refresh", ""),
        whole=head.get("whole") == "yes",
        concepts=tuple(_concept(line, base) for line in lines if line and not line.startswith("#")),
    )


@cache
def by_uri(name: str) -> dict[str, ConceptRecord]:
    return {concept.uri: concept for concept in read(name).concepts}


def label(uri: str, language: str = "nl") -> str:
    """Label of a word in any shipped list; the address itself when no list knows it."""
    found = _everywhere().get(uri)
    if found is None:
        return uri
    return (found[0].label_en if language == "en" else "") or found[0].label


def scheme(uri: str) -> str:
    """Address of the list a word belongs to; '' when no shipped list knows it."""
    found = _everywhere().get(uri)
    return read(found[1]).source if found else ""


@cache
def _everywhere() -> dict[str, tuple[ConceptRecord, str]]:
    return {uri: (concept, name) for name in reversed(names()) for uri, concept in by_uri(name).items()}


def _concept(line: str, base: str) -> ConceptRecord:
    code, dutch, english, broader, ends = (line.split("\t") + [""] * 5)[:5]
    uri = code if "://" in code else base + code
    return ConceptRecord(
        uri=uri,
        code=code,
        label=dutch,
        label_en=english,
        broader=broader,
        ends=date.fromisoformat(ends) if ends else None,
    )

"""Texts of the interface: extract the Dutch source texts of each room and compile the English ones.

python tools/messages.py            extract all rooms into locale/en/LC_MESSAGES/django.po
python tools/messages.py portal     one room
python tools/messages.py --check    fail when a text has no English, or a .po is out of step
python tools/messages.py --compile  write the .mo files (the build does this; no gettext needed)
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Path(__file__).resolve().parent.parent / "src" / "sluis"
PLACE = re.compile(r"\{\w+\}|%\(\w+\)s")
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def rooms() -> list[str]:
    return sorted(folder.name for folder in SOURCE.iterdir() if folder.is_dir() and folder.name[0] not in "._")


def po_path(room: str) -> Path:
    return SOURCE / room / "locale" / "en" / "LC_MESSAGES" / "django.po"


def texts(room: str) -> Catalog:
    """All marked texts of a room, from Python and from templates."""
    catalog = Catalog(locale="en", project="sluis", charset="utf-8")
    for file in sorted((SOURCE / room).rglob("*")):
        if file.suffix not in (".py", ".html", ".txt") or "/static/" in file.as_posix():
            continue
        for _line, message, _comments, context in _found(file):
            catalog.add(message, context=context, locations=[(file.relative_to(SOURCE).as_posix(), 0)])
    return catalog


def _found(file: Path) -> Iterator[tuple]:
    source = file.read_bytes()
    if file.suffix != ".py":
        if b"{%" not in source:
            return
        from django.utils.translation.template import templatize

        source = templatize(source.decode()).encode()
    yield from extract("python", BytesIO(source), keywords=KEYWORDS, options={"encoding": "utf-8"})


def known(room: str) -> Catalog:
    path = po_path(room)
    if not path.exists():
        return Catalog(locale="en", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="en")


def merged(room: str) -> Catalog | None:
    found, old = texts(room), known(room)
    if not len(found):
        return None
    new = Catalog(
        locale="en",
        project="sluis",
        charset="utf-8",
        fuzzy=False,
        creation_date=_EPOCH,
        revision_date=_EPOCH,
        header_comment="# English texts.",
    )
    for message in found:
        if message.id:
            before = old.get(message.id, message.context)
            string = before.string if before and not before.fuzzy else ""
            new.add(message.id, string, context=message.context, locations=message.locations)
    return new


def extract_room(room: str) -> None:
    catalog = merged(room)
    if catalog is None:
        return
    po_path(room).parent.mkdir(parents=True, exist_ok=True)
    with po_path(room).open("wb") as file:
        write_po(file, catalog, sort_output=True, no_location=False, include_lineno=False, omit_header=False, width=0)
    print(f"{room}: {len(catalog)} texts, {len(missing(catalog))} without English")  # noqa: T201


def missing(catalog: Catalog) -> list[str]:
    def empty(message) -> bool:
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        return not all(strings)

    return [str(message.id) for message in catalog if message.id and empty(message)]


def check(room: str) -> list[str]:
    wanted, old = merged(room), known(room)
    if wanted is None:
        return []
    return [f"{room}: no English for: {text!r}" for text in missing(wanted)] + [
        f"{room}: .po is out of step, run tools/messages.py {room}"
        for _ in [0]
        if {m.id for m in wanted if m.id} != {m.id for m in old if m.id}
    ]


def clashes(chosen: Sequence[str]) -> list[str]:
    """Django puts the texts of all rooms together: of two English texts for one Dutch text, one shows in both rooms."""
    english: dict[tuple, dict[object, str]] = {}
    for room in chosen:
        for message in known(room):
            if message.id:
                english.setdefault((message.context, message.id), {}).setdefault(message.string, room)
    return [
        f"{' and '.join(found.values())}: two English texts for {key[1]!r}: {', '.join(map(repr, found))}"
        for key, found in english.items()
        if len(found) > 1
    ]


def misfits(chosen: Sequence[str]) -> list[str]:
    """An English text with a place that its Dutch text does not have: filling it in fails, or shows the place."""
    found = []
    for room in chosen:
        for message in known(room):
            dutch, english = ([part] if isinstance(part, str) else part for part in (message.id, message.string))
            if unknown := set(PLACE.findall(" ".join(english))) - set(PLACE.findall(" ".join(dutch))):
                found.append(f"{room}: only in the English of {dutch[0]!r}: {', '.join(sorted(unknown))}")
    return found


def compile_room(room: str) -> None:
    path = po_path(room)
    if path.exists():
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, known(room))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    chosen = options.rooms or rooms()
    if options.compile:
        for room in chosen:
            compile_room(room)
        return 0
    if options.check:
        problems = [line for room in chosen for line in check(room)] + clashes(chosen) + misfits(chosen)
        print("\n".join(problems) or "every text has its English", file=sys.stderr)  # noqa: T201
        return 1 if problems else 0
    for room in chosen:
        extract_room(room)
        compile_room(room)
    return 0


if __name__ == "__main__":
    import django
    from django.conf import settings

    settings.configure(USE_I18N=True)
    django.setup()
    sys.exit(main())

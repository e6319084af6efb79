"""From what the header says to safe, unique column names."""

from collections.abc import Sequence

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest.plan import Options
from sluis.lake.names import safe_names
from sluis.lake.types import Remark


def name_columns(titles: Sequence[str], options: Options) -> tuple[list[str], list[str], list[Remark]]:
    """Names, titles and remarks; corrections from the options are applied. Raises Invalid for an unknown column."""
    clean = [" ".join(title.split()) for title in titles]
    names = safe_names(clean)
    remarks = _remarks(clean, names)
    for given in (options.types, options.names, options.titles):
        for name in given:
            if name not in names:
                raise Invalid(
                    "ingest.unknown-column",
                    N_("Kolom '{column}' bestaat niet in dit bestand."),
                    way_out=N_("Kies uit: {columns}."),
                    column=name,
                    columns=", ".join(names[:30]),
                )
    shown = [options.titles.get(name, title) or name for name, title in zip(names, clean, strict=True)]
    final = safe_names([options.names.get(name, name) for name in names])
    return final, shown, remarks


def _remarks(titles: Sequence[str], names: Sequence[str]) -> list[Remark]:
    remarks: list[Remark] = []
    empty = [name for name, title in zip(names, titles, strict=True) if not title]
    if empty:
        message = N_("{count} kolommen hebben geen naam in de kop. Ze heten nu: {names}.")
        remarks.append(Remark("header.missing", message, {"count": len(empty), "names": ", ".join(empty[:10])}))
    seen: dict[str, int] = {}
    for title in titles:
        seen[title.lower()] = seen.get(title.lower(), 0) + 1
    twice = [title for title in dict.fromkeys(titles) if title and seen[title.lower()] > 1]
    if twice:
        message = N_("Deze kolomnamen komen vaker voor en kregen een volgnummer: {names}.")
        remarks.append(Remark("header.duplicate", message, {"names": ", ".join(twice[:10])}))
    return remarks

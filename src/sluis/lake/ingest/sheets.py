"""XLSX and ODS: one visible sheet, cell by cell as text into the stage; types are then decided as for CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine as calamine

from sluis.foundation.archives import Caps, open_zip
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest.caps import MAX_CELLS, MAX_COLUMNS, MAX_SHEETS
from sluis.lake.ingest.dialect import locate_header, too_many_columns
from sluis.lake.ingest.duck_typed import Progress, Staged, load
from sluis.lake.ingest.plan import Job
from sluis.lake.ingest.records import is_total
from sluis.lake.ingest.stage import Rejects, Stage
from sluis.lake.types import Remark

_MB = 1024 * 1024
# A workbook packs well, but not a hundredfold, and calamine keeps the shared texts and one sheet in memory.
_CAPS = Caps(total_bytes=600 * _MB, ratio=100, entries=5_000)
_BIG_PART = 100 * _MB
_LOOK_AHEAD = 200


def read_workbook(job: Job, kind: str, progress: Progress) -> dict[str, Any]:
    """Read the largest visible sheet, or the one the options name; returns the report."""
    progress(0.02, "werkmap controleren")
    _prescan(job.source)
    try:
        book = calamine.CalamineWorkbook.from_path(str(job.source))
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _broken(str(error)) from error
    try:
        sheet, remarks = _choose(book, job.options.sheet)
        return _read(job, kind, sheet, remarks, progress)
    finally:
        book.close()


def _prescan(path: Path) -> None:
    with open_zip(path, _CAPS) as archive:
        for member in archive.members:
            crowded = member.packed and member.size / member.packed > _CAPS.ratio
            if member.size > _BIG_PART and (crowded or "sharedstrings" in member.name.lower()):
                raise Invalid(
                    "xlsx.too-big",
                    N_("De werkmap wordt bij het openen te groot ({size} MB in één onderdeel)."),
                    way_out=N_("Sla het blad op als CSV en lever dat aan."),
                    size=member.size // _MB,
                )


def _choose(book: Any, wanted: str) -> tuple[Any, list[Remark]]:
    visible_state, work_sheet = calamine.SheetVisibleEnum.Visible, calamine.SheetTypeEnum.WorkSheet
    if len(book.sheets_metadata) > MAX_SHEETS:
        raise Invalid("xlsx.sheets", N_("De werkmap heeft meer dan {limit} bladen."), limit=MAX_SHEETS)
    sheets = [meta for meta in book.sheets_metadata if meta.typ == work_sheet]
    visible = [meta.name for meta in sheets if meta.visible == visible_state]
    hidden = [meta.name for meta in sheets if meta.visible != visible_state]
    remarks: list[Remark] = []
    if hidden:
        message = N_("De werkmap heeft verborgen bladen ({names}). Die zijn niet ingelezen.")
        remarks.append(Remark("sheet.hidden", message, {"names": ", ".join(hidden[:10])}))
    if wanted and wanted not in visible:
        raise Invalid(
            "sheet.unknown",
            N_("Er is geen zichtbaar blad '{sheet}'."),
            way_out=N_("Kies uit: {sheets}."),
            sheet=wanted,
            sheets=", ".join(visible),
        )
    if not visible:
        raise Invalid("sheet.none", N_("De werkmap heeft geen zichtbaar blad."))
    if wanted:
        return _sheet(book, wanted), remarks
    best = _largest(book, visible)
    if len(visible) > 1:
        message = N_("De werkmap heeft {count} bladen. Ingelezen is het grootste: {name}.")
        remarks.append(Remark("sheet.chosen", message, {"count": len(visible), "name": best.name}))
    return best, remarks


def _largest(book: Any, names: Sequence[str]) -> Any:
    """The sheet with most cells; only it and the one being compared are in memory at the same time."""
    best = None
    for name in names:
        sheet = _sheet(book, name)
        if best is None or sheet.height * sheet.width > best.height * best.width:
            best = sheet
    return best


def _sheet(book: Any, name: str) -> Any:
    try:
        sheet = book.get_sheet_by_name(name)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _broken(str(error)) from error
    if sheet.width > MAX_COLUMNS:
        raise too_many_columns(sheet.width)
    if sheet.height * sheet.width > MAX_CELLS:
        raise Invalid(
            "xlsx.cells",
            N_("Blad '{sheet}' heeft meer dan {limit} cellen."),
            way_out=N_("Sla het blad op als CSV en lever dat aan."),
            sheet=name,
            limit=MAX_CELLS,
        )
    return sheet


@dataclass
class _Rows:
    """Rows of texts with their row number in the sheet; blank ones are counted and left out."""

    sheet: Any
    blank: int = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        first = (self.sheet.start or (0, 0))[0] + 1
        for number, row in enumerate(self.sheet.iter_rows(), start=first):
            cells = [text_of(cell) for cell in row]
            if any(cell.strip() for cell in cells):
                yield number, cells
            else:
                self.blank += 1


def _read(job: Job, kind: str, sheet: Any, remarks: list[Remark], progress: Progress) -> dict[str, Any]:
    rows = _Rows(sheet)
    stream = iter(rows)
    ahead = [row for _, row in zip(range(_LOOK_AHEAD), stream, strict=False)]
    if not ahead:
        raise Invalid(
            "sheet.empty", N_("Blad '{sheet}' is leeg."), way_out=N_("Kies een ander blad."), sheet=sheet.name
        )
    titles, header_line, start = _header(job, ahead)
    merged = len(getattr(sheet, "merged_cell_ranges", None) or ())
    if merged:
        message = N_("Het blad heeft {count} samengevoegde cellen. Alleen de eerste cel daarvan heeft een waarde.")
        remarks.append(Remark("sheet.merged", message, {"count": merged}))
    rejects = Rejects(job.out / "rejects.csv")
    stage = Stage(job.out / "stage.parquet", len(titles))
    read = _fill(stage, rejects, ahead[start:], stream, len(titles), progress, max(sheet.height, 1))
    if rows.blank:
        message = N_("{count} lege regels zijn overgeslagen.")
        remarks.append(Remark("csv.blank", message, {"count": rows.blank}))
    dialect = {"sheet": sheet.name, "header_line": header_line}
    return load(job, stage, Staged(kind, rejects, titles, read, dialect, remarks), progress)


def _header(job: Job, ahead: Sequence[tuple[int, list[str]]]) -> tuple[list[str], int, int]:
    """Titles, row number of the header (0 when none), index in `ahead` of the first data row."""
    width = max(len(row) for _, row in ahead)
    asked = job.options.header_row
    if asked is not None:
        at = next((n for n, (line, _) in enumerate(ahead) if line == asked), None)
        if asked and at is None:
            raise Invalid("csv.header-row", N_("Op regel {line} staat geen kop."), line=asked)
        return ([""] * width, 0, 0) if at is None else (ahead[at][1], asked, at + 1)
    titles, used, first = locate_header([row for _, row in ahead], width)
    return titles, ahead[first - 1][0] if used else 0, first


def _fill(
    stage: Stage,
    rejects: Rejects,
    ahead: Sequence[tuple[int, list[str]]],
    stream: Iterator[tuple[int, list[str]]],
    width: int,
    progress: Progress,
    height: int,
) -> int:
    """Stage all rows; a total as last row is rejected. Returns the number of rows read."""
    read = totals = 0
    last: tuple[int, list[str]] | None = None
    for source in (ahead, stream):
        for row in source:
            if last:
                totals += is_total(last[1])
                stage.add(last[0], _padded(last[1], width))
            last = row
            read += 1
            if read % 20_000 == 0:
                progress(0.1 + 0.4 * read / height, "lezen")
    if last and is_total(last[1]) and not totals and read > 3:
        rejects.add(last[0], "total", ";".join(last[1]))
    elif last:
        stage.add(last[0], _padded(last[1], width))
    return read


def _padded(cells: list[str], width: int) -> list[str]:
    return cells if len(cells) == width else [*cells, *[""] * (width - len(cells))][:width]


def text_of(cell: Any) -> str:
    """A cell as it would stand in a good CSV: point as decimal mark, ISO dates."""
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            at_midnight = cell.time() == time(0)
            return cell.date().isoformat() if at_midnight else cell.isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return "" if cell is None else str(cell)


def _broken(reason: str) -> Invalid:
    if "password" in reason.lower() or "encrypt" in reason.lower():
        return Invalid(
            "xlsx.encrypted",
            N_("De werkmap is met een wachtwoord beveiligd."),
            way_out=N_("Haal het wachtwoord eraf en lever het bestand opnieuw aan."),
        )
    return Invalid(
        "xlsx.broken",
        N_("De werkmap is niet te lezen: {reason}."),
        way_out=N_("Open het bestand in Excel of LibreOffice en sla het opnieuw op."),
        reason=reason[:200],
        english="reason",
    )

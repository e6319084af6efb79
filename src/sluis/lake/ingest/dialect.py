"""Where the table starts in a delimited file, and how it is written: decided on the first records."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest.caps import MAX_COLUMNS, MAX_FIELD_CHARS
from sluis.lake.ingest.plan import Dialect, Options
from sluis.lake.ingest.shapes import NUMERIC, shape_of
from sluis.lake.types import Remark

_SAMPLE_CHARS = 262_144
_SAMPLE_ROWS = 500
_MOST_HEADER_ROWS = 4
Record = tuple[int, list[str]]  # line on which it starts, cells


def sniff(path: Path, encoding: str, options: Options) -> tuple[Dialect, list[Remark]]:
    """Find delimiter, comment lines, title lines and header. Raises Invalid when there is no table in it."""
    csv.field_size_limit(MAX_FIELD_CHARS)
    lines = _first_lines(path, encoding)
    start = next((n for n, line in enumerate(lines) if n >= options.skip and not _is_comment(line)), len(lines))
    comment_end = start if any(_is_comment(line) for line in lines[options.skip : start]) else 0
    delimiter = options.delimiter or _delimiter(lines[start:])
    records = [(line + start, cells) for line, cells in parse(lines[start:], delimiter)]
    body = [record for record in records if any(cell.strip() for cell in record[1])]
    if not body and not comment_end:
        raise Invalid(
            "csv.empty",
            N_("Het bestand bevat geen rijen."),
            way_out=N_("Controleer of u het juiste bestand hebt gekozen."),
        )
    width = _usual_width([cells for _, cells in body])
    if width > MAX_COLUMNS:
        raise too_many_columns(width)
    header, header_line, first_line = _header(body, width, options, lines, comment_end, delimiter)
    if len(header) > MAX_COLUMNS:
        raise too_many_columns(len(header))
    pad = len(header) > width and any(cell.strip() for cell in header[width:])
    header = header if pad else [*header[:width], *[""] * (width - len(header))]
    remarks = _remarks(header_line, len(header), body)
    dialect = Dialect(
        encoding=encoding,
        delimiter=delimiter,
        header=tuple(header),
        first_line=first_line,
        width=len(header),
        header_line=header_line,
        comment=comment_end > 0,
        pad=pad,
    )
    return dialect, remarks


def too_many_columns(count: int) -> Invalid:
    return Invalid(
        "table.too-many-columns",
        N_("De tabel heeft {count} kolommen; het maximum is {limit}."),
        way_out=N_("Zet de gegevens onder elkaar in plaats van naast elkaar."),
        count=count,
        limit=MAX_COLUMNS,
    )


def parse(lines: Sequence[str], delimiter: str) -> list[Record]:
    """Records of a sample, forgiving; a record cut off by the end of the sample is left out."""
    reader = csv.reader(lines, delimiter=delimiter)
    records: list[Record] = []
    while len(records) < _SAMPLE_ROWS:
        line = reader.line_num + 1
        try:
            records.append((line, next(reader)))
        except (csv.Error, StopIteration):
            break
    return records


def locate_header(rows: Sequence[Sequence[str]], width: int) -> tuple[list[str], int, int]:
    """Header titles, number of header rows used (0 when there is none) and index of the first data row.

    Rows above the header with one filled cell are titles. Used for delimited files and for sheets.
    """
    top = next((n for n, row in enumerate(rows) if _may_be_header(row, width)), 0)
    below = [row for row in rows[top + 1 :] if len(row) >= max(1, width - 1)]
    if not rows or _looks_like_data(rows[top], below):
        return [""] * width, 0, top
    if below and _is_second_header(rows[top], below):
        used = _header_rows(rows[top : top + _MOST_HEADER_ROWS], rows[top + _MOST_HEADER_ROWS : top + 30])
        return _joined(rows[top : top + used]), used, top + used
    return list(rows[top]), 1, top + 1


def _header(
    body: list[Record], width: int, options: Options, lines: Sequence[str], comment_end: int, delimiter: str
) -> tuple[list[str], int, int]:
    """Titles, line of the header (0 when none) and line on which the data starts."""
    if options.header_row == 0:
        return [""] * width, 0, body[0][0] if body else 1
    if options.header_row:
        at = next((n for n, (line, _) in enumerate(body) if line == options.header_row), None)
        if at is None:
            raise Invalid(
                "csv.header-row",
                N_("Op regel {line} staat geen kop."),
                way_out=N_("Geef het nummer van de regel met de kolomnamen."),
                line=options.header_row,
            )
        return body[at][1], body[at][0], _line_after(body, at, lines)
    if comment_end:
        named = parse([lines[comment_end - 1].lstrip("# ")], delimiter)
        cells = [cell.strip() for cell in named[0][1]] if named else []
        if cells and len(cells) == max(width, 1) and (len(cells) > 1 or not body):
            return cells, comment_end, body[0][0] if body else comment_end + 1
    titles, used, first = locate_header([cells for _, cells in body], width)
    header_line = body[first - used][0] if used else 0
    return titles, header_line, body[first][0] if first < len(body) else _line_after(body, first - 1, lines)


def _line_after(body: list[Record], at: int, lines: Sequence[str]) -> int:
    return body[at + 1][0] if at + 1 < len(body) else len(lines) + 1


def _first_lines(path: Path, encoding: str) -> list[str]:
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        text = stream.read(_SAMPLE_CHARS)
        whole = not stream.read(1)
    lines = text.splitlines(keepends=True) if "\n" not in text else text.split("\n")
    if "\n" in text:
        lines = [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    return lines if whole or len(lines) < 2 else lines[:-1]


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#") or (not line.strip())


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts most records into the same number (>1) of cells; wider wins, then ; tab | ,"""
    best, best_score = ",", (0.0, 0)
    for delimiter in (";", "\t", "|", ","):
        widths = [len(cells) for _, cells in parse(lines, delimiter) if any(cell.strip() for cell in cells)]
        common = Counter(width for width in widths if width > 1).most_common(1)
        if not common:
            continue
        share = common[0][1] / len(widths)
        score = (round(share, 1), common[0][0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    widths = Counter(len(row) for row in rows if sum(1 for cell in row if cell.strip()) > 1 or len(row) == 1)
    if not widths:
        return max((len(row) for row in rows), default=1)
    most = max(widths.values())
    return max(width for width, count in widths.items() if count == most)


def _may_be_header(row: Sequence[str], width: int) -> bool:
    filled = sum(1 for cell in row if cell.strip())
    return len(row) >= width - 1 and (width < 3 or filled >= max(2, (width + 2) // 3))


def _looks_like_data(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """True when a cell is a number or date (no year) above more of the same, and no cell is a name above such."""
    same = named = 0
    for position, cell in enumerate(row):
        column = Counter(shape_of(other[position]) for other in below[:100] if position < len(other))
        column.pop("", None)
        usual = column.most_common(1)[0][0] if column else ""
        if usual in ("", "text", "b"):
            continue
        shape = shape_of(cell)
        if shape == "text":
            named += 1
        elif shape and not (len(cell.strip()) == 4 and cell.strip().startswith(("19", "20"))):
            same += 1
    return same > 0 and named == 0


def _is_second_header(top: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """A header with gaps (merged cells) above a row of names, above data."""
    if all(cell.strip() for cell in top) or len(below) < 2:
        return False
    second = [shape_of(cell) for cell in below[0]]
    third = [shape_of(cell) for row in below[1:6] for cell in row]
    names = {"text", ""}
    return set(second) <= names and "text" in second and not set(third) <= names


def _header_rows(head: Sequence[Sequence[str]], body: Sequence[Sequence[str]]) -> int:
    """Two, or more while the next row has names with gaps, at least one of them above a column of numbers."""
    used = 2
    for row in head[2:]:
        named = [n for n, cell in enumerate(row) if shape_of(cell) == "text"]
        gaps = any(not cell.strip() for cell in row)
        if not gaps or {shape_of(cell) for cell in row} > {"", "text"} or not any(_numbers(body, n) for n in named):
            break
        used += 1
    return used


def _numbers(rows: Sequence[Sequence[str]], at: int) -> bool:
    shapes = [shape_of(row[at]) for row in rows if at < len(row) and row[at].strip()]
    return sum(shape in NUMERIC for shape in shapes) * 2 > len(shapes)


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """One title per column from all header rows; in the first, a merged cell counts for what stands under it."""
    titles: list[str] = []
    group = ""
    for position in range(max(len(row) for row in rows)):
        top, *names = (row[position].strip() if position < len(row) else "" for row in rows)
        group = top or group
        titles.append(" – ".join(part for part in (group, *names) if part))
    return titles


def _remarks(header_line: int, width: int, body: Sequence[Record]) -> list[Remark]:
    remarks: list[Remark] = []
    if not header_line:
        remarks.append(
            Remark("header.none", N_("Het bestand heeft geen kop. De kolommen heten nu kolom_1, kolom_2, …"))
        )
    elif body and header_line > body[0][0]:
        message = N_("De regels boven de kop (regel {line}) zijn niet ingelezen.")
        remarks.append(Remark("header.preamble", message, {"line": header_line}))
    if width == 1:
        remarks.append(Remark("csv.one-column", N_("Er is maar één kolom gevonden. Klopt het scheidingsteken?")))
    return remarks

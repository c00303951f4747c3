"""Spreadsheets: XLSX and CSV out, with formulas neutralised; XLSX and CSV in, whatever their dialect."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from flask_babel import gettext as _

from kernel.documents.extent import extent
from kernel.files import FileRefused, check_archive
from kernel.text import sort_key

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_CELLS = 4_000_000
"""Of the rectangle from A1 to the last value: the reader keeps every cell of it in memory."""


@dataclass(frozen=True)
class Column:
    """A column of an export: heading, width in characters."""

    title: str
    width: int = 18


def xlsx(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], notes: Sequence[str] = ()) -> bytes:
    """A workbook with a frozen header, real dates and a filter; `notes` go to a second sheet."""
    import xlsxwriter  # noqa: PLC0415  (only exports need it)

    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(buffer, options)
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    formats = {
        date: book.add_format({"num_format": "dd.mm.yyyy", "align": "left"}),
        datetime: book.add_format({"num_format": "dd.mm.yyyy hh:mm", "align": "left"}),
        time: book.add_format({"num_format": "hh:mm", "align": "left"}),
    }
    for x, column in enumerate(columns):
        sheet.set_column(x, x, column.width)
        sheet.write_string(0, x, column.title, bold)
    y = 0
    for y, row in enumerate(rows, start=1):
        for x, value in enumerate(row):
            _write_cell(sheet, y, x, value, formats)
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, max(y, 1), len(columns) - 1)
    if notes:
        _write_notes(book, notes)
    book.close()
    return buffer.getvalue()


def _write_cell(sheet: Any, y: int, x: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(y, x, value)
    elif isinstance(value, int | float):
        sheet.write_number(y, x, value)
    elif isinstance(value, datetime | date | time):
        if isinstance(value, datetime):
            value = value.replace(tzinfo=None)
        sheet.write_datetime(y, x, value, formats[type(value)])
    else:
        sheet.write_string(y, x, harmless(str(value)))


def _write_notes(book: Any, notes: Sequence[str]) -> None:
    sheet = book.add_worksheet(_("Notes")[:31])
    sheet.set_column(0, 0, 100)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for y, note in enumerate(notes):
        sheet.write_string(y, 0, note, wrap)


def harmless(value: str) -> str:
    """Keep a spreadsheet from reading text as a formula."""
    return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV as Excel opens it: BOM, semicolons, CRLF, neutralised formulas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(column.title) for column in columns])
    for row in rows:
        writer.writerow([_as_text(value) for value in row])
    return ("\ufeff" + buffer.getvalue()).encode()


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%d.%m.%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return harmless(value) if isinstance(value, str) else str(value)


@dataclass(frozen=True)
class Table:
    """What a file holds: `headings` as written, `rows` with their number in the file and values by heading key."""

    headings: list[str]
    rows: list[tuple[int, dict[str, Any]]]


def read_table(name: str, body: bytes, known: Mapping[str, Sequence[str]], needed: Sequence[str]) -> Table:
    """Read the table in an XLSX or CSV file.

    `known` maps our column name to the headings people write for it; `needed` must be present.
    The header may stand below titles and merged cells; it is the first of the first 15 rows with all of `needed`.
    Values are str, or date/time/datetime/float from XLSX. Raises FileRefused with a sentence for the reader.
    """
    grid = _read_xlsx(body) if body[:2] == b"PK" else _read_csv(name, body)
    lookup = {sort_key(heading): column for column, headings in known.items() for heading in (column, *headings)}
    for start, row in enumerate(grid[:15]):
        columns = [lookup.get(sort_key(_plain(cell))) for cell in row]
        if all(column in columns for column in needed):
            return Table([_plain(cell) for cell in row], _rows(grid, start + 1, columns))
    first = ", ".join(f"«{known[column][0]}»" for column in needed)
    raise FileRefused(
        _("No header row found. The file needs the columns %(columns)s. Take our template.", columns=first)
    )


def _rows(grid: list[list[Any]], start: int, columns: list[str | None]) -> list[tuple[int, dict[str, Any]]]:
    rows = []
    for number, cells in enumerate(grid[start:], start=start + 1):
        values: dict[str, Any] = {}
        for column, cell in zip(columns, cells, strict=False):
            if column and column not in values:
                values[column] = cell.strip() if isinstance(cell, str) else cell
        if any(value not in ("", None) for value in values.values()):
            rows.append((number, values))
    return rows


def _plain(cell: Any) -> str:
    return str(cell).strip() if cell is not None else ""


def _read_xlsx(body: bytes) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  (only imports need it)

    check_archive(body, "xl/workbook.xml")
    try:
        if extent(body) > MAX_CELLS:
            raise FileRefused(_("There are values far from the table. Leave only the table on the sheet and retry."))
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
        grid: list[list[Any]] = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except FileRefused:
        raise
    except (CalamineError, ExpatError, ValueError, OSError):
        raise FileRefused(_("The workbook cannot be read. Save it again as .xlsx and retry.")) from None
    return _bounded(grid)


def _read_csv(name: str, body: bytes) -> list[list[Any]]:
    if Path(name).suffix.lower() in (".xls", ".ods", ".docx", ".pdf") or b"\0" in body[:4096]:
        raise FileRefused(_("This is neither an .xlsx workbook nor a CSV file. Save it as .xlsx and retry."))
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1251", errors="replace")
    head = text[:4000]
    delimiter = max(";,\t", key=head.count)
    try:
        grid: list[list[Any]] = [list(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error:
        raise FileRefused(_("The CSV file is damaged. Save it again and retry.")) from None
    return _bounded(grid)


def _bounded(grid: list[list[Any]]) -> list[list[Any]]:
    if len(grid) > MAX_ROWS:
        raise FileRefused(_("The file has more than 20,000 rows. Split it and retry."))
    return [row[:MAX_COLUMNS] for row in grid]


def as_text(value: Any) -> str:
    """A cell as text: whole floats without ".0", dates as dd.mm.yyyy."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _as_text(value) if isinstance(value, date | time | datetime) else str(value).strip()

"""Spreadsheets: XLSX and CSV out, with formulas neutralised; XLSX and CSV in, whatever their dialect."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from kernel.documents.grids import Grid, Sheet, sheets_of, unmerged
from kernel.documents.guards import harmless
from kernel.documents.headings import Headings, Known, Needed, alternatives, plain
from kernel.documents.separated import HEAD
from kernel.files import BYTES_OF_A_FILE, FileRefused, Upload
from kernel.text import clean, one_line, printable

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet


NOTES = ("Notes", "Пояснения")
"""What the sheet of notes in our own workbooks is called."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

LONGEST_CELL = 32767


class Column(NamedTuple):
    """A column of an export: heading, width in characters."""

    title: str
    width: int = 18


class Leaf(NamedTuple):
    """One sheet of a workbook."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]


def xlsx(title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], notes: Sequence[str] = ()) -> bytes:
    """A workbook with a frozen header, real dates and a filter; `notes` go to a second sheet."""
    return workbook([Leaf(title, columns, rows)], notes)


def workbook(leaves: Sequence[Leaf], notes: Sequence[str] = ()) -> bytes:
    """As `xlsx`, of several sheets."""
    import xlsxwriter  # noqa: PLC0415  (only exports need it)

    buffer = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
    }
    book = xlsxwriter.Workbook(buffer, options)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    formats = {
        date: book.add_format({"num_format": "dd.mm.yyyy", "align": "left"}),
        datetime: book.add_format({"num_format": "dd.mm.yyyy hh:mm", "align": "left"}),
        time: book.add_format({"num_format": "hh:mm", "align": "left"}),
    }
    for leaf in leaves:
        _write_leaf(book, leaf, bold, formats)
    if notes:
        _write_notes(book, notes)
    book.close()
    return buffer.getvalue()


def _write_leaf(book: Workbook, leaf: Leaf, bold: object, formats: dict[type, object]) -> None:
    sheet = book.add_worksheet(sheet_name(leaf.title))
    for x, column in enumerate(leaf.columns):
        sheet.set_column(x, x, column.width)
        sheet.write_string(0, x, cell_text(column.title), bold)
    y = 0
    for y, row in enumerate(leaf.rows, start=1):
        for x, value in enumerate(row):
            _write_cell(sheet, y, x, value, formats)
    sheet.freeze_panes(1, 0)
    if leaf.columns:
        sheet.autofilter(0, 0, max(y, 1), len(leaf.columns) - 1)


def _write_cell(sheet: Worksheet, y: int, x: int, value: object, formats: dict[type, object]) -> None:
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
        sheet.write_string(y, x, cell_text(str(value)))


def cell_text(text: str) -> str:
    """As a cell can hold it: a longer text would be left out without a word."""
    text = harmless(printable(text))
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def sheet_name(title: str) -> str:
    """A sheet's name has its own rules: short, without some signs, no apostrophe at its ends."""
    return re.sub(r"[\[\]:*?/\\]", " ", one_line(title))[:31].strip(" '") or "1"


def _write_notes(book: Workbook, notes: Sequence[str]) -> None:
    sheet = book.add_worksheet(sheet_name(_("Notes")))
    sheet.set_column(0, 0, 100)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for y, note in enumerate(notes):
        sheet.write_string(y, 0, cell_text(note), wrap)


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV as Excel opens it: BOM, semicolons, CRLF, neutralised formulas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([_as_text(column.title) for column in columns])
    for row in rows:
        writer.writerow([_as_text(value) for value in row])
    return ("\ufeff" + buffer.getvalue()).encode()


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%d.%m.%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return harmless(printable(value)) if isinstance(value, str) else str(value)


@dataclass(frozen=True)
class Table:
    """What a file holds: `headings` as written, `rows` with their number in the file and values by heading key."""

    headings: list[str]
    rows: list[tuple[int, dict[str, object]]]
    notes: list[str] = field(default_factory=list)
    """What of the file was not read, in the reader's language."""
    doubts: dict[int, list[str]] = field(default_factory=dict)
    """What was read by the sense and is to be looked at, by row."""
    faults: dict[int, str] = field(default_factory=dict)
    """Why a row could not be read; it is not among `rows`."""
    columns: frozenset[str] = frozenset()
    """Heading keys of the columns that the file has."""

    @property
    def told(self) -> set[str]:
        """What the file speaks of: its columns, and what was read out of other cells. Of the rest it says nothing."""
        cells = (cell for _number, values in self.rows for cell in values.items())
        return {name for name, value in cells if value not in ("", None)} | self.columns


def accept(file: FileStorage | None) -> Upload:
    """A table file as uploaded; what is in it is `read_table`'s business. Raises FileRefused."""
    if file is None or not file.filename:
        raise FileRefused(_("Choose a file."))
    name = clean(Path(file.filename.replace("\\", "/")).name)[-200:]
    body = file.stream.read(BYTES_OF_A_FILE + 1)
    if len(body) > BYTES_OF_A_FILE:
        raise FileRefused(_("The file is larger than 10 MB. Choose a smaller one."))
    return Upload(name, XLSX if body[:2] == b"PK" else "text/csv", body)


def read_table(name: str, body: bytes, known: Known, needed: Needed) -> Table:
    """Read the table in an XLSX or CSV file.

    The table is on the first visible sheet that has a header; the header may stand below titles and merged cells:
    it is the first of the first 15 rows with all of `needed`.
    Values are str, or date/time/datetime/float from XLSX. Raises FileRefused with a sentence for the reader.
    """
    if len(body) > BYTES_OF_A_FILE:
        raise FileRefused(_("The file is larger than 10 MB. Choose a smaller one."))
    headings = Headings(known)
    found, others, heads = None, [], list[Grid]()
    for sheet in sheets_of(name, body, headings.fits):
        grid = unmerged(sheet)
        table = _table(sheet, grid, headings, needed) if found is None else None
        if table is not None:
            found = table
        elif sheet.name not in NOTES and any(plain(cell) for row in grid for cell in row):
            others.append(sheet.name)
            heads.append(grid[:HEAD])
    if found is None:
        raise FileRefused(headings.missing((row for head in heads for row in head), needed))
    if not found.rows and not found.faults:
        raise FileRefused(_("There are only headings in the file. Fill in at least one row and retry."))
    if others:
        found.notes.append(_("Other sheets are not read: %(names)s.", names=", ".join(f"«{one}»" for one in others)))
    return found


def _table(sheet: Sheet, grid: Grid, headings: Headings, needed: Needed) -> Table | None:
    for loosely in (False, True):
        for start, row in enumerate(grid[:HEAD]):
            columns = headings.columns(row, loosely=loosely)
            if all(set(alternatives(column)).intersection(columns) for column in needed):
                columns = headings.columns(row)
                doubts = {number: [text] for number, text in sheet.doubts.items()}
                rows = rows_under(grid, start + 1, columns)
                names, notes = [plain(cell) for cell in row], headings.told(row, columns)
                return Table(names, rows, notes, doubts, dict(sheet.faults), frozenset(filter(None, columns)))
    return None


def rows_under(grid: Grid, start: int, columns: Sequence[str | None]) -> list[tuple[int, dict[str, object]]]:
    """Number from 1 and values by column of the rows from `start` on that hold any."""
    rows = []
    for number, cells in enumerate(grid[start:], start=start + 1):
        values: dict[str, object] = {}
        for column, cell in zip(columns, cells, strict=False):
            if column and column not in values:
                values[column] = cell.strip() if isinstance(cell, str) else cell
        if any(value not in ("", None) for value in values.values()):
            rows.append((number, values))
    return rows


def as_text(value: object) -> str:
    """A cell as text: whole floats without ".0", dates as dd.mm.yyyy."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _as_text(value) if isinstance(value, date | time | datetime) else str(value).strip()

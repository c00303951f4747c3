"""What a table file holds, sheet by sheet, as rows of cells. Anything else is refused in words that help.

The content decides, not the name: people rename files.
"""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import thread_time
from types import MappingProxyType
from typing import Any, NamedTuple
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from flask_babel import gettext as _

from kernel.documents.extent import MAX_CELLS, MAX_ROWS, TooEmpty, TooLong, extent, too_much
from kernel.documents.guards import unguarded
from kernel.documents.separated import Fits, read_separated
from kernel.files import FileRefused, check_archive, is_plainly_packed

MAX_COLUMNS = 100
MAX_SHEETS = 100
SECONDS_FOR_SHEETS = 5
"""Of the processor's time for all sheets: a hundred of them may be one and the same part of the file."""
Grid = list[list[Any]]


class Span(NamedTuple):
    """Cells merged into one, from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "EncryptedPackage".encode("utf-16-le")
NOT_TABLES = (".xls", ".ods", ".docx", ".doc", ".pdf", ".rtf", ".png", ".jpg", ".jpeg", ".zip")
_MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml|table)", re.IGNORECASE)


class Sheet(NamedTuple):
    """Rows from the sheet's very first, as written: a merged cell's value stands in its upper left corner."""

    name: str
    rows: Grid
    merged: Sequence[Span] = ()
    titles: Sequence[str] = ()
    """Paragraphs between the table before and this one, in a paper."""
    doubts: Mapping[int, str] = MappingProxyType({})
    """Rows, by number from 1, that were damaged and read by the sense."""
    faults: Mapping[int, str] = MappingProxyType({})
    """Rows that were damaged beyond reading."""


def no_headings(_row: Sequence[str]) -> int:
    return 0


def sheets_of(name: str, body: bytes, fits: Fits = no_headings) -> Iterator[Sheet]:
    """Each visible sheet; a CSV is one sheet, whose separator `fits` helps to find. Raises FileRefused."""
    if not body.strip():
        raise FileRefused(_("The file is empty. Choose another one."))
    if body.startswith(OLE):
        raise FileRefused(_ole(body))
    if body[:2] == b"PK":
        return _workbook(body)
    return iter([_csv(name, body, fits)])


def _ole(body: bytes) -> str:
    if LOCKED in body:
        return str(_("The workbook is locked with a password. Take the password off, save it again and retry."))
    return str(_("This is a file of the old kind (.xls, .doc). Save the table as .xlsx and retry."))


def _workbook(body: bytes) -> Iterator[Sheet]:
    from python_calamine import (  # noqa: PLC0415  (only imports need it)
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    _refuse_other_archives(body)
    check_archive(body, "xl/workbook.xml")
    try:
        if extent(body) > MAX_CELLS:
            raise FileRefused(_("There are values far from the table. Leave only the table on the sheet and retry."))
        workbook, begun = CalamineWorkbook.from_filelike(io.BytesIO(body)), thread_time()
        for place, about in enumerate(workbook.sheets_metadata):
            if len(workbook.sheets_metadata) > MAX_SHEETS or thread_time() - begun > SECONDS_FOR_SHEETS:
                raise FileRefused(too_much())
            if about.visible is SheetVisibleEnum.Visible and about.typ is SheetTypeEnum.WorkSheet:
                sheet = workbook.get_sheet_by_index(place)
                grid: Grid = sheet.to_python(skip_empty_area=False)
                merged = [Span(*corner, *other) for corner, other in sheet.merged_cell_ranges or ()]
                yield Sheet(about.name, _bounded(grid), merged)
    except FileRefused:
        raise
    except TooLong:
        raise FileRefused(_too_long()) from None
    except TooEmpty:
        raise FileRefused(_("A million empty cells are formatted. Copy the table to a new sheet and retry.")) from None
    except (CalamineError, ExpatError, ValueError, OSError):
        raise FileRefused(_("The workbook cannot be read. Save it again as .xlsx and retry.")) from None


def _refuse_other_archives(body: bytes) -> None:
    """A word about archives that are no .xlsx but are often taken for one."""
    try:
        with ZipFile(io.BytesIO(body)) as archive:
            names = set(archive.namelist())
            readable = "mimetype" in names and is_plainly_packed(archive.getinfo("mimetype"))
            kind = archive.open("mimetype").read(80) if readable else b""
    except (BadZipFile, ValueError, OSError, RuntimeError, EOFError, zlib.error):
        return  # broken: check_archive says so
    if b"opendocument" in kind or "xl/workbook.bin" in names:
        raise FileRefused(_("This is an .ods or .xlsb table. Save it as .xlsx and retry."))
    if "xl/workbook.xml" not in names:
        raise FileRefused(_not_a_table())


def unmerged(sheet: Sheet) -> Grid:
    """The rows with cells merged downwards (a day, a section) holding their value in each, as the eye reads them."""
    grid = [list(row) for row in sheet.rows] if sheet.merged else sheet.rows
    spans = [(top, left, min(bottom, len(grid) - 1)) for top, left, bottom, _right in sheet.merged]
    if sum(bottom - top for top, _left, bottom in spans) > MAX_CELLS:
        return sheet.rows
    for top, left, bottom in spans:
        for row in grid[top + 1 : bottom + 1]:
            if left < len(row) and row[left] == "":
                row[left] = grid[top][left]
    return grid


def _csv(name: str, body: bytes, fits: Fits) -> Sheet:
    text = _text(body)
    if text is None or Path(name).suffix.lower() in NOT_TABLES or _MARKUP.match(body):
        raise FileRefused(_not_a_table())
    try:
        rows, doubts, faults = read_separated(text, fits, MAX_ROWS + 1)
    except csv.Error:
        raise FileRefused(_("The CSV file is damaged. Save it again and retry.")) from None
    return Sheet("", _bounded(rows), doubts=doubts, faults=faults)


def _text(body: bytes) -> str | None:
    """UTF-8, UTF-16 with its mark (Excel's «Unicode text») or cp1251; None when it is no text."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = body.decode("utf-16")
        except UnicodeDecodeError:
            return None
    else:
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = body.decode("cp1251", errors="replace")
    return None if "\0" in text else text


def _bounded(grid: Grid) -> Grid:
    if len(grid) > MAX_ROWS + 1:
        raise FileRefused(_too_long())
    return [[unguarded(cell) if isinstance(cell, str) else cell for cell in row[:MAX_COLUMNS]] for row in grid]


def _too_long() -> str:
    return str(_("The file has more than 20,000 rows. Split it and retry."))


def _not_a_table() -> str:
    return str(_("This is neither an .xlsx workbook nor a CSV file. Save it as .xlsx and retry."))

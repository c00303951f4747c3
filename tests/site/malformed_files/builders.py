"""Files as they should not be, built in code: nothing of them is kept in the repository."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import xlsxwriter

from tests.kernel.workbooks import cell, liar, workbook

Rows = Sequence[Sequence[Any]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def csv(*lines: str, coding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(lines).encode(coding)


def book(rows: Rows, *, title: str = "Лист1", before: Sequence[tuple[str, Rows]] = (), hidden: bool = False) -> bytes:
    """A workbook whose sheet `title` holds `rows`; sheets of `before` stand first, hidden if wanted."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as made:
        days, hours = made.add_format({"num_format": "dd.mm.yyyy"}), made.add_format({"num_format": "hh:mm"})
        for name, cells in before:
            sheet = made.add_worksheet(name)
            _write(sheet, cells, days, hours)
            if hidden:
                sheet.hide()
        sheet = made.add_worksheet(title)
        sheet.activate()
        sheet.set_first_sheet()
        _write(sheet, rows, days, hours)
    return buffer.getvalue()


def _write(sheet: Any, rows: Rows, days: Any, hours: Any) -> None:
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if isinstance(value, Formula):
                sheet.write_formula(y, x, value.text, None, value.shown)
            elif isinstance(value, Merged):
                sheet.merge_range(y, x, y + value.down, x + value.right, value.text)
            elif isinstance(value, date):
                sheet.write_datetime(y, x, value, days)
            elif isinstance(value, time):
                sheet.write_datetime(y, x, value, hours)
            elif value is not None:
                sheet.write(y, x, value)


class Formula:
    """A formula and the value that Excel showed when the file was saved."""

    def __init__(self, text: str, shown: Any) -> None:
        self.text, self.shown = text, shown


class Merged:
    """A value in a cell merged downwards and to the right; the cells below must be None."""

    def __init__(self, text: str, down: int = 0, right: int = 0) -> None:
        self.text, self.down, self.right = text, down, right


def locked() -> bytes:
    """What an .xlsx with a password looks like from outside: an OLE container with an encrypted package."""
    return OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + os.urandom(2000)


def old_excel() -> bytes:
    return OLE + b"\0" * 600 + "Workbook".encode("utf-16-le") + b"\0" * 2000


def open_document() -> bytes:
    return archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"})


def archive(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in parts.items():
            made.writestr(name, body)
    return buffer.getvalue()


def with_part(body: bytes, name: str, part: bytes, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The workbook with one more part in its archive."""
    buffer = io.BytesIO(body)
    with zipfile.ZipFile(buffer, "a", packing) as made:
        made.writestr(name, part)
    return buffer.getvalue()


def padded(body: bytes) -> bytes:
    """The workbook with 11 MB that do not shrink."""
    return with_part(body, "xl/media/image1.bin", os.urandom(11 * 1024 * 1024), zipfile.ZIP_STORED)


def endless(head: Sequence[str], number: int = 120_000) -> bytes:
    """A sheet far longer than a table may be: it must be refused without being read to its end."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    first = "".join(cell(f"{letters[x]}1", text) for x, text in enumerate(head))
    rows = "".join(f'<row r="{y}"><c r="A{y}"><v>1</v></c></row>' for y in range(2, number))
    return workbook(f'<row r="1">{first}</row>{rows}')


def formatted(head: Sequence[str]) -> bytes:
    """More than a million cells with a format and no value, below the table."""
    first = "".join(cell(f"{'ABCDEFGHIJKLMNOP'[x]}1", text) for x, text in enumerate(head))
    rows = ("<row>" + '<c s="1"/>' * 16_000 + "</row>") * 70
    return workbook(f'<row r="1">{first}</row>{rows}')


def far(head: Sequence[str]) -> bytes:
    """One forgotten value in the last cell of the sheet."""
    first = "".join(cell(f"{'ABCDEFGHIJKLMNOP'[x]}1", text) for x, text in enumerate(head))
    return workbook(f'<row r="1">{first}</row><row r="1048576">{cell("XFD1048576", "x")}</row>')


bomb = liar
Builder = Callable[[], bytes]


@dataclass(frozen=True)
class Case:
    """One bad file and everything that must come of it."""

    name: str
    file: str
    body: Builder
    says: tuple[str, ...]
    """What the reader is told, on the page where the file was chosen or in the preview."""
    counts: tuple[int, int, int, int] | None = None
    """Rows created, changed, skipped, with errors; None: the file is refused as a whole."""
    brings: int | None = None
    """Rows more in the importer's table after the confirmation was tried; None: as many as are created."""

    @property
    def added(self) -> int:
        return (self.counts or (0,))[0] if self.brings is None else self.brings

    @property
    def summary(self) -> str:
        created, changed, skipped, errors = self.counts or (0, 0, 0, 0)
        return f"created {created}, changed {changed}, skipped {skipped}, errors {errors}"

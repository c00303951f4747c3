"""How large a workbook's sheets are, before a reader lays them out in memory.

The reader keeps the whole rectangle from A1 to the last value: one value in XFD1048576 asks it for
half a terabyte, and a cell called ZZZZZZ1 ends the process. So every sheet is looked through first.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.parsers import expat

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ROW = re.compile(r"[0-9]{1,7}")
_VALUES = {"v", "t", "is"}
MAX_ROWS = 20_000
MAX_CELLS = 4_000_000
"""Of the rectangles from A1 to each sheet's last value: the reader keeps every cell of them in memory."""
MAX_EMPTY_CELLS = 1_000_000


class TooLong(ValueError):
    """More rows than a table may have; found without reading to the end."""


class TooEmpty(ValueError):
    """Too many cells that have a format and no value."""


def extent(body: bytes) -> int:
    """Cells of the rectangles from A1 to each sheet's last value.

    A sheet is whatever part holds sheet data: its name and place are the file's own choice.
    Raises TooLong at the first row too many, TooEmpty, ValueError or ExpatError when a sheet is not well made.
    """
    total = 0
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for entry in archive.infolist():
            part = archive.read(entry)
            if b"sheetData" in part:
                total += _Sheet().read(part)
            elif entry.filename.lower().endswith(".xml") and part[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise ValueError("a part in UTF-16")
    return total


class _Sheet:
    """The last row and column that hold a value; a cell without `r` follows the one before it."""

    def __init__(self) -> None:
        self.row = self.column = 0
        self.last_row = self.last_column = 0
        self.rows = self.empty = 0

    def read(self, part: bytes) -> int:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.Parse(part, True)
        return self.last_row * self.last_column

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name in _VALUES:
            self._value()
        elif name == "c":
            self._cell(attributes.get("r"))
        elif name == "row":
            self._line(attributes.get("r"))

    def _value(self) -> None:
        self.empty -= 1
        if self.row > self.last_row:
            self.last_row = self.row
            self.rows += 1
            if self.rows > MAX_ROWS + 1:
                raise TooLong()
        if self.column > self.last_column:
            self.last_column = self.column

    def _line(self, number: str | None) -> None:
        if number is not None and not _ROW.fullmatch(number):
            raise ValueError(f"no row is called {number[:20]!r}")
        self.row, self.column = int(number) if number else self.row + 1, 0

    def _cell(self, reference: str | None) -> None:
        self.empty += 1
        if self.empty > MAX_EMPTY_CELLS:
            raise TooEmpty()
        if reference is None:
            self.column += 1
            return
        found = _CELL.fullmatch(reference.upper())
        if found is None:
            raise ValueError(f"no cell is called {reference[:20]!r}")
        self.column = 0
        for letter in found.group(1):
            self.column = self.column * 26 + ord(letter) - 64
        self.row = int(found.group(2))

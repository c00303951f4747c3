"""How large a workbook's sheets are, before a reader lays them out in memory.

The reader keeps the whole rectangle from A1 to the last value: one value in XFD1048576 asks it for
half a terabyte, and a cell called ZZZZZZ1 ends the process. It writes a shared text out in every cell that
names it: thirty kilobytes of file ask for more than a machine has. So every part is looked through first.
"""

from __future__ import annotations

import io
import re
import zipfile
from abc import ABC, abstractmethod
from xml.parsers import expat

from flask_babel import gettext as _

from kernel.files import FileRefused

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ROW = re.compile(r"[0-9]{1,7}")
_VALUES = {"v", "t", "is"}
MAX_ROWS = 20_000
MAX_CELLS = 4_000_000
"""Of the rectangles from A1 to each sheet's last value: the reader keeps every cell of them in memory."""
MAX_EMPTY_CELLS = 1_000_000
MAX_SHEETS_UNPACKED = 60_000_000
MAX_TAGS = 2_000_000
"""Opening ones, of all parts: a table of 20,000 rows and 30 columns has fewer."""
MAX_LETTERS = 20_000_000
"""Of the shared texts, as often as a cell names them."""
MAX_MERGED = 50_000
MAX_DEPTH = 100
MAX_TAG = 1_000_000
"""Bytes of one tag: each of its attributes takes a hundred times what it takes in the file."""
CHUNK = 1 << 16
_SHARED = "sharedstrings.xml"


class TooLong(ValueError):
    """More rows than a table may have; found without reading to the end."""


class TooEmpty(ValueError):
    """Too many cells that have a format and no value."""


def extent(body: bytes) -> int:
    """Cells of the rectangles from A1 to each sheet's last value.

    A sheet is whatever part holds sheet data: its name and place are the file's own choice.
    Raises TooLong at the first row too many, TooEmpty, ValueError or ExpatError when a sheet is not well made,
    FileRefused when there is more in the workbook than a table needs.
    """
    total = 0
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        tags = _weigh(archive)
        texts = _Texts(tags)
        for entry in archive.infolist():
            if entry.filename.lower().endswith(_SHARED):
                texts.read(archive.read(entry))
        tags, letters = texts.tags, 0
        for entry in archive.infolist():
            part = archive.read(entry)
            if b"sheetData" in part:
                sheet = _Sheet(texts.lengths, tags)
                total += sheet.read(part)
                tags, letters = sheet.tags, letters + sheet.letters
                _keep_within(letters, MAX_LETTERS)
            elif entry.filename.lower().endswith(".xml") and part[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise ValueError("a part in UTF-16")
    return total


def _weigh(archive: zipfile.ZipFile) -> int:
    """Tags of the parts that are no sheets, counted without reading them as XML. Raises FileRefused, as by weight."""
    size = tags = 0
    for entry in archive.infolist():
        part = archive.read(entry)
        size += len(part)
        _keep_within(size, MAX_SHEETS_UNPACKED)
        if b"sheetData" not in part and not entry.filename.lower().endswith(_SHARED):
            tags += part.count(b"<")
            _keep_within(tags, MAX_TAGS)
    return tags


def _keep_within(number: int, limit: int) -> None:
    if number > limit:
        raise FileRefused(too_much())


def too_much() -> str:
    return str(_("There is far more in this workbook than a table needs. Copy the table to a new workbook and retry."))


class Part(ABC):
    """A part read as XML, with an end to how deep it goes, how long a tag may be and how many there are.

    `tags`: how many were counted in other parts.
    """

    def __init__(self, tags: int) -> None:
        self.depth, self.tags = 0, tags

    def parse(self, part: bytes) -> None:
        self.depth = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._text
        for start in range(0, len(part), CHUNK):
            parser.Parse(part[start : start + CHUNK], False)
            _keep_within(start - parser.CurrentByteIndex, MAX_TAG)
        parser.Parse(b"", True)

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.tags += 1
        if self.depth > MAX_DEPTH or self.tags > MAX_TAGS:
            raise FileRefused(too_much())
        self._start(name.rpartition(":")[2], attributes)

    def _close(self, name: str) -> None:
        self.depth -= 1

    @abstractmethod
    def _start(self, name: str, attributes: dict[str, str]) -> None:
        """A tag opens; its name without a prefix."""

    @abstractmethod
    def _text(self, text: str) -> object:
        """Text between tags."""


def _no_doctype(*_about: object) -> None:
    """Office programs write none; it is where entities that grow are declared."""
    raise ValueError("a document type")


class _Texts(Part):
    """How long each shared text is."""

    def __init__(self, tags: int) -> None:
        super().__init__(tags)
        self.lengths: list[int] = []
        self.place = -1

    def read(self, part: bytes) -> None:
        """Of two tables of texts the longer text counts: which of them the reader takes is its own business."""
        self.place = -1
        self.parse(part)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.place += 1
            self.found = 0
            if self.place == len(self.lengths):
                self.lengths.append(0)

    def _text(self, text: str) -> None:
        if self.place >= 0:
            self.found += len(text)
            self.lengths[self.place] = max(self.lengths[self.place], self.found)


class _Sheet(Part):
    """The last row and column that hold a value; a cell without `r` follows the one before it."""

    def __init__(self, lengths: list[int], tags: int) -> None:
        super().__init__(tags)
        self.lengths = lengths
        self.letters = self.merged = 0
        self.shared = False
        """Whether the cell names a shared text."""
        self.row = self.column = 0
        self.last_row = self.last_column = 0
        self.rows = self.empty = 0

    def read(self, part: bytes) -> int:
        self.parse(part)
        return self.last_row * self.last_column

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _VALUES:
            self._value()
        elif name == "c":
            self.shared = attributes.get("t") == "s"
            self._cell(attributes.get("r"))
        elif name == "row":
            self._line(attributes.get("r"))
        elif name == "mergeCell":
            self.merged += 1
            _keep_within(self.merged, MAX_MERGED)

    def _text(self, text: str) -> None:
        if self.shared and self.lengths and (place := text.strip()):
            known = place.isdecimal() and int(place[:9]) < len(self.lengths)
            self.letters += self.lengths[int(place)] if known else max(self.lengths)
            _keep_within(self.letters, MAX_LETTERS)

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

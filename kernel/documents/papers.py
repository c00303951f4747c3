"""The tables of a Word document as sheets, with the paragraphs above each; without tables, its lines."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError

from flask_babel import gettext as _

from kernel.documents.extent import MAX_ROWS, MAX_SHEETS_UNPACKED, Part
from kernel.documents.grids import MAX_COLUMNS, Sheet, Span
from kernel.files import FileRefused, check_archive

BODY = "word/document.xml"
LONGEST_LINE = 5_000
"""Of a cell or paragraph; what is longer is cut."""
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_NOT_SHOWN = {"Fallback", "moveFrom", "txbxContent", "del"}
"""A second copy for older programs, what was moved or struck out, frames that float beside the text."""


def is_paper(body: bytes) -> bool:
    """Whether this is a .docx, by its content."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return BODY in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def tables_of(body: bytes) -> list[Sheet]:
    """Each table of the document, in order. Raises FileRefused."""
    check_archive(body, BODY)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        part = archive.read(BODY)
    if len(part) > MAX_SHEETS_UNPACKED:
        raise FileRefused(_too_much())
    paper = _Paper()
    try:
        paper.parse(part)
    except FileRefused:
        raise FileRefused(_too_much()) from None
    except (ExpatError, ValueError):
        raise FileRefused(_("The document cannot be read. Save it again as .docx and retry.")) from None
    if not paper.sheets:
        return [Sheet("", [line.split("\t")[:MAX_COLUMNS] for line in paper.titles])]
    return paper.sheets


def _too_much() -> str:
    return str(_("There is far more in this document than a table needs. Copy the table to a new document and retry."))


@dataclass
class _Table:
    rows: list[list[str]] = field(default_factory=list)
    spans: dict[int, Span] = field(default_factory=dict)
    """By column: the merged cell that may go on in the next row."""
    merged: list[Span] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """Of the cell being read."""
    wide: int = 1
    vertical: str = ""
    """"restart" or "continue" of a cell merged downwards."""
    is_open: bool = False

    def begin_cell(self) -> None:
        self.lines, self.wide, self.vertical, self.is_open = [], 1, "", True

    def skip(self, columns: int) -> None:
        self.rows[-1].extend([""] * columns)

    def end_cell(self) -> None:
        row = self.rows[-1]
        column, number = len(row), len(self.rows) - 1
        wide = min(self.wide, max(MAX_COLUMNS - column, 0))
        text = "\n".join(line.strip() for line in self.lines if line.strip())
        above = self.spans.get(column)
        if self.vertical == "continue" and above and above.bottom == number - 1:
            self.spans[column] = above._replace(bottom=number)
            text = ""
        else:
            self._settle(column)
            self.spans[column] = Span(number, column, number, column + wide - 1)
        row.extend([text, *[""] * (wide - 1)] if wide else [])
        self.is_open = False

    def _settle(self, column: int) -> None:
        done = self.spans.pop(column, None)
        if done and (done.bottom > done.top or done.right > done.left):
            self.merged.append(done)

    def finished(self, name: str, titles: list[str]) -> Sheet:
        for column in list(self.spans):
            self._settle(column)
        return Sheet(name, self.rows, self.merged, titles)


class _Paper(Part):
    def __init__(self) -> None:
        super().__init__(0)
        self.sheets: list[Sheet] = []
        self.titles: list[str] = []
        """Paragraphs since the last table."""
        self.tables: list[_Table] = []
        self.is_text = False
        self.hidden = 0
        """How deep in what is not shown."""
        self.rows = 0

    @property
    def lines(self) -> list[str]:
        return self.tables[-1].lines if self.tables else self.titles

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self.hidden or name in _NOT_SHOWN:
            self.hidden += 1
        elif name == "t":
            self.is_text = True
        elif name == "p":
            self.lines.append("")
        elif name in _BREAKS:
            self._add(_BREAKS[name])
        elif name == "tbl":
            self.tables.append(_Table())
        elif self.tables:
            self._in_table(self.tables[-1], name, attributes)

    def _in_table(self, table: _Table, name: str, attributes: dict[str, str]) -> None:
        if name == "tr":
            self.rows += 1
            if self.rows > MAX_ROWS:
                raise FileRefused(_too_much())
            table.rows.append([])
        elif name == "tc" and table.rows:
            table.begin_cell()
        elif name == "gridSpan":
            table.wide = _number(attributes)
        elif name == "gridBefore" and table.rows:
            table.skip(_number(attributes))
        elif name == "vMerge":
            table.vertical = _value(attributes) or "continue"

    def _text(self, text: str) -> None:
        if self.is_text and not self.hidden:
            self._add(text)

    def _add(self, text: str) -> None:
        if self.lines and len(self.lines[-1]) < LONGEST_LINE:
            self.lines[-1] += text[:LONGEST_LINE]

    def _close(self, name: str) -> None:
        super()._close(name)
        name = name.rpartition(":")[2]
        if self.hidden:
            self.hidden -= 1
        elif name == "t":
            self.is_text = False
        elif name == "tc" and self.tables and self.tables[-1].is_open:
            self.tables[-1].end_cell()
        elif name == "tbl" and self.tables:
            self._end(self.tables.pop())

    def _end(self, table: _Table) -> None:
        """A table inside a cell becomes lines of the cell."""
        if self.tables:
            self.lines.extend(" ".join(cell for cell in row if cell) for row in table.rows)
            self.lines.append("")
            return
        titles = [line.strip() for text in self.titles for line in text.split("\n") if line.strip()]
        number = len(self.sheets) + 1
        name = _("table %(number)d", number=number) if self.sheets else ""
        self.sheets.append(table.finished(str(name), titles))
        self.titles = []


def _value(attributes: dict[str, str]) -> str:
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == "val"), "")


def _number(attributes: dict[str, str]) -> int:
    value = _value(attributes)
    return min(int(value), MAX_COLUMNS) if value.isascii() and value.isdigit() and len(value) < 6 else 1

"""CSV and its kin as people have them: the separator found by trying, rows with damaged quotes mended or told."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from flask_babel import gettext as _

from kernel.files import FileRefused

Fits = Callable[[Sequence[str]], int]
"""How many known headings a row holds."""
SEPARATORS = ";,\t|"
HEAD = 15
"""Rows among which headings are looked for."""
_SEP_LINE = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)
_AS_FORMULA = re.compile(r'="([^"]*)"')
"""How Excel is told that digits are text."""
MAX_DAMAGED = 500
LONGEST_RECORD = 200
"""Lines that one quoted text may fill."""


class Separated(NamedTuple):
    """Rows from the first; what is odd about some of them, by their number from 1."""

    rows: list[list[str]]
    doubts: dict[int, str]
    """Damaged, read by the sense: to be looked at."""
    faults: dict[int, str]
    """Damaged beyond reading: the row is left empty."""


def read_separated(text: str, fits: Fits, most: int) -> Separated:
    """The rows of a text, `most` of them and one more at the most. Raises FileRefused, csv.Error."""
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readlines()
    told = _SEP_LINE.match(lines[0]) if lines else None
    separator, width, spaced = _separator(lines, fits, told[1] if told else "")
    found = Separated([], {}, {})
    if told:
        found.rows.append([])
        lines = lines[1:]
    for record, raw in _records(lines, separator):
        number = len(found.rows) + 1
        if number > most:
            found.rows.append([])
            break
        cells = record
        if record is None or (width and len(_trimmed(record)) > width):
            cells = _mended(raw, separator, width, spaced)
            if cells is None:
                found.faults[number] = _too_wide(raw.count(separator) + 1, width)
            else:
                found.doubts[number] = _("The quotes or separators of this row were damaged: check how it was read.")
            if len(found.doubts) + len(found.faults) > MAX_DAMAGED:
                raise FileRefused(_("The CSV file is damaged. Save it again and retry."))
        found.rows.append([_AS_FORMULA.sub(r"\1", cell) if cell[:2] == '="' else cell for cell in cells or []])
    return found


def _too_wide(number: int, width: int) -> str:
    return str(
        _(
            "The row has %(number)d cells under %(width)d headings: a separator stands inside a text. "
            "Put that text into quotes.",
            number=number,
            width=width,
        )
    )


def _separator(lines: Sequence[str], fits: Fits, told: str) -> tuple[str, int, bool]:
    """The separator under which a row holds most headings, how many cells that row has, whether spaces follow it.

    Where no row holds any, the one under which most rows are of one length; then the width is 0.
    """
    best, answer = (-1, -1), (";", 0, False)
    for separator in told or SEPARATORS:
        rows = list(csv.reader(islice(lines, 40), delimiter=separator))
        heads = [(fits(row), -place, row) for place, row in enumerate(rows[:HEAD])]
        headings, _place, head = max(heads, default=(0, 0, []))
        lengths = Counter(len(row) for row in rows if len(row) > 1)
        score = (headings, max(lengths.values(), default=0))
        if score > best:
            spaced = any(cell.startswith(" ") for cell in head[1:])
            best, answer = score, (separator, len(head) if headings > 1 else 0, spaced)
    return answer


def _records(lines: Sequence[str], separator: str) -> Iterator[tuple[list[str] | None, str]]:
    """Each row with its text; None for the cells of one whose quotes do not agree: then its first line only."""
    start = 0
    while start < len(lines):
        window = lines[start : start + LONGEST_RECORD]
        reader = csv.reader(window, delimiter=separator, strict=True)
        done = 0
        try:
            for record in reader:
                yield record, "".join(window[done : reader.line_num])
                done = reader.line_num
        except csv.Error:
            if not done:  # else the window may have cut it: once more from its beginning
                yield None, window[0]
                done = 1
        start += done


def _trimmed(cells: list[str]) -> list[str]:
    last = len(cells)
    while last and not cells[last - 1].strip():
        last -= 1
    return cells[:last]


def _mended(raw: str, separator: str, width: int, spaced: bool) -> list[str] | None:
    """The cells of a damaged row: texts that their quotes or a space show to be one are joined to fit the headings."""
    pieces = raw.rstrip("\r\n").split(separator)
    if width and len(_trimmed(pieces)) > width:
        pieces = _joined_by_quotes(pieces, separator)
    if width and len(_trimmed(pieces)) > width and not spaced:
        pieces = _joined_by_spaces(pieces, separator, width)
    pieces = _trimmed(pieces)
    return [_unquoted(piece) for piece in pieces] if not width or len(pieces) <= width else None


def _joined_by_quotes(pieces: list[str], separator: str) -> list[str]:
    """From a piece that opens a quote to the one that makes the number of quotes even."""
    joined: list[str] = []
    is_open = False
    for piece in pieces:
        if is_open:
            joined[-1] += separator + piece
        else:
            joined.append(piece)
        if is_open or piece.lstrip().startswith('"'):
            is_open = joined[-1].count('"') % 2 == 1
    return pieces if is_open else joined


def _joined_by_spaces(pieces: list[str], separator: str, width: int) -> list[str]:
    """«…, что дальше»: a space follows a comma of the text, not one between cells."""
    tails = sum(piece.startswith(" ") for piece in pieces[1:])
    if tails != len(_trimmed(pieces)) - width:
        return pieces
    joined = pieces[:1]
    for piece in pieces[1:]:
        if piece.startswith(" "):
            joined[-1] += separator + piece
        else:
            joined.append(piece)
    return joined


def _unquoted(piece: str) -> str:
    text = piece.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    elif text.count('"') % 2:
        text = text.removeprefix('"')
    return text.replace('""', '"')

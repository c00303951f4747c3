"""Our columns found by the headings people write over theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from flask_babel import gettext as _

from kernel.text import inner, one_script, sort_key

Known = Mapping[str, Sequence[str | re.Pattern[str]]]
"""Our column names, with the headings people write for each; a pattern finds one inside a longer heading."""
Needed = Sequence[str | tuple[str, ...]]
"""Columns that must be there; of several in brackets one is enough."""

LONGEST_HEADING = 200
"""Letters of a heading; questions of a form are long ones."""


REMARK = ("What to put right", "Что исправить", "Demonstration data", "Демонстрационные данные")
"""Columns of our own that say something of a row: why it was left out, that it is invented. Read over when it comes."""


class Headings:
    """Finds our columns by what people write over theirs."""

    def __init__(self, known: Known) -> None:
        self.titles = {column: str(names[0]) for column, names in known.items()}
        self.exact = {
            heading_key(name): column
            for column, names in known.items()
            for name in (column, *names)
            if isinstance(name, str)
        }
        self.patterns = [
            (column, name) for column, names in known.items() for name in names if isinstance(name, re.Pattern)
        ]

    def columns(self, row: Sequence[object], loosely: bool = True) -> list[str | None]:
        """Our column over each cell; one known by its whole heading goes before one found in a longer heading."""
        keys = [heading_key(cell) if isinstance(cell, str) and len(cell) < LONGEST_HEADING else "" for cell in row]
        found = [self.exact.get(key) if key else None for key in keys]
        for column, pattern in self.patterns if loosely else ():
            if column not in found:
                free = (place for place, key in enumerate(keys) if key and found[place] is None)
                if (fits := next((place for place in free if pattern.search(keys[place])), None)) is not None:
                    found[fits] = column
        return found

    def fits(self, row: Sequence[object]) -> int:
        return len(set(self.columns(row)) - {None})

    def missing(self, rows: Iterable[Sequence[object]], needed: Needed) -> str:
        """Why there is no table: the headings of the row that has most of them, and those that it lacks."""
        first = list[str]()
        best, there = list[str](), set[str | None]()
        for row in rows:
            columns = self.columns(row)
            texts = [plain(cell)[:60] for cell in row if plain(cell)]
            first = first or texts
            if len(set(columns) - {None}) > len(there):
                best, there = texts, set(columns) - {None}
        lacks = [column for column in map(alternatives, needed) if not there.intersection(column)]
        names = ", ".join(f"«{self.titles[column[0]]}»" for column in lacks)
        if not best:
            begins = " ".join(first)[:120]
            return str(
                _(
                    "No header row found: the columns %(columns)s are needed, and the file begins with «%(text)s». "
                    "Take our template.",
                    columns=names,
                    text=inner(begins),
                )
            )
        return str(
            _(
                "Headings found: %(found)s; missing: %(missing)s. Name the columns so, or take our template.",
                found=", ".join(f"«{one}»" for one in best[:20]),
                missing=names or "—",
            )
        )

    def told(self, row: Sequence[object], columns: Sequence[str | None]) -> list[str]:
        """Notes: headings read by a part of them; columns that are not ours or stand twice."""
        seen: set[str] = set()
        names, guessed = [], []
        for cell, column in zip(row, columns, strict=True):
            text = f"«{inner(plain(cell)[:60])}»"
            if plain(cell) and (column is None or column in seen) and plain(cell) not in REMARK:
                names.append(text)
            elif column and heading_key(plain(cell)) not in self.exact:
                guessed.append(f"{text} → «{self.titles[column]}»")
            seen.add(column or "")
        found = [_("Columns taken by their sense: %(names)s.", names=", ".join(guessed[:20]))] if guessed else []
        if names:
            found.append(_("Columns that are not read: %(names)s.", names=", ".join(names[:20])))
        return found


def alternatives(column: str | tuple[str, ...]) -> tuple[str, ...]:
    return (column,) if isinstance(column, str) else column


@lru_cache(maxsize=2048)
def heading_key(text: str) -> str:
    return sort_key(one_script(text.replace("№", " номер ")))


def plain(cell: object) -> str:
    return str(cell).strip() if cell is not None else ""

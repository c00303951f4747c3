"""What headings and dividing rows say of the rows beneath them: the day, the section, the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from kernel.documents.headings import plain
from kernel.text import clean, sort_key
from programme.importing.dates import read_date, take_date, take_short_date
from programme.importing.layouts.words import HEADLINE, REMARK, SECTION, WHERE, section_name, take_room

DEFAULT_SHEETS = ("лист", "sheet", "table", "таблица", "программа", "programme", "program", "расписание")
LONGEST_DIVIDER = 200


class Familiar(NamedTuple):
    """What the forum has already: its first day, the names of its sections and rooms as keys."""

    first: date
    sections: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    held: dict[str, str] = {}
    """The section of each room that one section holds alone."""

    @property
    def year(self) -> int:
        return self.first.year


class Place(int):
    """Where a row stands in the file: a number of its own, shown by sheet and cell."""

    text: str

    def __new__(cls, number: int, text: str) -> Place:
        made = super().__new__(cls, number)
        made.text = text
        return made

    def __str__(self) -> str:
        return self.text


@dataclass
class Context:
    """What holds until something else is said."""

    familiar: Familiar
    day: date | None = None
    section: str = ""
    room: str = ""
    titled: bool = False
    """Whether a title has told a day."""
    unread: list[str] = field(default_factory=list)
    written: object = ""
    """The day of the last row that had its own, as written there."""

    def title(self, text: str) -> bool:
        """A line above the table, or a sheet's name; whether it names a section."""
        day, rest = take_date(clean(text[:LONGEST_DIVIDER]), self.familiar.year, self.familiar.first)
        self.day = day or self.day
        self.titled = self.titled or day is not None
        if SECTION.match(rest) and not HEADLINE.search(rest.split(",")[0]):
            self._section(rest)
            return True
        return False

    def sheet(self, name: str) -> bool:
        """The name of one sheet of several; whether it names a day."""
        day, rest = take_date(name, self.familiar.year, self.familiar.first)
        if day is None:
            day, rest = take_short_date(name, self.familiar.year)
        self.day = day or self.day
        if not self.section and not day and len(rest) > 1 and not sort_key(rest).startswith(DEFAULT_SHEETS):
            self._section(rest)
        return day is not None

    def divide(self, value: object) -> None:
        """A row that says something of those beneath it: a day, a section with its room, a remark."""
        if isinstance(value, date | datetime | int | float):
            self.day = read_date(value, self.familiar.year) or self.day
            return
        named = False
        for line in plain(value).split("\n"):
            text = clean(line)
            day, rest = take_date(text[:LONGEST_DIVIDER], self.familiar.year, self.familiar.first)
            if day is None:
                day, rest = _whole_short_date(text, self.familiar.year) or (None, rest)
            self.day = day or self.day
            rest = rest.strip(" ,.;:–—-") if day else rest
            if not rest or (day and len(rest) < 12 and not SECTION.match(rest)):
                continue  # a day, perhaps with its name: «20 мая, четверг»
            if WHERE.match(rest):
                self.room = _room(take_room(rest)[1])
            elif REMARK.match(rest) or len(text) > LONGEST_DIVIDER or named:
                self.unread.append(text[:LONGEST_DIVIDER])
            else:
                named = self._section(rest)

    def _section(self, text: str) -> bool:
        """Whether it names one; a room alone changes the room."""
        rest, room = take_room(text)
        if room:
            self.room = _room(room)
        if not rest.strip():
            return False
        self.section = section_name(rest.strip(" ,;:"), self.familiar.sections)
        if not room:
            self.room = ""
        return True


def _room(text: str) -> str:
    text = clean(text).strip(" .,;")
    return text[:1].upper() + text[1:]


def _whole_short_date(text: str, year: int) -> tuple[date | None, str] | None:
    """«20.05» or «20.05, четверг»: with nothing before it."""
    day, rest = take_short_date(text, year)
    return (day, rest) if day and text[:1].isdigit() and len(rest) < 20 else None


def is_day(value: object, familiar: Familiar) -> bool:
    """Whether a cell holds a day and nothing else."""
    if isinstance(value, date | datetime):
        return True
    text = clean(plain(value))[:LONGEST_DIVIDER]
    day, rest = take_date(text, familiar.year, familiar.first)
    return day is not None and len(rest.strip(" ,.;()")) < 15

"""Rows of the one table that every layout becomes, and what is filled in after all of them are there."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from time import thread_time

from flask_babel import gettext as _

from kernel.db import Columns
from kernel.documents.extent import MAX_ROWS, too_much
from kernel.documents.sheets import as_text
from kernel.files import FileRefused
from kernel.text import clean, sort_key
from programme.importing.cells import FORMATS
from programme.importing.dates import read_date
from programme.importing.layouts.context import Familiar, Place
from programme.importing.layouts.people import columns_of, people_of
from programme.importing.layouts.words import SHARED, is_person, kind_of, without_format
from programme.importing.times import EVENING, MORNING, read_when

SECONDS_FOR_LAYOUTS = 8
"""Of the processor's time for the layouts of all sheets."""
GENERAL = "Общая программа"
"""The section of what stands before or across all of them: data, like the workbook's headings."""


@dataclass
class Talk:
    """One item as read: values by our column names."""

    place: Place
    values: dict[str, object]
    has_section: bool = False
    """Its table has a column for the section."""
    carried: bool = False
    """The day was said before it, not in its own row."""
    remarks: list[str] = field(default_factory=list)


@dataclass
class Reading:
    """What has been read of a file, over all its sheets."""

    familiar: Familiar
    talks: list[Talk] = field(default_factory=list)
    layouts: list[str] = field(default_factory=list)
    """How it was read, in the reader's language."""
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    doubts: dict[int, list[str]] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    """By our names, those that tables with headings have."""
    begun: float = field(default_factory=thread_time)

    def check_effort(self) -> None:
        """Refuse what takes too long: a small file may ask for much. Raises FileRefused."""
        if thread_time() - self.begun > SECONDS_FOR_LAYOUTS:
            raise FileRefused(too_much())

    def note_layout(self, text: str) -> None:
        if text not in self.layouts:
            self.layouts.append(text)

    def place(self, text: str) -> Place:
        """Of a single table the number of its row."""
        return Place(int(text) if text.isdecimal() else len(self.talks) + len(self.faults) + 1, text)

    def add(self, talk: Talk) -> None:
        self.talks.append(talk)
        if len(self.talks) > MAX_ROWS:
            raise FileRefused(_("The file has more than 20,000 rows. Split it and retry."))


def is_timed(value: object) -> bool:
    """Whether a cell holds a time, or a beginning and an end: whole hours alone are too little to tell."""
    if isinstance(value, time | timedelta):
        return True
    if isinstance(value, datetime):
        return bool(value.time())
    if isinstance(value, float):
        return 0 < value < 1
    text = as_text(value)
    if not 3 < len(text) < 80 or not any(sign.isdigit() for sign in text):
        return False
    return read_when(text, "").begins is not None


def split_cell(text: str) -> Columns:
    """«Няня на час⏎Сойкина В. И., директор, Саянск» as values."""
    lines = [line for line in (clean(line) for line in text.split("\n")) if line]
    named = next((number for number, line in enumerate(lines) if is_person(line)), len(lines))
    if named == 0 and len(lines) > 1:  # the speaker stands first
        return {"title": " ".join(lines[1:])} | columns_of(people_of(lines[0]))
    values: dict[str, object] = {"title": " ".join(lines[:named])}
    return values | (columns_of(people_of("\n".join(lines[named:]))) if named < len(lines) else {})


def complete(values: dict[str, object], columns: set[str | None]) -> None:
    """What a cell says besides its own matter, where no column of its own does."""
    title = as_text(values.get("title"))
    if "speaker" not in columns and "\n" in title:
        values |= {name: value for name, value in split_cell(title).items() if value and not values.get(name)}
        values["title"] = split_cell(title)["title"]
    elif "position" not in columns and values.get("speaker"):
        found = columns_of(people_of(as_text(values["speaker"])))
        values |= {name: value for name, value in found.items() if name == "speaker" or not values.get(name)}
    if "format" not in columns:
        values["title"], way = without_format(as_text(values.get("title")), dict(FORMATS))
        values |= {"format": way} if way else {}
    if "kind" not in columns and not values.get("speaker"):
        values["kind"] = kind_of(as_text(values.get("title")))


def finish(reading: Reading) -> None:
    """Sections of items that have none, ends by the next beginning, days after midnight."""
    _name_sections(reading)
    groups: dict[object, list[Talk]] = defaultdict(list)
    for talk in reading.talks:
        groups[sort_key(as_text(talk.values["section"])), sort_key(as_text(talk.values.get("room")))].append(talk)
    for talks in groups.values():
        if any(talk.carried for talk in talks):
            _after_midnight(talks, reading.familiar)
        _fill_ends(talks)


def _name_sections(reading: Reading) -> None:
    """By the room, where the file has several; else one section for all."""
    bare = [talk for talk in reading.talks if not talk.has_section and not as_text(talk.values.get("section"))]
    rooms = Counter(sort_key(as_text(talk.values.get("room"))) for talk in bare if talk.values.get("room"))
    for talk in bare:
        room = as_text(talk.values.get("room"))
        held = reading.familiar.held.get(sort_key(room), "")
        shared = talk.values.get("kind") in SHARED
        talk.values["section"] = held or (room if len(rooms) > 1 and room and not shared else GENERAL)
    if any(talk.values["section"] == GENERAL for talk in reading.talks):
        reading.notes.append(_("Items of no section stand in the section «%(name)s».", name=GENERAL))
    if any(talk.values["section"] != GENERAL for talk in bare):
        reading.notes.append(_("Where no section is named, it is called by the room."))


def _after_midnight(talks: list[Talk], familiar: Familiar) -> None:
    """What follows an evening under one day and begins in the night belongs to the next one."""
    before: tuple[date, time] | None = None
    late = False
    for talk in talks:
        day = read_date(talk.values.get("date"), familiar.year, familiar.first)
        begins = read_when(talk.values.get("start"), talk.values.get("end")).begins
        if day is None or begins is None:
            continue
        late = bool(before and before[0] == day and (late or before[1] >= EVENING) and begins < MORNING)
        if late and talk.carried:
            talk.values["date"] = day + timedelta(days=1)
        before = day, begins


def _fill_ends(talks: list[Talk]) -> None:
    """Where a file tells beginnings only, an item lasts till the next one."""
    if any(_ends(talk) for talk in talks):
        return
    for talk, after in pairwise(talks):
        same = talk.values.get("date") == after.values.get("date")
        begins = read_when(after.values.get("start"), "").begins
        first = read_when(talk.values.get("start"), "").begins
        if same and begins and first and begins > first:
            talk.values["end"] = f"{begins:%H:%M}"
            talk.remarks.append(end_by_next(begins))


def end_by_next(begins: time) -> str:
    return str(_("The end is not given: taken by the next item, %(time)s.", time=f"{begins:%H:%M}"))


def _ends(talk: Talk) -> bool:
    when = read_when(talk.values.get("start"), talk.values.get("end"), talk.values.get("duration"))
    return when.begins is not None and when.ends is not None

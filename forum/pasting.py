"""Rooms and sections pasted line by line, as a plan: what would be added, what is here already.

«Зал 1 — 2 этаж — 80 мест», «Ранняя помощь — Зал 1»: what stands behind a name is told by what it says, and whatever
says nothing known is a part of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple, TypeVar

from flask_babel import gettext as _
from flask_babel import ngettext

from forum import operations, queries
from forum.models import Forum, Room, Section, Venue
from kernel.access import Actor
from kernel.imports import Plan, Row, Verdict
from kernel.text import quoted, sort_key

MOST_LINES = 200
MOST_SEATS = 100_000
LONGEST_LINE = 1_000
"""What goes on further is too long for any name, and is not read to its end."""
LONGEST = {"room": Room.name.type.length, "floor": Room.floor.type.length, "section": Section.name.type.length}

_MARK = re.compile(r"^(?:[•*·–—-]|\d{1,3}[.)])\s+")
"""What a list in a document puts before each line."""
_NOTHING_BEHIND = re.compile(r"(?:\s+[—–-]|\s*;)+$")
_DASH = r"(?:\s+[—–-]\s+|\s*;\s*)"
_LOOSE = rf"(?:{_DASH}|\s*,\s*|\s*\()"
_SEATS = re.compile(rf"(?:{_DASH}(\d[\d ]*)|{_LOOSE}(\d[\d ]*)\s*(?:мест\w*|чел\w*\.?|seats?|places?)\)?)$", re.I)
_FLOOR = re.compile(rf"{_LOOSE}([^—–;,()]*(?:этаж|floor)[^—–;,()]*)\)?$", re.I)


W = TypeVar("W")


class NewRoom(NamedTuple):
    name: str
    floor: str = ""
    seats: int | None = None


class NewSection(NamedTuple):
    name: str
    room: str = ""


class Pasted(NamedTuple):
    """Both lists, and the building the rooms are in."""

    venue: str
    rooms: Plan[NewRoom]
    sections: Plan[NewSection]

    @property
    def errors(self) -> int:
        return self.rooms.errors + self.sections.errors

    @property
    def is_news(self) -> bool:
        return bool(self.rooms.actions or self.sections.actions)

    @property
    def signature(self) -> str:
        """Of what whoever presses «Add them» has seen."""
        rows = [(row.title, row.verdict.value, row.about) for row in self.rooms.rows + self.sections.rows]
        return blake2b(repr((self.venue, rows)).encode(), digest_size=8).hexdigest()


def read(forum: Forum, venue: str, rooms: str, sections: str) -> Pasted:
    """What the two lists would do."""
    building = _building(forum, venue)
    first = _plan_rooms(rooms, {sort_key(one.name) for one in building.rooms} if building else set())
    if first.actions and building is None:
        first.creates.append(_("Venue %(name)s", name=quoted(venue)))
    halls = [one.name for one in queries.rooms_of(forum.id)] + [one.name for one in first.actions]
    known = {sort_key(one.name) for one in queries.sections_of(forum.id)}
    return Pasted(venue, first, _plan_sections(sections, known, {sort_key(name): name for name in halls}))


def carry_out(forum: Forum, pasted: Pasted, *, by: Actor | None) -> None:
    """Add what is not here yet. The caller holds the forum and has read the lists since."""
    venue = _building(forum, pasted.venue)
    for room in pasted.rooms.actions:
        venue = venue or operations.add_venue(forum, by=by, name=pasted.venue)
        operations.add_room(forum, venue, by=by, **room._asdict())
    halls = {sort_key(one.name): one.id for one in reversed(queries.rooms_of(forum.id))}
    for section in pasted.sections.actions:
        operations.add_section(forum, {"name": section.name, "room_id": halls.get(sort_key(section.room))}, by=by)


def _building(forum: Forum, name: str) -> Venue | None:
    return next((one for one in queries.venues_of(forum.id) if sort_key(one.name) == sort_key(name)), None)


def _plan_rooms(text: str, known: set[str]) -> Plan[NewRoom]:
    plan: Plan[NewRoom] = Plan([], [])
    for number, line in _lines(text):
        room = _room(line)
        about = [room.floor] * bool(room.floor)
        if room.seats is not None:
            about.append(ngettext("%(num)d seat", "%(num)d seats", room.seats))
        row = _judge(number, room.name, known, "room")
        if room.seats is not None and room.seats > MOST_SEATS:
            row = Row(number, room.name, Verdict.error, [_("So many seats are in no room: correct the number.")])
        if len(room.floor) > LONGEST["floor"]:
            row = Row(number, room.name, Verdict.error, [_("What is said of the floor is too long: shorten it.")])
        _add(plan, row, room, ", ".join(about))
    return plan


def _plan_sections(text: str, known: set[str], halls: dict[str, str]) -> Plan[NewSection]:
    plan: Plan[NewSection] = Plan([], [])
    for number, line in _lines(text):
        section = _section(line, halls)
        about = _("room: %(name)s", name=section.room) if section.room else ""
        _add(plan, _judge(number, section.name, known, "section"), section, about)
    return plan


def _add(plan: Plan[W], row: Row, wanted: W, about: str) -> None:
    plan.rows.append(row)
    if row.verdict is Verdict.create:
        row.about = about
        plan.actions.append(wanted)


def _judge(number: int, name: str, known: set[str], kind: str) -> Row:
    """A line's row; `known` learns its name, so that the same name further down is not added twice."""
    if number > MOST_LINES:
        fault = _("Only the first %(number)d lines are read: add them, then paste the others.", number=MOST_LINES)
        return Row(number, name, Verdict.error, [fault])
    if len(name) > LONGEST[kind]:
        fault = _("The name is longer than %(number)d characters: shorten it.", number=LONGEST[kind])
        return Row(number, name, Verdict.error, [fault])
    if sort_key(name) in known:
        return Row(number, name, Verdict.same)
    known.add(sort_key(name))
    return Row(number, name, Verdict.create)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, by their number, without what a list in a document puts before them."""
    for number, line in enumerate(text.split("\n"), 1):
        if bare := _NOTHING_BEHIND.sub("", _MARK.sub("", line.strip()[:LONGEST_LINE])).strip():
            yield number, bare


def _room(line: str) -> NewRoom:
    """The line's end is taken off as long as it says how many seats there are, or which floor it is."""
    room = NewRoom(line)
    while True:
        seats, floor = _SEATS.search(room.name), _FLOOR.search(room.name)
        if seats and seats.start() and room.seats is None:
            number = int((seats[1] or seats[2]).replace(" ", ""))
            room = room._replace(name=room.name[: seats.start()], seats=number)
        elif floor and floor.start() and not room.floor:
            room = room._replace(name=room.name[: floor.start()], floor=floor[1].strip())
        else:
            return room


def _section(line: str, halls: dict[str, str]) -> NewSection:
    """What stands behind the last dash is the room, if there is such a room."""
    for found in reversed(list(re.finditer(_DASH, line))):
        name, room = line[: found.start()], halls.get(sort_key(line[found.end() :]))
        if name and room:
            return NewSection(name, room)
    return NewSection(line)

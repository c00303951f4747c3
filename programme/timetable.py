"""The programme as plain values: what public pages and exports show, without an object per row of the database.

A programme of 70 items costs three statements and a quarter of the time of loading them as models.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import bindparam, case, select

from forum.models import Forum, Room, Section
from kernel.db import db
from kernel.i18n import clock
from practices.models import Admission, Practice
from programme.labels import TALK_FORMAT_LABELS
from programme.models import Appearance, Slot, SlotKind, TalkFormat
from speakers.models import Speaker
from territories.models import Level, Territory


class Person(NamedTuple):
    """A speaker in an item, as of then; without a consent to publish the name, `name` and `code` are empty."""

    slot_id: int
    speaker_id: int
    code: str
    name: str
    position: str
    organisation: str
    municipality: str
    """Short name; empty for a region or a stranger."""

    @property
    def work(self) -> str:
        """Position and organisation."""
        return ", ".join(part for part in (self.position, self.organisation) if part)

    @property
    def title(self) -> str:
        """What to call them in public: the name, else what they do."""
        return self.name or self.work[:1].upper() + self.work[1:] or _("Speaker")


class Subject(NamedTuple):
    """The published practice an item tells of."""

    slug: str
    name: str
    effect: str


class Line(NamedTuple):
    """What a list of the programme shows of an item."""

    code: str
    title: str
    is_talk: bool
    looks: str
    """Classes of its own."""
    starts: str
    ends: str
    """Moments with the forum's offset; empty of what is cancelled."""
    hours: str
    where: tuple[str, ...]
    """Section, room and how it is given, as far as they need telling."""
    cancelled: bool
    people: tuple[Person, ...]


class Item(NamedTuple):
    """An item of the programme; `starts` and `ends` know the forum's zone."""

    id: int
    code: str
    uuid: str
    kind: SlotKind
    format: TalkFormat
    title: str
    abstract: str
    starts: datetime
    ends: datetime
    sequence: int
    cancelled: bool
    created_at: datetime
    changed_at: datetime
    section: Section
    room: Room | None
    """Its own, else its section's."""
    practice: Subject | None
    people: tuple[Person, ...]

    @property
    def section_id(self) -> int:
        return self.section.id

    def line(self, show_section: bool = True, show_room: bool = True) -> Line:
        is_talk = self.kind is SlotKind.talk
        looks = " break" if self.kind in (SlotKind.break_, SlotKind.lunch) else ""
        where = [self.section.title] if show_section else []
        if show_room and self.room:
            where.append(self.room.name)
        if is_talk and self.format is not TalkFormat.in_person:
            where.append(str(TALK_FORMAT_LABELS[self.format]))
        return Line(
            self.code,
            self.title,
            is_talk,
            looks + (" cancelled" if self.cancelled else ""),
            "" if self.cancelled else self.starts.isoformat(),
            "" if self.cancelled else self.ends.isoformat(),
            f"{clock(self.starts)}–{clock(self.ends)}",
            tuple(where),
            self.cancelled,
            self.people,
        )


def timetable(forum: Forum, sections: Sequence[Section]) -> list[Item]:
    """Items of these `sections` of the forum in order of time; what was cancelled after visitors saw it stays."""
    known = {section.id: section for section in sections}
    rooms: dict[int | None, Room] = {room.id: room for venue in forum.venues for room in venue.rooms}
    connection, zone = db.session.connection(), forum.zone
    people = defaultdict(list)
    for found in connection.execute(_PEOPLE, {"forum": forum.id}).all():
        people[found[0]].append(Person._make((*found[:-2], found[-1] if found[-2] is Level.municipality else "")))
    items = [
        _item(row, zone, known[row.section_id], rooms, tuple(people[row.id]))
        for row in connection.execute(_ITEMS, {"forum": forum.id}).all()
        if row.section_id in known
    ]
    return sorted(items, key=lambda item: (item.starts, item.section.position, item.ends, item.id))


def _item(
    row: Any, zone: ZoneInfo, section: Section, rooms: Mapping[int | None, Room], people: tuple[Person, ...]
) -> Item:
    shown = row.admission is Admission.published
    return Item(
        id=row.id,
        code=row.code,
        uuid=row.uuid,
        kind=row.kind,
        format=row.format,
        title=row.title,
        abstract=row.abstract,
        starts=row.starts.replace(tzinfo=zone),
        ends=row.ends.replace(tzinfo=zone),
        sequence=row.sequence,
        cancelled=row.cancelled,
        created_at=row.created_at,
        changed_at=row.changed_at,
        section=section,
        room=rooms.get(row.room_id or section.room_id),
        practice=Subject(row.practice_slug, row.practice_name, row.practice_effect) if shown else None,
        people=people,
    )


# Tables and not models, built once: composing a statement for every page costs more than running it.
_slot, _practice = Slot.__table__.c, Practice.__table__.c
_ITEMS = (
    select(
        _slot.id,
        _slot.code,
        _slot.uuid,
        _slot.kind,
        _slot.format,
        _slot.title,
        _slot.abstract,
        _slot.starts,
        _slot.ends,
        _slot.sequence,
        _slot.cancelled,
        _slot.created_at,
        _slot.changed_at,
        _slot.section_id,
        _slot.room_id,
        _practice.slug.label("practice_slug"),
        _practice.name.label("practice_name"),
        _practice.effect.label("practice_effect"),
        _practice.admission,
    )
    .select_from(Slot.__table__.outerjoin(Practice.__table__))
    .where(_slot.forum_id == bindparam("forum"), ~_slot.cancelled | _slot.announced)
)
_turn, _speaker, _territory = Appearance.__table__.c, Speaker.__table__.c, Territory.__table__.c
_PEOPLE = (
    select(
        _turn.slot_id,
        _turn.speaker_id,
        case((_speaker.hidden, ""), else_=_speaker.code),
        case((_speaker.hidden, ""), else_=_speaker.name),
        _turn.position,
        _turn.organisation_name,
        _territory.level,
        _territory.short_name,
    )
    .select_from(
        Appearance.__table__.join(Slot.__table__)
        .join(Speaker.__table__, _speaker.id == _turn.speaker_id)
        .outerjoin(Territory.__table__, _territory.id == _turn.territory_id)
    )
    .where(_slot.forum_id == bindparam("forum"))
    .order_by(_turn.slot_id, _turn.order_number, _turn.id)
)

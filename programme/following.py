"""Events follow what they hang on: their forum's days and zone, venues and rooms, their section, their speakers.

Calendars hear of it: another place or time raises an event's `sequence`, whatever else is told differently its
`changed_at`. Both are raised in the database, for rows that the forum's lock keeps from those who edit items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import case, false, func, select, true, update
from sqlalchemy.sql.elements import ColumnElement

from forum.models import Forum, Room, Section, Venue
from forum.moving import Event
from kernel.db import Model, db, utcnow
from programme import clashes, queries
from programme.models import Appearance, Slot

Parent = Forum | Venue | Room | Section
TOLD: dict[type[Model], set[str]] = {
    Forum: {"timezone"},
    Venue: {"name", "address"},
    Room: {"name", "floor"},
    Section: {"name", "short_name", "room_id"},
}
"""What an event tells of its parents; a forum's days move by `shift`."""
_HALL = func.coalesce(
    Slot.room_id, select(Section.room_id).where(Section.id == Slot.section_id).correlate(Slot).scalar_subquery()
)


def follow(forum: Forum, parent: Parent, before: Mapping[str, object], sure: str) -> None:
    """A parent of the forum's events has changed; `before` holds its columns as they were. Raises Doubtful."""
    if not before.keys() & TOLD[type(parent)]:
        return
    if isinstance(parent, Section):
        _follow_section(forum, parent, before, sure)
    elif isinstance(parent, Forum):
        _tell(Slot.forum_id == forum.id)
    elif isinstance(parent, Venue):
        _tell(Slot.forum_id == forum.id, _HALL.in_(select(Room.id).where(Room.venue_id == parent.id)))
    else:
        _tell(Slot.forum_id == forum.id, _HALL.in_([parent.id]))
    db.session.execute(update(Forum).where(Forum.id == forum.id).values(programme_changed_at=utcnow()))


def _follow_section(forum: Forum, section: Section, before: Mapping[str, Any], sure: str) -> None:
    of_section = Slot.section_id == section.id
    if "room_id" in before:
        _rehouse(forum, section, before["room_id"], sure)
    if before.keys() & {"name", "short_name"}:
        named = "name" in before and section.room_id is None and "room_id" not in before
        _tell(of_section, moved=Slot.room_id.is_(None) if named else false())


def _rehouse(forum: Forum, section: Section, old: int | None, sure: str) -> None:
    was = [one._replace(hall=old) if one.section == section.id else one for one in _entries(forum)]
    of_section = Slot.section_id == section.id
    if old and section.room_id:  # those that name the old room name it because the section was there
        _update((of_section, Slot.room_id == old), room_id=None, version=Slot.version + 1)
    _tell(of_section, Slot.room_id.is_(None))
    _ask(section, was, _entries(forum), sure)


def _entries(forum: Forum) -> list[clashes.Entry]:
    return [clashes.of_slot(slot) for slot in queries.slots_of(forum.id)]


def _ask(section: Section, was: list[clashes.Entry], now: list[clashes.Entry], sure: str) -> None:
    """Raises Doubtful when what the section holds meets others in its new room."""
    old = {clash.pair for clash in clashes.find(was)}
    found = [clash for clash in clashes.find(now) if clash.mine.section == section.id and _are_met(clash)]
    clashes.ask([clash for clash in found if clash.pair not in old], sure)


def _are_met(clash: clashes.Clash) -> bool:
    """Whether the other was in the room already: of another section, or by a room of its own."""
    other = clash.other
    return other.section != clash.mine.section or (clash.mine.room is None and other.room is not None)


def _tell(*which: ColumnElement[bool], moved: ColumnElement[bool] | None = None) -> None:
    """The events are told anew; those `moved` (without it all) have another place or time."""
    raised = case((true() if moved is None else moved, 1), else_=0)
    _update(which, sequence=Slot.sequence + raised, changed_at=utcnow())


def _update(which: Iterable[ColumnElement[bool]], **values: object) -> None:
    db.session.execute(update(Slot).where(*which).values(**values).execution_options(synchronize_session="fetch"))


def retell_speakers(ids: Iterable[int]) -> None:
    """The speakers are named otherwise, or no longer."""
    speaks = select(Appearance.slot_id).where(Appearance.speaker_id.in_(list(ids)))
    _tell(Slot.id.in_(speaks), moved=false())


def events(forum: Forum) -> list[Event]:
    """What stands on the forum's days, shown or to be."""
    return [Event(*row) for row in queries.shown_moments(forum.id)]


def shift(forum: Forum, days: int) -> None:
    """The whole programme moves by so many days, what is cancelled too."""
    for slot in queries.whole_programme(forum.id):
        slot.starts += timedelta(days=days)
        slot.ends += timedelta(days=days)
        slot.sequence += 1
        slot.changed_at = utcnow()
    forum.programme_changed_at = utcnow()
    db.session.flush()

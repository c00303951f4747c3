"""The programme as a participant's own page, calendar and letters need it: items with times, rooms and broadcasts."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from forum.models import Forum, Room, Section
from kernel import pages
from kernel.db import db
from programme.models import Slot, SlotKind
from programme.rules import plenary_sections


class Item(NamedTuple):
    """An item of the programme, also one cancelled after visitors saw it; times are the forum's wall-clock ones."""

    section_id: int
    section: str
    """The section's short name, or its name when it has none."""
    section_name: str
    stream_url: str
    room: str
    floor: str
    title: str
    starts: datetime
    ends: datetime
    cancelled: bool
    kind: SlotKind
    plenary: bool = False
    """Of a section that is for everybody: see `programme.rules.plenary_sections`."""


def has_items(forum: Forum) -> bool:
    """Whether the programme has an item, published or not."""
    return bool(db.session.scalar(select(select(_slot.id).where(_slot.forum_id == forum.id).exists())))


def all_items(forum: Forum) -> list[Item]:
    """Every item in order of time; kept in this process until the forum changes."""
    if not forum.programme_published:
        return []
    return pages.remembered(f"registrations.schedule.{forum.slug}", (f"forum:{forum.slug}",), lambda: _read(forum.id))


def _read(forum_id: int) -> list[Item]:
    rows = db.session.connection().execute(_ITEMS, {"forum": forum_id})
    items = [
        Item._make((row[0], row[1] or row[2], row[2], row[3], row[4] or "", row[5] or "", *row[6:], False))
        for row in rows
    ]
    plenaries = plenary_sections(items)
    return [item._replace(plenary=item.section_id in plenaries) for item in items]


_slot, _section, _room = Slot.__table__.c, Section.__table__.c, Room.__table__.c


_ITEMS = (
    select(
        _slot.section_id,
        _section.short_name,
        _section.name,
        _section.stream_url,
        _room.name,
        _room.floor,
        _slot.title,
        _slot.starts,
        _slot.ends,
        _slot.cancelled,
        _slot.kind,
    )
    .select_from(
        Slot.__table__.join(Section.__table__, _section.id == _slot.section_id).outerjoin(
            Room.__table__, _room.id == func.coalesce(_slot.room_id, _section.room_id)
        )
    )
    .where(_slot.forum_id == bindparam("forum"), ~_slot.cancelled | _slot.announced)
    .order_by(_slot.starts, _section.position, _section.id, _slot.id)
)

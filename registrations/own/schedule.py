"""The programme as a participant's own page, calendar and letters need it: times, rooms and broadcasts of items."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from forum.models import Forum, Room, Section
from kernel import pages
from kernel.db import db, utcnow
from programme.models import Slot, SlotKind

JOIN_EARLY = timedelta(minutes=15)


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
    """Of a section that is for everybody: see `_plenaries`."""


def own_items(forum: Forum, chosen: set[int]) -> list[Item]:
    """Items of the sections chosen and of the plenaries, by time; none before publication.

    All of them when no section was chosen, or those chosen have no items yet.
    """
    items = all_items(forum)
    if not any(item.section_id in chosen for item in items):
        return items
    return [item for item in items if item.plenary or item.section_id in chosen]


def by_day(items: Iterable[Item]) -> list[tuple[date, list[Item]]]:
    """Items in order of time, under the days they begin on."""
    return [(on, list(held)) for on, held in groupby(items, key=lambda item: item.starts.date())]


def first_start(forum: Forum) -> datetime | None:
    """When the forum begins, by its own clock: its earliest item; None before the programme is published."""
    return next((item.starts for item in all_items(forum) if not item.cancelled), None)


def has_begun(forum: Forum) -> bool:
    """Whether the first item, or without a programme the first day, has come by the forum's clock."""
    now = utcnow().astimezone(forum.zone).replace(tzinfo=None)
    return now >= (first_start(forum) or datetime.combine(forum.date_start, time()))


class Stream(NamedTuple):
    """A section's broadcast on one day; `opens` and `closes` are the forum's wall-clock times."""

    section: str
    url: str
    """Empty when the section has no broadcast."""
    opens: datetime
    closes: datetime
    live: bool
    over: bool
    own: bool
    """Of a section chosen, or of a plenary; of any when no section was chosen."""


def streams(forum: Forum, chosen: set[int]) -> list[Stream]:
    """When each section's broadcast may be joined: 15 minutes before its first item until its last ends.

    One's own come first: what is on air now, the sections chosen, the plenaries; then the others.
    """
    now = utcnow().astimezone(forum.zone).replace(tzinfo=None)
    days: dict[tuple[int, date], list[Item]] = {}
    for item in all_items(forum):
        if not item.cancelled:
            days.setdefault((item.section_id, item.starts.date()), []).append(item)
    found = []
    for held in days.values():
        opens, closes = min(item.starts for item in held) - JOIN_EARLY, max(item.ends for item in held)
        mine = held[0].section_id in chosen
        own, live, over = not chosen or mine or held[0].plenary, opens <= now <= closes, now > closes
        stream = Stream(held[0].section_name, held[0].stream_url, opens, closes, live, over, own)
        found.append(((not own, not live, not mine, opens), stream))
    return [stream for _order, stream in sorted(found, key=lambda pair: pair[0])]


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
    plenaries = _plenaries(items)
    return [item._replace(plenary=item.section_id in plenaries) for item in items]


def _plenaries(items: list[Item]) -> set[int]:
    """Sections beside which no other has anything on, at a forum where other sections run in parallel."""
    held = [item for item in items if not item.cancelled and item.kind not in (SlotKind.break_, SlotKind.lunch)]
    parallel = {
        item.section_id
        for item in held
        for other in held
        if item.section_id != other.section_id and item.starts < other.ends and other.starts < item.ends
    }
    return {item.section_id for item in held} - parallel if parallel else set()


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

"""When sections are on: by the programme, or on every day of the forum where it says nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from forum.models import Forum, Section
from hall.rules import Span, minute_of
from kernel.db import utcnow
from registrations.own.queries import Item, all_items
from registrations.own.schedule import JOIN_EARLY


class Sitting(NamedTuple):
    """A section on one day; times are the forum's wall-clock ones."""

    section: Section
    starts: datetime
    ends: datetime
    items: tuple[Item, ...]
    """What is in the programme, by time; none where it says nothing."""
    own: bool
    """Of a section chosen, or of one for everybody; of any when none was chosen."""

    def is_on(self, now: datetime) -> bool:
        return self.starts - JOIN_EARLY <= now < self.ends

    def item(self, now: datetime) -> Item | None:
        return next((item for item in self.items if item.starts <= now < item.ends), None)

    def following(self, now: datetime) -> Item | None:
        return next((item for item in self.items if item.starts > now), None)


class Now(NamedTuple):
    """What a participant sees at this moment."""

    moment: datetime
    """The forum's wall-clock time."""
    main: Sitting | None
    """The section to be joined."""
    others: list[Sitting]
    """What else is on."""
    coming: Sitting | None
    """Of one's own sections the next to begin."""

    @property
    def begun(self) -> bool:
        return self.main is not None and self.main.starts <= self.moment


def wall_clock(forum: Forum) -> datetime:
    return utcnow().astimezone(forum.zone).replace(tzinfo=None)


def sittings(forum: Forum, chosen: set[int]) -> list[Sitting]:
    """Every section's hours on every day, by time. `forum` is a copy (see `forum.copies`)."""
    found: list[Sitting] = []
    held: dict[tuple[int, date], list[Item]] = {}
    for item in all_items(forum):
        if not item.cancelled:
            held.setdefault((item.section_id, item.starts.date()), []).append(item)
    sections = {section.id: section for section in forum.sections}
    planned = {section_id for section_id, _day in held}
    some = bool(chosen & (planned or set(sections)))
    for (section_id, _day), items in held.items():
        own = not some or section_id in chosen or items[0].plenary
        ends = max(item.ends for item in items)
        found.append(Sitting(sections[section_id], items[0].starts, ends, tuple(items), own))
    for section in forum.sections:
        if section.id not in planned and section.stream_url:
            own = not some or section.id in chosen
            found += [Sitting(section, *_whole(day), (), own) for day in _days(forum)]
    return sorted(found, key=lambda one: (one.starts, one.section.position, one.section.id))


def _days(forum: Forum) -> list[date]:
    return [forum.date_start + timedelta(days=n) for n in range((forum.date_end - forum.date_start).days + 1)]


def _whole(day: date) -> tuple[datetime, datetime]:
    begin = datetime.combine(day, time())
    return begin, begin + timedelta(days=1)


def now_of(forum: Forum, chosen: set[int], wanted: str = "") -> Now:
    """What is on; `wanted` is the slug of a section to be joined instead of the first of one's own."""
    moment, everything = wall_clock(forum), sittings(forum, chosen)
    on = [one for one in everything if one.is_on(moment)]
    on.sort(key=lambda one: (not one.own, one.starts > moment, one.section.id not in chosen))
    main = next((one for one in on if one.section.slug == wanted), None) or next((one for one in on if one.own), None)
    shown = main.section.id if main else 0
    others = [one for one in on if one.section.id != shown]
    coming = next((one for one in everything if one.own and one.starts > moment and one.section.id != shown), None)
    return Now(moment, main, others, coming)


def spans(forum: Forum, section_id: int) -> list[Span]:
    """The minutes in which a section is on, for what is counted."""
    return [
        (minute_of(one.starts.replace(tzinfo=forum.zone)), minute_of(one.ends.replace(tzinfo=forum.zone)))
        for one in sittings(forum, set())
        if one.section.id == section_id
    ]


def day_of(forum: Forum, section_id: int) -> date:
    """The day a section begins on, for moments that name none."""
    mine = [one.starts.date() for one in sittings(forum, set()) if one.section.id == section_id]
    return min(mine, default=forum.date_start)

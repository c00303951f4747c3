"""A participant's own programme: which items, on which days, which broadcasts and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from forum.models import Forum
from kernel.db import utcnow
from registrations.own.queries import Item, all_items

JOIN_EARLY = timedelta(minutes=15)


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
    """A section's broadcast on one day; `opens` is the forum's wall-clock time."""

    section: str
    url: str
    """Empty when the section has no broadcast."""
    opens: datetime
    own: bool
    """Of a section chosen, or of a plenary; of any when no section was chosen."""


def streams(forum: Forum, chosen: set[int]) -> list[Stream]:
    """When each section's broadcast may be joined: 15 minutes before its first item. One's own come first."""
    days: dict[tuple[int, date], list[Item]] = {}
    for item in all_items(forum):
        if not item.cancelled:
            days.setdefault((item.section_id, item.starts.date()), []).append(item)
    found = []
    for held in days.values():
        opens, mine = min(item.starts for item in held) - JOIN_EARLY, held[0].section_id in chosen
        own = not chosen or mine or held[0].plenary
        found.append(((not own, not mine, opens), Stream(held[0].section_name, held[0].stream_url, opens, own)))
    return [stream for _order, stream in sorted(found, key=lambda pair: pair[0])]

"""The programme as schedule JSON (c3voc v1) and iCalendar; both hold exactly what the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from forum.labels import floor_name
from forum.models import Forum, Section
from kernel.i18n import spoken
from kernel.links import base_url, path_for, public_url
from kernel.text import one_line, printable, slugify
from programme.models import Slot, SlotKind
from programme.timetable import Item, Person

PALETTE = ("#2f6fa8", "#b7791f", "#2f8f5b", "#a84f86", "#2a8f96", "#7b5bb0", "#b04a3a", "#7d8a2e")


def address(forum: Forum, slot: Slot | Item) -> str:
    """The whole address of a talk's page, or of its section for other items."""
    if slot.kind is SlotKind.talk:
        path = path_for("programme.talk", slug=forum.slug, code=slot.code)
    else:
        path = path_for("programme.section", slug=forum.slug, section_slug=slot.section.slug)
    return base_url() + path


def schedule(forum: Forum, sections: Sequence[Section], slots: Sequence[Item]) -> dict[str, object]:
    """schedule.json version 1; `status` and, for readers of the bare format, the subtitle tell what is cancelled."""
    days = _days(forum, slots)
    called = _room_names(slots)
    rooms = list(dict.fromkeys(called.values()))
    return {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": "Тираж", "version": "0.2.0"},
        "schedule": {
            "version": f"{forum.programme_changed_at or forum.updated_at:%Y-%m-%dT%H:%M:%SZ}",
            "base_url": base_url() + "/",
            "conference": {
                "acronym": _acronym(forum.slug),
                "title": forum.name,
                "description": " ".join(part for part in (forum.subtitle, invented(forum)) if part),
                "start": days[0].isoformat(),
                "end": days[-1].isoformat(),
                "daysCount": len(days),
                "timeslot_duration": "00:05",
                "time_zone_name": forum.timezone,
                "url": base_url() + path_for("forum.forum", slug=forum.slug),
                "tracks": [_track(section, index) for index, section in enumerate(sections)],
                "rooms": [
                    {"name": name, "guid": _guid(forum, name), "slug": slug}
                    for name, slug in zip(rooms, _slugs(rooms), strict=True)
                ],
                "days": [_day(forum, index, day, slots, called) for index, day in enumerate(days, start=1)],
            },
        },
    }


def invented(forum: Forum) -> str:
    """What a file says of a forum made up for the demonstration."""
    return _("Demonstration data: the date, the speakers and the participants are invented.") if forum.demo else ""


def _acronym(slug: str) -> str:
    """The schema's pattern allows no dash but before the year's last part."""
    return slug.replace("-", "_")


def _days(forum: Forum, slots: Sequence[Item]) -> list[date]:
    """The forum's days and whatever others an item stands on: no item is ever left out."""
    days = {forum.date_start + timedelta(days=n) for n in range((forum.date_end - forum.date_start).days + 1)}
    return sorted(days | {slot.starts.date() for slot in slots})


def _room_names(slots: Sequence[Item]) -> dict[int, str]:
    """What the room of each item is called, by the item's id; where two venues have «Зал 1», the venue is named too."""
    venues: dict[str, set[str]] = {}
    for slot in slots:
        if slot.room:
            venues.setdefault(slot.room.name, set()).add(slot.room.venue.name)
    several = {name for name, found in venues.items() if len(found) > 1}
    return {slot.id: _room_name(slot, several) for slot in slots}


def _room_name(slot: Item, several: set[str]) -> str:
    if slot.room is None:
        return slot.section.name
    return f"{slot.room.name}, {slot.room.venue.name}" if slot.room.name in several else slot.room.name


def _slugs(names: Sequence[str]) -> list[str]:
    """A slug for each name, numbered where two names make the same."""
    made: list[str] = []
    for name in names:
        base = slug = slugify(name)
        number = 1
        while slug in made:
            number += 1
            slug = f"{base}-{number}"
        made.append(slug)
    return made


def _guid(forum: Forum, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"tirazh:{forum.slug}:{name}"))


def _track(section: Section, index: int) -> dict[str, str]:
    return {"name": section.name, "slug": section.slug, "color": PALETTE[index % len(PALETTE)]}


def _day(forum: Forum, index: int, day: date, slots: Sequence[Item], called: dict[int, str]) -> dict[str, object]:
    of_day = [slot for slot in slots if slot.starts.date() == day]
    start = datetime.combine(day, time(0, 0), forum.zone)
    return {
        "index": index,
        "date": day.isoformat(),
        "day_start": start.isoformat(),
        "day_end": (start + timedelta(days=1)).isoformat(),
        "rooms": {
            room: [_event(forum, slot, room) for slot in of_day if called[slot.id] == room]
            for room in dict.fromkeys(called.values())
        },
    }


def _event(forum: Forum, slot: Item, room: str) -> dict[str, object]:
    minutes = int((slot.ends - slot.starts).total_seconds() // 60)
    return {
        "guid": slot.uuid,
        "code": slot.code,
        "id": slot.id,
        "date": slot.starts.isoformat(),
        "start": f"{slot.starts:%H:%M}",
        "end": slot.ends.isoformat(),
        "duration": f"{minutes // 60:02}:{minutes % 60:02}",
        "room": room,
        "slug": f"{forum.slug}-{slot.code.lower()}",
        "url": address(forum, slot),
        "title": slot.title,
        "subtitle": _subtitle(slot),
        "status": "cancelled" if slot.cancelled else "confirmed",
        "track": slot.section.name,
        "type": slot.kind.value,
        "language": "ru",
        "abstract": slot.abstract or None,
        "description": None,
        "persons": [_person(person) for person in slot.people],
        "links": _links(slot),
    }


def _subtitle(slot: Item) -> str | None:
    if slot.cancelled:
        return _("Cancelled")
    return slot.practice.effect if slot.practice else None


def _person(person: Person) -> dict[str, object]:
    return {
        "id": person.speaker_id,
        "code": person.code or None,
        "name": person.title,
        "public_name": person.title,
        "biography": person.position or None,
    }


def _links(slot: Item) -> list[dict[str, str]]:
    if slot.practice is None:
        return []
    path = path_for("practices.practice", slug=slot.practice.slug)
    return [{"title": slot.practice.name, "url": base_url() + path}]


def calendar(forum: Forum, slots: Sequence[Item]) -> bytes:
    """The programme as iCalendar (RFC 5545/7986); what was dropped after visitors saw it stays as cancelled."""
    from icalendar import Calendar  # noqa: PLC0415  (slow to load; answers are kept warm)

    feed = Calendar()
    feed.add("prodid", f"-//Tirazh//{forum.slug}//RU")
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("name", one_line(forum.name))
    feed.add("x-wr-calname", one_line(forum.name))
    feed.add("x-wr-timezone", forum.timezone)
    if forum.demo:
        feed.add("description", invented(forum))
        feed.add("x-wr-caldesc", invented(forum))
    feed.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    feed.add("url", public_url(f"/forums/{forum.slug}/programme", spoken()))
    days = _days(forum, slots)
    parts = [_zone(forum.timezone, days[0], days[-1])]
    parts += [_event_text(_occasion(forum, slot)) for slot in slots]
    head, end, tail = bytes(feed.to_ical()).rpartition(b"END:VCALENDAR")
    return b"".join([head, *parts, end, tail])


@lru_cache(maxsize=64)
def _zone(name: str, first: date, last: date) -> bytes:
    from icalendar import Timezone  # noqa: PLC0415

    margin = timedelta(days=1)
    return bytes(Timezone.from_tzinfo(ZoneInfo(name), first_date=first - margin, last_date=last + margin).to_ical())


class _Occasion(NamedTuple):
    """All that an event's text is made of: while it stands, the text does."""

    uid: str
    zone: str
    """Moments compare by instant: the zone they are told in is named apart."""
    changed_at: datetime
    created_at: datetime
    sequence: int
    starts: datetime
    ends: datetime
    summary: str
    location: str
    description: str
    category: str
    url: str
    cancelled: bool


def _occasion(forum: Forum, slot: Item) -> _Occasion:
    return _Occasion(
        f"{slot.uuid}@tirazh",
        forum.timezone,
        slot.changed_at,
        slot.created_at,
        slot.sequence,
        slot.starts,
        slot.ends,
        slot.title,
        _location(slot),
        _description(slot),
        slot.section.title,
        address(forum, slot),
        slot.cancelled,
    )


@lru_cache(maxsize=2048)
def _event_text(occasion: _Occasion) -> bytes:
    """The event as it stands in the file; a changed programme writes only what changed."""
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", occasion.uid)
    event.add("dtstamp", occasion.changed_at)
    event.add("last-modified", occasion.changed_at)
    event.add("created", occasion.created_at)
    event.add("sequence", occasion.sequence)
    event.add("dtstart", occasion.starts)
    event.add("dtend", occasion.ends)
    event.add("summary", one_line(occasion.summary))
    event.add("location", one_line(occasion.location))
    event.add("description", printable(occasion.description))
    event.add("categories", [one_line(occasion.category)])
    event.add("url", occasion.url)
    event.add("status", "CANCELLED" if occasion.cancelled else "CONFIRMED")
    return bytes(event.to_ical())


def _location(slot: Item) -> str:
    if slot.room is None:
        return slot.section.name
    venue = slot.room.venue
    return ", ".join(part for part in (slot.room.name, floor_name(slot.room.floor), venue.name, venue.address) if part)


def _description(slot: Item) -> str:
    people = [", ".join(part for part in (person.name, person.work) if part) or person.title for person in slot.people]
    return "\n".join([slot.section.name, *people, slot.abstract]).strip()

"""The programme as schedule JSON (c3voc v1) and iCalendar; both hold exactly what the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from flask import url_for

from forum.labels import floor_name
from forum.models import Forum, Section
from kernel.i18n import spoken
from kernel.links import base_url, public_url
from kernel.text import slugify
from programme.models import Slot, SlotKind

PALETTE = ("#2f6fa8", "#b7791f", "#2f8f5b", "#a84f86", "#2a8f96", "#7b5bb0", "#b04a3a", "#7d8a2e")


def address(forum: Forum, slot: Slot) -> str:
    """The whole address of a talk's page, or of its section for other items."""
    if slot.kind is SlotKind.talk:
        path = url_for("programme.talk", slug=forum.slug, code=slot.code)
    else:
        path = url_for("programme.section", slug=forum.slug, section_slug=slot.section.slug)
    return base_url() + path


def schedule(forum: Forum, sections: Sequence[Section], slots: Sequence[Slot]) -> dict[str, Any]:
    """schedule.json version 1, cancelled items left out."""
    days = _days(forum)
    rooms = _room_names(slots)
    return {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": "Тираж", "version": "0.1.0"},
        "schedule": {
            "version": f"{forum.programme_changed_at or forum.updated_at:%Y-%m-%dT%H:%M:%SZ}",
            "base_url": base_url() + "/",
            "conference": {
                "acronym": _acronym(forum.slug),
                "title": forum.name,
                "description": forum.subtitle,
                "start": forum.date_start.isoformat(),
                "end": forum.date_end.isoformat(),
                "daysCount": len(days),
                "timeslot_duration": "00:05",
                "time_zone_name": forum.timezone,
                "url": base_url() + url_for("forum.forum", slug=forum.slug),
                "tracks": [_track(section, index) for index, section in enumerate(sections)],
                "rooms": [{"name": name, "guid": _guid(forum, name), "slug": slugify(name)} for name in rooms],
                "days": [_day(forum, index, day, slots, rooms) for index, day in enumerate(days, start=1)],
            },
        },
    }


def _acronym(slug: str) -> str:
    """The schema's pattern allows no dash but before the year's last part."""
    return slug.replace("-", "_")


def _days(forum: Forum) -> list[date]:
    return [forum.date_start + timedelta(days=n) for n in range((forum.date_end - forum.date_start).days + 1)]


def _room_names(slots: Sequence[Slot]) -> list[str]:
    return list(dict.fromkeys(_room(slot) for slot in slots))


def _room(slot: Slot) -> str:
    return slot.room.name if slot.room else slot.section.name


def _guid(forum: Forum, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"tirazh:{forum.slug}:{name}"))


def _track(section: Section, index: int) -> dict[str, str]:
    return {"name": section.name, "slug": section.slug, "color": PALETTE[index % len(PALETTE)]}


def _day(forum: Forum, index: int, day: date, slots: Sequence[Slot], rooms: list[str]) -> dict[str, Any]:
    of_day = [slot for slot in slots if slot.starts.date() == day]
    start = datetime.combine(day, time(0, 0), forum.zone)
    return {
        "index": index,
        "date": day.isoformat(),
        "day_start": start.isoformat(),
        "day_end": (start + timedelta(days=1)).isoformat(),
        "rooms": {room: [_event(forum, slot) for slot in of_day if _room(slot) == room] for room in rooms},
    }


def _event(forum: Forum, slot: Slot) -> dict[str, Any]:
    starts = slot.starts.replace(tzinfo=forum.zone)
    ends = slot.ends.replace(tzinfo=forum.zone)
    minutes = int((slot.ends - slot.starts).total_seconds() // 60)
    return {
        "guid": slot.uuid,
        "code": slot.code,
        "id": slot.id,
        "date": starts.isoformat(),
        "start": f"{starts:%H:%M}",
        "end": ends.isoformat(),
        "duration": f"{minutes // 60:02}:{minutes % 60:02}",
        "room": _room(slot),
        "slug": f"{forum.slug}-{slot.code.lower()}",
        "url": address(forum, slot),
        "title": slot.title,
        "subtitle": slot.practice.effect if slot.practice and slot.practice.is_public else None,
        "track": slot.section.name,
        "type": slot.kind.value,
        "language": "ru",
        "abstract": slot.abstract or None,
        "description": None,
        "persons": [
            {
                "id": a.speaker.id,
                "code": a.speaker.code,
                "name": a.speaker.name,
                "public_name": a.speaker.name,
                "biography": a.position or None,
            }
            for a in slot.appearances
            if not a.speaker.hidden
        ],
        "links": _links(slot),
    }


def _links(slot: Slot) -> list[dict[str, str]]:
    if slot.practice is None or not slot.practice.is_public:
        return []
    path = url_for("practices.practice", slug=slot.practice.slug)
    return [{"title": slot.practice.name, "url": base_url() + path}]


def calendar(forum: Forum, slots: Sequence[Slot]) -> bytes:
    """The programme as iCalendar (RFC 5545/7986); dropped items stay as cancelled."""
    from icalendar import Calendar, Timezone  # noqa: PLC0415  (slow to load; answers are kept warm)

    feed = Calendar()
    feed.add("prodid", f"-//Tirazh//{forum.slug}//RU")
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("name", forum.name)
    feed.add("x-wr-calname", forum.name)
    feed.add("x-wr-timezone", forum.timezone)
    feed.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    feed.add("url", public_url(f"/forums/{forum.slug}/programme", spoken()))
    feed.add_component(
        Timezone.from_tzinfo(
            forum.zone, first_date=forum.date_start - timedelta(days=1), last_date=forum.date_end + timedelta(days=1)
        )
    )
    for slot in slots:
        feed.add_component(_calendar_event(forum, slot))
    return bytes(feed.to_ical())


def _calendar_event(forum: Forum, slot: Slot) -> Any:
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", f"{slot.uuid}@tirazh")
    event.add("dtstamp", slot.changed_at)
    event.add("last-modified", slot.changed_at)
    event.add("created", slot.created_at)
    event.add("sequence", slot.sequence)
    event.add("dtstart", slot.starts.replace(tzinfo=forum.zone))
    event.add("dtend", slot.ends.replace(tzinfo=forum.zone))
    event.add("summary", slot.title)
    event.add("location", _location(slot))
    event.add("description", _description(slot))
    event.add("categories", [slot.section.title])
    event.add("url", address(forum, slot))
    event.add("status", "CANCELLED" if slot.cancelled else "CONFIRMED")
    return event


def _location(slot: Slot) -> str:
    if slot.room is None:
        return slot.section.name
    return ", ".join(
        part
        for part in (slot.room.name, floor_name(slot.room.floor), slot.room.venue.name, slot.room.venue.address)
        if part
    )


def _description(slot: Slot) -> str:
    people = [
        ", ".join(part for part in (a.speaker.name, a.position, a.organisation_name) if part)
        for a in slot.appearances
        if not a.speaker.hidden
    ]
    return "\n".join([slot.section.name, *people, slot.abstract]).strip()

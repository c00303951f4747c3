"""schema.org description of a forum."""

from __future__ import annotations

from datetime import datetime, time

from flask import url_for

from forum.models import Forum, Venue
from kernel.links import base_url


def event_json(forum: Forum, venues: list[Venue]) -> dict[str, object]:
    """schema.org/Event: mixed attendance, places and the virtual location."""
    start = datetime.combine(forum.date_start, time(0, 0), forum.zone)
    address = base_url() + url_for("forum.forum", slug=forum.slug)
    places: list[dict[str, object]] = [
        {"@type": "Place", "name": venue.name, "address": venue.address or forum.place} for venue in venues
    ] or [{"@type": "Place", "name": forum.place, "address": forum.place}]
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": forum.name,
        "description": forum.subtitle or forum.name,
        "startDate": start.date().isoformat(),
        "endDate": forum.date_end.isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "location": [*places, {"@type": "VirtualLocation", "url": address}],
        "organizer": {
            "@type": "Organization",
            "name": forum.series.organiser.name if forum.series.organiser else forum.series.name,
        },
        "url": address,
    }

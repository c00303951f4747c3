"""schema.org description of a talk."""

from __future__ import annotations

from forum.models import Forum
from kernel.links import base_url
from programme.exports import address
from programme.models import Appearance, Slot


def talk_json(forum: Forum, slot: Slot) -> dict[str, object]:
    """schema.org/Event of a talk inside its forum; a cancelled one keeps its start."""
    place = slot.hall.name if slot.hall else slot.section.name
    status = "EventCancelled" if slot.cancelled else "EventScheduled"
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": slot.title,
        "startDate": slot.starts.replace(tzinfo=forum.zone).isoformat(),
        "endDate": slot.ends.replace(tzinfo=forum.zone).isoformat(),
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "location": [
            {"@type": "Place", "name": place, "address": forum.place},
            {"@type": "VirtualLocation", "url": address(forum, slot)},
        ],
        "performer": [_performer(a) for a in slot.appearances],
        "superEvent": {"@type": "Event", "name": forum.name, "url": f"{base_url()}/forums/{forum.slug}/"},
    }


def _performer(appearance: Appearance) -> dict[str, object]:
    """By name; without a consent to publish it, by what they do."""
    if not appearance.speaker.hidden:
        return {"@type": "Person", "name": appearance.speaker.name}
    found: dict[str, object] = {"@type": "Person"}
    if appearance.position:
        found["jobTitle"] = appearance.position
    if appearance.organisation_name:
        found["worksFor"] = {"@type": "Organization", "name": appearance.organisation_name}
    return found

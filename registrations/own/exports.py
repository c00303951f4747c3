"""The participant's own calendar (RFC 5545): one event a forum day, with stable UIDs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from forum.models import Format
from kernel.links import public_url
from kernel.text import one_line, printable
from registrations.models import Registration, RegistrationStatus
from registrations.own import documents, schedule, tickets
from registrations.own.queries import Item

STATUS = {
    RegistrationStatus.confirmed: "CONFIRMED",
    RegistrationStatus.waitlisted: "TENTATIVE",
    RegistrationStatus.cancelled: "CANCELLED",
}


def personal_calendar(registration: Registration) -> bytes:
    """Times of the sections chosen, in the forum's zone; whole days while there is no programme."""
    from icalendar import Calendar  # noqa: PLC0415  (slow to load: the first calendar pays)

    forum = registration.forum
    items = schedule.own_items(forum, {interest.section_id for interest in registration.interests})
    calendar = Calendar()
    calendar.add("prodid", "-//Tirazh//Registrations//RU")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", one_line(forum.name))
    for number, (begin, end) in enumerate(_days(registration, items), start=1):
        calendar.add_component(_event(registration, number, begin, end))
    calendar.add_missing_timezones()
    return calendar.to_ical()  # type: ignore[no-any-return]


def _days(registration: Registration, items: list[Item]) -> list[tuple[date | datetime, date | datetime]]:
    forum = registration.forum
    live = [item for item in items if not item.cancelled]
    found: list[tuple[date | datetime, date | datetime]] = []
    for day in sorted({item.starts.date() for item in live}):
        held = [item for item in live if item.starts.date() == day]
        begin, end = min(item.starts for item in held), max(item.ends for item in held)
        found.append((begin.replace(tzinfo=forum.zone), end.replace(tzinfo=forum.zone)))
    return found or [(forum.date_start, forum.date_end + timedelta(days=1))]


def _event(registration: Registration, number: int, begin: date | datetime, end: date | datetime) -> object:
    forum = registration.forum
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", registration.uuid if number == 1 else f"{registration.uuid}-{number}")
    # Rises with every change of the person's plans or of what is told of the forum; items come and go, so they
    # must not be counted here.
    event.add("sequence", registration.sequence + forum.sequence)
    changed = max(registration.changed_at or registration.created_at, forum.updated_at)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", begin)
    event.add("dtend", end)
    event.add("summary", one_line(forum.name))
    event.add("status", STATUS[registration.status])
    event.add("location", one_line(_place(registration)))
    event.add("description", printable(_description(registration)))
    event.add("url", public_url(tickets.link_path(registration)))
    return event


def _place(registration: Registration) -> str:
    if registration.format is Format.remote:
        return _("Remotely")
    return documents.where(registration.forum)


def _description(registration: Registration) -> str:
    link = public_url(tickets.link_path(registration))
    if registration.format is Format.remote:
        own = _("The broadcast opens on your page 15 minutes before the start: %(link)s", link=link)
    else:
        own = _("Your ticket, the programme and changes: %(link)s", link=link)
    forum = registration.forum
    programme = public_url(documents.programme_path(forum))
    invented = [_("Demonstration data.")] if forum.demo or registration.demo else []
    return "\n".join([documents.when(forum), own, _("Programme: %(link)s", link=programme), *invented])

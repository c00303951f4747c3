"""The ticket as a picture and as a document; when and where the forum is, in words."""

from __future__ import annotations

from textwrap import wrap

from flask_babel import gettext as _
from markupsafe import escape

from forum.models import Format, Forum
from kernel.documents import pdf, qr
from kernel.i18n import clock, day, day_range
from kernel.text import clean, printable
from kernel.zones import zone_name
from registrations.models import Registration
from registrations.own import schedule
from registrations.own.tickets import qr_text, short_code


def qr_svg(registration: Registration) -> str:
    return qr.svg(qr_text(registration), _("Ticket code"))


def ticket_svg(registration: Registration) -> str:
    """The ticket as one picture, 360 units wide, to keep on a phone."""
    forum = registration.forum
    lines = _lines(registration.name, 26, 20, "700") + _lines(forum.name, 34, 15, "400")
    lines += [(when_and_where(forum), 15, "400"), (short_code(registration), 17, "600")]
    ticket, texts, y = _("Ticket"), [], 372
    for text, size, weight in lines:
        style = f'font-size="{size}" font-weight="{weight}" text-anchor="middle"'
        texts.append(f'<text x="180" y="{y}" {style}>{escape(printable(text))}</text>')
        y += round(size * 1.5)
    code = qr_svg(registration).replace("<svg ", '<svg x="20" y="20" width="320" height="320" ', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 {y + 8}" width="360" height="{y + 8}" '
        f'font-family="Golos Text, Segoe UI, Roboto, Arial, sans-serif" fill="#17212e">'
        f'<title>{escape(ticket)}</title><rect width="360" height="{y + 8}" fill="#fff"/>'
        f"{code}{''.join(texts)}</svg>"
    )


def _lines(text: str, width: int, size: int, weight: str) -> list[tuple[str, int, str]]:
    return [(line, size, weight) for line in wrap(text, width)[:3]]


def when_and_where(forum: Forum) -> str:
    """«22 апреля 2027 года, Иркутск»."""
    when = day_range(forum.date_start, forum.date_end)
    return f"{when}, {forum.place}" if forum.place else when


def when(forum: Forum, *, zone: bool = False) -> str:
    """«22 апреля 2027 года, начало в 09:30»; with `zone` also whose time this is, for those who watch from afar."""
    days, begins = day_range(forum.date_start, forum.date_end), schedule.first_start(forum)
    if begins is None:
        return days
    if forum.date_start != forum.date_end:
        text = _(
            "%(days)s, starts on %(day)s at %(time)s", days=days, day=day(begins.date(), "short"), time=clock(begins)
        )
    else:
        text = _("%(days)s, starts at %(time)s", days=days, time=clock(begins))
    return f"{text} ({zone_name(forum.timezone)})" if zone else text


def where(forum: Forum) -> str:
    """Every venue with its address, after the town unless an address names it."""
    venues = "; ".join(clean(f"{venue.name}, {venue.address}".rstrip(", ")) for venue in forum.venues)
    named = forum.place and forum.place.casefold() in venues.casefold()
    return ", ".join(part for part in ("" if named else forum.place, venues) if part)


def programme_path(forum: Forum) -> str:
    """Where the programme is, or the forum's page until it is published."""
    return f"/forums/{forum.slug}/" + ("programme" if forum.programme_published else "")


def ticket_pdf(registration: Registration, venue: str, sections: list[str]) -> bytes:
    """The ticket as an A5 page; about 20 ms."""
    forum = registration.forum
    return pdf.render(
        "ticket",
        {
            "label": _("Ticket"),
            "name": registration.name,
            "forum": forum.name,
            "when": when(forum),
            "format": _("In person") if registration.format is Format.in_person else _("Remotely"),
            "organisation": registration.organisation,
            "venue": venue,
            "sections": sections,
            "sections_label": _("Your sections"),
            "venue_label": _("Where"),
            "code": short_code(registration),
            "code_label": _("If the code cannot be scanned, say this"),
            "hint": _("Show this code at the entrance, printed or on a screen. It lets one person in."),
            "qr": qr.svg(qr_text(registration), "QR", quiet=0),
            "demo": _("Demonstration data") if registration.demo or forum.demo else "",
        },
    )

"""Letters to participants. Each is made when it leaves, so it always tells the present state."""

from __future__ import annotations

from flask_babel import gettext as _

from activity.outbox import Attachment, Content
from forum.models import Format, Forum
from kernel.db import db
from kernel.documents import qr
from kernel.links import public_url
from registrations import queries
from registrations.models import Registration, RegistrationStatus
from registrations.own import documents, tickets
from registrations.own.exports import personal_calendar

QR_ID = "ticket-code"


def ticket(registration_id: int) -> Content | None:
    """The ticket, or the place in the waiting list: whatever holds when the letter leaves."""
    registration = db.session.get(Registration, registration_id)
    if registration is None or registration.status is RegistrationStatus.cancelled:
        return None
    if registration.status is RegistrationStatus.waitlisted:
        subject = _("You are on the waiting list: %(forum)s", forum=registration.forum.name)
        context = _context(registration) | {"line": queries.place_in_line(registration)}
        return Content(subject, "registrations/letters/waiting", context, reply_to=_reply(registration))
    if registration.format is Format.remote:
        subject = _("You take part remotely: %(forum)s", forum=registration.forum.name)
    else:
        subject = _("Your ticket: %(forum)s", forum=registration.forum.name)
    return _with_ticket(subject, "ticket", registration)


def promoted(registration_id: int) -> Content | None:
    registration = db.session.get(Registration, registration_id)
    if registration is None or registration.status is not RegistrationStatus.confirmed:
        return None
    return _with_ticket(
        _("There is a place for you: %(forum)s", forum=registration.forum.name), "promoted", registration
    )


def cancelled(registration_id: int) -> Content | None:
    registration = db.session.get(Registration, registration_id)
    if registration is None or registration.status is not RegistrationStatus.cancelled:
        return None
    subject = _("You will not take part: %(forum)s", forum=registration.forum.name)
    again = public_url(f"/forums/{registration.forum.slug}/registration")
    context = _context(registration) | {"again": again}
    return Content(subject, "registrations/letters/cancelled", context, (_ics(registration),), _reply(registration))


def mailbox(email: str, forum_id: int) -> Content | None:
    """Everybody registered with one address."""
    forum = db.session.get(Forum, forum_id)
    people = [
        registration
        for registration in queries.same_mailbox(forum_id, email)
        if registration.status is not RegistrationStatus.cancelled
    ]
    if forum is None or not people:
        return None
    rows = [(registration.name, public_url(tickets.link_path(registration))) for registration in people]
    subject = _("Your links: %(forum)s", forum=forum.name)
    context = {"forum": forum, "rows": rows, "when": documents.when(forum)}
    if any(registration.format is Format.in_person for registration in people):
        context["where"] = documents.where(forum)
    return Content(subject, "registrations/letters/mailbox", context, reply_to=forum.contact_email or None)


def _with_ticket(subject: str, template: str, registration: Registration) -> Content:
    attachments = [_ics(registration)]
    if registration.format is Format.in_person:
        picture = qr.png(tickets.qr_text(registration), scale=6)
        attachments.insert(0, Attachment("ticket.png", "image/png", picture, inline_id=QR_ID))
    context = _context(registration) | {"code": tickets.short_code(registration), "qr_id": QR_ID}
    name = f"registrations/letters/{template}"
    return Content(subject, name, context, tuple(attachments), _reply(registration))


def _context(registration: Registration) -> dict[str, object]:
    in_person = registration.format is Format.in_person
    return {
        "registration": registration,
        "forum": registration.forum,
        "in_person": in_person,
        "when": documents.when(registration.forum, zone=not in_person),
        "where": documents.where(registration.forum) if in_person else "",
        "programme": public_url(documents.programme_path(registration.forum)),
        "link": public_url(tickets.link_path(registration)),
    }


def _ics(registration: Registration) -> Attachment:
    return Attachment("forum.ics", "text/calendar", personal_calendar(registration))


def _reply(registration: Registration) -> str | None:
    return registration.forum.contact_email or None

"""Tickets and personal links under another key."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from activity.outbox import send
from forum.models import Forum
from forum.queries import local_today
from kernel.db import db
from kernel.rekeying import Secret, Stored
from registrations.models import Registration, RegistrationStatus
from registrations.own.tickets import START


def tell(ids: Sequence[int]) -> int:
    """A new ticket to everybody who takes part, or waits, in a forum that is not over."""
    rows = db.session.execute(
        select(Registration.id, Registration.email, Registration.language, Forum)
        .join(Registration.forum)
        .where(Registration.id.in_(ids), Registration.status != RegistrationStatus.cancelled)
        .order_by(Registration.id)
    )
    told = [row for row in rows if row.Forum.date_end >= local_today(row.Forum)]
    for row in told:
        send("registration_ticket", row.email, language=row.language, registration_id=row.id)
    return len(told)


TICKETS = Stored(
    Registration,
    (Secret("link", "link_generation", "link_hash"), Secret("code", "code_generation", "code_hash"), START),
    tell,
)

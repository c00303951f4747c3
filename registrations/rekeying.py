"""Tickets and personal links under another key."""

from __future__ import annotations

from collections.abc import Sequence

from activity.outbox import send
from forum.queries import local_today
from kernel.rekeying import Stored
from registrations import queries
from registrations.models import Registration
from registrations.own.tickets import SECRETS


def tell(ids: Sequence[int]) -> int:
    """A new ticket to everybody who takes part, or waits, in a forum that is not over."""
    told = [one for one in queries.still_taking_part(ids) if one.forum.date_end >= local_today(one.forum)]
    for one in told:
        send("registration_ticket", one.email, language=one.language, registration_id=one.id)
    return len(told)


TICKETS = Stored(
    Registration,
    SECRETS,
    tell,
)

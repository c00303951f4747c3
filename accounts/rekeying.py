"""Invitations and links for a new password under another key."""

from __future__ import annotations

from accounts import queries
from accounts.models import INVITATION_LINK, User
from accounts.operations import INVITATION_LIFE, invite, request_reset
from kernel.db import utcnow
from kernel.rekeying import Compared


def waiting() -> list[User]:
    """Those who were sent a link that still works."""
    return queries.invited_since(utcnow() - INVITATION_LIFE)


def tell() -> int:
    found = waiting()
    for user in found:
        if user.password_hash is None:
            invite(user, by=None, language=user.language)
        else:
            request_reset(user, language=user.language)
    return len(found)


INVITATIONS = Compared(
    INVITATION_LINK.purpose, lambda: [(one.uuid, one.invitation_generation) for one in waiting()], tell
)

"""Letters of this feature."""

from __future__ import annotations

from flask_babel import gettext as _

from accounts.models import User
from accounts.settings import site
from activity.outbox import Content, letter_kind
from kernel.db import db
from kernel.links import public_url
from kernel.secrets import token


def invitation_path(user: User) -> str:
    """The secret address by which the person sets a password."""
    return f"/invitation/{user.uuid}.{token('invitation', user.uuid, user.invitation_generation)}"


@letter_kind("account_invitation")
def invitation(user_id: int) -> Content | None:
    user = db.session.get(User, user_id)
    if user is None or user.suspended_at:
        return None
    subject = _("Invitation to %(site)s", site=site().name)
    return Content(subject, "accounts/letters/invitation", {"user": user, "link": public_url(invitation_path(user))})


@letter_kind("password_reset")
def reset(user_id: int) -> Content | None:
    user = db.session.get(User, user_id)
    if user is None or user.suspended_at:
        return None
    subject = _("A new password for %(site)s", site=site().name)
    return Content(subject, "accounts/letters/reset", {"user": user, "link": public_url(invitation_path(user))})

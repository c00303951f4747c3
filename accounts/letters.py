"""Letters of this feature."""

from __future__ import annotations

from flask_babel import gettext as _

from accounts.enums import Role
from accounts.labels import ROLE_LABELS
from accounts.models import INVITATION_LINK, User
from accounts.settings import site
from activity.outbox import Content
from kernel.db import db
from kernel.links import public_url


def invitation_path(user: User) -> str:
    """The secret address by which the person sets a password."""
    return INVITATION_LINK.path(user.uuid, user.invitation_generation)


def invitation(user_id: int) -> Content | None:
    user = db.session.get(User, user_id)
    if user is None or user.suspended_at:
        return None
    subject = _("Invitation to %(site)s", site=site().name)
    return Content(subject, "accounts/letters/invitation", {"user": user, "link": public_url(invitation_path(user))})


def reset(user_id: int) -> Content | None:
    user = db.session.get(User, user_id)
    if user is None or user.suspended_at:
        return None
    subject = _("A new password for %(site)s", site=site().name)
    return Content(subject, "accounts/letters/reset", {"user": user, "link": public_url(invitation_path(user))})


def handover(user_id: int, other_id: int, gives: bool, roles: list[tuple[str, str]]) -> Content | None:
    """To the one who gives work away, and to the one who takes it: what, and who the other is."""
    user, other = db.session.get(User, user_id), db.session.get(User, other_id)
    if user is None or other is None:
        return None
    subject = _("Your work is handed over") if gives else _("Work is handed over to you")
    lines = [f"{ROLE_LABELS[Role(role)]} · {scope}" if scope else str(ROLE_LABELS[Role(role)]) for role, scope in roles]
    context = {"user": user, "other": other, "gives": gives, "lines": lines, "link": public_url("/work")}
    return Content(subject, "accounts/letters/handover", context)

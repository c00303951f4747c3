"""The list of people as a workbook."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from accounts.labels import ROLE_LABELS, STATE_LABELS
from accounts.models import User
from kernel.documents import sheets
from kernel.documents.sheets import Column


def people(users: Iterable[User]) -> bytes:
    """A row for each role somebody holds; whoever holds none has one row too."""
    columns = [
        Column(_("Full name"), 36),
        Column(_("E-mail"), 30),
        Column(_("Position"), 34),
        Column(_("Role"), 24),
        Column(_("Where"), 44),
        Column(_("State"), 22),
        Column(_("Last here (UTC)"), 18),
    ]
    rows = [
        [user.name, user.email, user.position, role, where, str(STATE_LABELS[user.state]), user.last_seen_at]
        for user in users
        for role, where in _roles(user)
    ]
    return sheets.xlsx(_("People and roles"), columns, rows)


def _roles(user: User) -> list[tuple[str, str]]:
    held = [(str(ROLE_LABELS[one.role]), one.scope_name or _("Everywhere")) for one in user.assignments]
    return held or [("", "")]

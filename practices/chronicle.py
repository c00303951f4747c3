"""A practice's history as its editors read it: what was done, at which stage, by whom, told by role."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.enums import Role
from accounts.labels import ROLE_LABELS
from accounts.queries import roles_of
from activity.models import Entry
from activity.queries import history
from practices.labels import ADMISSION_LABELS, HISTORY_LABELS
from practices.models import Admission, Practice

ACTS_SHOWN = 20
EDITORS = (Role.methodist, Role.organiser, Role.expert, Role.administrator)
"""In whose name somebody with several roles most likely works at a practice."""


class Line(NamedTuple):
    what: str
    detail: str
    who: str
    at: datetime


def chronicle(practice: Practice) -> list[Line]:
    """The newest acts first. Two queries."""
    entries = history("practice", practice.id, limit=ACTS_SHOWN)
    roles = roles_of({entry.actor_id for entry in entries if entry.actor_id is not None})
    return [
        Line(
            str(HISTORY_LABELS.get(entry.action, entry.action)),
            _detail(entry.action, entry.details),
            _who(entry, roles),
            entry.at,
        )
        for entry in entries
    ]


def _detail(action: str, details: dict[str, object]) -> str:
    if action == "practice.admission":
        after = _stage(details.get("admission"))
        return f"{_stage(details['before'])} → {after}" if details.get("before") else after
    if action == "practice.published":
        return "; ".join(_published(details))
    return str(details.get("reason") or details.get("title") or "")


def _published(details: dict[str, object]) -> list[str]:
    parts = [_("edition %(number)s", number=details["edition"])] if details.get("edition") else []
    if number := details.get("comments"):
        parts.append(ngettext("%(num)s comment was open", "%(num)s comments were open", number))
    return parts


def _stage(value: object) -> str:
    known = {admission.value for admission in Admission}
    return str(ADMISSION_LABELS[Admission(value)]) if value in known else str(value or "")


def _who(entry: Entry, roles: dict[int, set[Role]]) -> str:
    """The role; who came by a personal link is named by that, and nobody by their name."""
    if entry.actor_type != "user":
        return str(_("The system"))
    if entry.actor_id is None:
        return str(_("The author, by the personal link"))
    held = roles.get(entry.actor_id, set())
    role = next((role for role in EDITORS if role in held), min(held, key=lambda one: one.value, default=None))
    return str(ROLE_LABELS[role]) if role else str(_("Somebody without a role now"))

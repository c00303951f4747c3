"""Recording acts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from activity.models import Entry
from kernel.db import db


def record(by: Any, action: str, subject: Any, **details: Any) -> None:
    """Add an activity entry in the caller's transaction.

    `by`: a user, or None for the system or an anonymous visitor. `subject`: a model with `id`
    and perhaps `name`. `details`: JSON; values of personal columns must not be among them.
    """
    entry = {
        "actor_type": "user" if by is not None else "system",
        "actor_id": getattr(by, "id", None),
        "actor_name": getattr(by, "display_name", "") or "",
        "action": action,
        "subject_type": type(subject).__tablename__,
        "subject_id": subject.id,
        "subject_name": "" if _name_is_personal(subject) else _name(subject),
        "within": _place(subject),
        "details": details,
    }
    db.session.connection().execute(insert(Entry), entry)  # nobody reads it back: a model would cost more


def _name(subject: Any) -> str:
    return str(getattr(subject, "name", "") or getattr(subject, "title", "") or "")[:255]


def _name_is_personal(subject: Any) -> bool:
    column = type(subject).__table__.columns.get("name")
    return column is not None and bool(column.info.get("personal"))


def _place(subject: Any) -> str:
    """The forum or series the subject is, or lies in; else its territory."""
    table = type(subject).__tablename__
    if table in ("forum", "series"):
        return f"{table}:{subject.id}"
    forum_id = getattr(subject, "forum_id", None) or getattr(getattr(subject, "venue", None), "forum_id", None)
    if forum_id:
        return f"forum:{forum_id}"
    if series_id := getattr(subject, "series_id", None):
        return f"series:{series_id}"
    territory_id = getattr(subject, "territory_id", None)
    return f"territory:{territory_id}" if territory_id else ""

"""Recording acts."""

from __future__ import annotations

from sqlalchemy import insert

from activity.models import Entry
from kernel.access import Actor
from kernel.db import Model, along


def record(by: Actor | None, action: str, subject: Model, **details: object) -> None:
    """Add an activity entry in the caller's transaction.

    `by`: None for the system or an anonymous visitor. `subject`: a model, perhaps with a `name` or a `title`.
    `details`: JSON; values of personal columns must not be among them.
    """
    entry = {
        "actor_type": "user" if by is not None else "system",
        "actor_id": by.id if by is not None else None,
        "actor_name": by.display_name if by else "",
        "action": action,
        "subject_type": type(subject).__tablename__,
        "subject_id": getattr(subject, "id", None),
        "subject_name": "" if _name_is_personal(subject) else _name(subject),
        "within": _place(subject),
        "details": details,
    }
    along(_ADDED, entry)


_ADDED = insert(Entry).inline()
"""Nobody reads it back: a model would cost more."""


def _name(subject: Model) -> str:
    return str(getattr(subject, "name", "") or getattr(subject, "title", "") or "")[:255]


def _name_is_personal(subject: Model) -> bool:
    column = type(subject).__table__.columns.get("name")
    return column is not None and bool(column.info.get("personal"))


def _place(subject: Model) -> str:
    """The forum or series the subject is, or lies in; else its territory."""
    table = type(subject).__tablename__
    if table in ("forum", "series"):
        return f"{table}:{subject.id}"  # type: ignore[attr-defined]
    forum_id = getattr(subject, "forum_id", None) or getattr(getattr(subject, "venue", None), "forum_id", None)
    if forum_id:
        return f"forum:{forum_id}"
    if series_id := getattr(subject, "series_id", None):
        return f"series:{series_id}"
    territory_id = getattr(subject, "territory_id", None)
    return f"territory:{territory_id}" if territory_id else ""

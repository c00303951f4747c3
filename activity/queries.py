from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from werkzeug.exceptions import NotFound

from activity.models import Entry, Letter
from kernel.db import db


def entries_statement(
    *, action: str = "", actor_id: int | None = None, subject_type: str = "", day: date | None = None
) -> Select[Any]:
    """Entries narrowed by what is given, for a listing; `day` in Irkutsk time."""
    statement = select(Entry)
    if action:
        statement = statement.where(Entry.action == action)
    if actor_id:
        statement = statement.where(Entry.actor_id == actor_id)
    if subject_type:
        statement = statement.where(Entry.subject_type == subject_type)
    if day:
        start = datetime.combine(day, time.min, ZoneInfo("Asia/Irkutsk"))
        statement = statement.where(Entry.at >= start, Entry.at < start + timedelta(days=1))
    return statement


def actions() -> list[str]:
    """Actions that occur, by name."""
    return list(db.session.scalars(select(Entry.action).distinct().order_by(Entry.action)))


def history(subject_type: str, subject_id: int, limit: int = 50) -> list[Entry]:
    """What happened to an object, newest first."""
    return list(
        db.session.scalars(
            select(Entry)
            .where(Entry.subject_type == subject_type, Entry.subject_id == subject_id)
            .order_by(Entry.at.desc(), Entry.id.desc())
            .limit(limit)
        )
    )


def letters_statement() -> Select[Any]:
    return select(Letter)


def letter(letter_id: int) -> Letter:
    """A letter by id. Raises NotFound."""
    found = db.session.get(Letter, letter_id)
    if found is None:
        raise NotFound()
    return found

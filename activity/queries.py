from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from werkzeug.exceptions import NotFound

from activity.models import Entry, Letter, LetterStatus
from kernel.db import db
from kernel.text import sort_key, whole
from kernel.zones import home_zone


class Narrowing(NamedTuple):
    """What narrows the log, as it stands in the address; what makes no sense is left out."""

    action: str = ""
    actor: int | None = None
    subject_type: str = ""
    subject: int | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, args: Any) -> Narrowing:
        return cls(
            args.get("action", "")[:64],
            whole(args.get("actor", "")),
            args.get("kind", "")[:48],
            whole(args.get("subject", "")),
            _day(args.get("since", "")),
            _day(args.get("until", "")),
        )


def _day(text: str) -> date | None:
    """A day of years that have a day before and after them in every zone."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1 < found.year < date.max.year else None


def entries_statement(narrowing: Narrowing, places: set[str] | None) -> Select[Any]:
    """Entries of `places` (None: all) that `narrowing` leaves, for a listing; its days are the region's."""
    statement = _in(select(Entry), places)
    for column, value in (
        (Entry.action, narrowing.action),
        (Entry.actor_id, narrowing.actor),
        (Entry.subject_type, narrowing.subject_type),
        (Entry.subject_id, narrowing.subject),
    ):
        if value:
            statement = statement.where(column == value)
    if narrowing.since:
        statement = statement.where(Entry.at >= datetime.combine(narrowing.since, time.min, home_zone()))
    if narrowing.until:
        after = datetime.combine(narrowing.until, time.min, home_zone()) + timedelta(days=1)
        statement = statement.where(Entry.at < after)
    return statement


def _in(statement: Select[Any], places: set[str] | None) -> Select[Any]:
    return statement if places is None else statement.where(Entry.within.in_(places))


def entries_for_export(narrowing: Narrowing, places: set[str] | None, limit: int = 20_000) -> list[Entry]:
    """The newest first, as many as a workbook is read with."""
    statement = entries_statement(narrowing, places).order_by(Entry.at.desc(), Entry.id.desc())
    return list(db.session.scalars(statement.limit(limit)))


def choices(places: set[str] | None) -> tuple[list[str], list[str], list[tuple[int, str]]]:
    """Actions, kinds of subjects and people (id, newest name) that occur in the log of `places`."""
    actions = db.session.scalars(_in(select(Entry.action).distinct(), places).order_by(Entry.action))
    kinds = db.session.scalars(_in(select(Entry.subject_type).distinct(), places).order_by(Entry.subject_type))
    newest = _in(select(func.max(Entry.id)).where(Entry.actor_id.is_not(None)), places).group_by(Entry.actor_id)
    people = db.session.execute(select(Entry.actor_id, Entry.actor_name).where(Entry.id.in_(newest)))
    named = [(actor_id, name) for actor_id, name in people if actor_id is not None]
    return list(actions), list(kinds), sorted(named, key=lambda one: (sort_key(one[1]), one[0]))


def doings(user_id: int, table: str, limit: int = 15) -> list[Entry]:
    """What the person did, and what was done with their account (a row of `table`), newest first."""
    about = (Entry.subject_type == table) & (Entry.subject_id == user_id)
    statement = select(Entry).where((Entry.actor_id == user_id) | about)
    return list(db.session.scalars(statement.order_by(Entry.at.desc(), Entry.id.desc()).limit(limit)))


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


def newest(action: str, subject_type: str, subject_id: int) -> Entry | None:
    """The last act of this kind on an object."""
    own = Entry.action == action, Entry.subject_type == subject_type, Entry.subject_id == subject_id
    return db.session.scalar(select(Entry).where(*own).order_by(Entry.at.desc(), Entry.id.desc()).limit(1))


def letters_statement() -> Select[Any]:
    return select(Letter)


def letter(letter_id: int) -> Letter:
    """A letter by id. Raises NotFound."""
    found = db.session.get(Letter, letter_id)
    if found is None:
        raise NotFound()
    return found


def letters_by_status() -> dict[LetterStatus, int]:
    """How many letters stand where; a status that none has is left out."""
    counted = select(Letter.status, func.count()).group_by(Letter.status)
    return dict(db.session.execute(counted).all())

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from activity.models import Entry, Letter, LetterStatus
from kernel.db import db, utcnow
from kernel.text import sort_key, whole_number
from kernel.zones import home_zone

T = TypeVar("T")


class Narrowing(NamedTuple):
    """What narrows the log, as it stands in the address; what makes no sense is left out."""

    action: str = ""
    actor: int | None = None
    subject_type: str = ""
    subject: int | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> Narrowing:
        return cls(
            args.get("action", "")[:64],
            whole_number(args.get("actor", "")),
            args.get("kind", "")[:48],
            whole_number(args.get("subject", "")),
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


def entries_statement(narrowing: Narrowing, places: set[str] | None) -> Select[Entry]:
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


def _in(statement: Select[T], places: set[str] | None) -> Select[T]:
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


def letters_statement() -> Select[Letter]:
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


LATE = timedelta(minutes=5)


LATELY = timedelta(days=14)


QUEUED = Letter.status == LetterStatus.queued


HELD = Letter.held_since.is_not(None)


class Standing(NamedTuple):
    """Letters that do not leave: how many, since when, why; `tried` when the server is asked next."""

    number: int
    since: datetime | None = None
    why: str = ""
    tried: datetime | None = None


def held() -> Standing:
    """Those that wait for the mail server."""
    which = (QUEUED, HELD)
    number, since, tried = _figures(which, func.min(Letter.held_since), func.min(Letter.next_at))
    if not number:
        return Standing(0)
    return Standing(number, since, db.session.scalar(select(Letter.error).where(*which).limit(1)) or "", tried)


def overdue() -> Standing:
    """Those that have been due for a while: they move slowly, or nobody delivers them."""
    which = (QUEUED, Letter.held_since.is_(None), Letter.next_at < utcnow() - LATE)
    return Standing(*_figures(which, func.min(Letter.next_at)))


def given_up() -> Standing:
    """Those that were given up lately."""
    which = (Letter.status == LetterStatus.dead, Letter.next_at > utcnow() - LATELY)
    return Standing(*_figures(which, func.min(Letter.created_at)))


def standing(limit: int) -> Sequence[Letter]:
    """The letters that stand, the oldest first."""
    return db.session.scalars(select(Letter).where(stands()).order_by(Letter.created_at, Letter.id).limit(limit)).all()


def reasons() -> Sequence[tuple[str, LetterStatus, int, datetime]]:
    """Why letters stand: reason, state, how many, and when the oldest was made; the most frequent first."""
    grouped = (Letter.error, Letter.status)
    number = func.count().label("number")
    statement = select(*grouped, number, func.min(Letter.created_at)).where(stands()).group_by(*grouped)
    return [
        (why or "", status, count, oldest)
        for why, status, count, oldest in db.session.execute(statement.order_by(number.desc(), Letter.error))
    ]


def stands() -> ColumnElement[bool]:
    """Given up, held, or due for too long."""
    late = Letter.next_at < utcnow() - LATE
    return (Letter.status == LetterStatus.dead) | (QUEUED & (Letter.error.is_not(None) | late))


def _figures(which: Sequence[ColumnElement[bool]], *columns: ColumnElement[Any]) -> Sequence[Any]:
    return db.session.execute(select(func.count(), *columns).select_from(Letter).where(*which)).one()


def held_since() -> datetime | None:
    """Since when letters have waited for the mail server; None when none does."""
    return db.session.scalar(select(func.min(Letter.held_since)).where(QUEUED))

"""Letters that stand: held because the mail server takes none, overdue because nobody delivers, or given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select, update

from activity.models import Letter, LetterStatus
from activity.operations import record
from kernel.db import db, utcnow

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)
"""How often a server that takes no letter is asked: a mailbox is closed for a day after too many wrong passwords."""
LATE = timedelta(minutes=5)
LATELY = timedelta(days=14)
_QUEUED = Letter.status == LetterStatus.queued
_HELD = Letter.held_since.is_not(None)
_FREE = Letter.lease.is_(None)
"""In no worker's hands."""


class Standing(NamedTuple):
    """Letters that do not leave: how many, since when, why; `tried` when the server is asked next."""

    number: int
    since: datetime | None = None
    why: str = ""
    tried: datetime | None = None


def hold(letter_id: int, lease: str, why: str) -> None:
    """The server took none: this letter and all that are due wait, and no attempt is used up. Inside `writing()`."""
    now = utcnow()
    since = db.session.scalar(select(func.min(Letter.held_since)).where(_QUEUED)) or now
    pause = min(max((now - since) / 4, SHORTEST), LONGEST)
    held = {"error": why[:500], "held_since": func.coalesce(Letter.held_since, now)}
    # The one just tried comes last: were it the letter's fault after all, the others would show it.
    last = {"next_at": now + pause + timedelta(seconds=1), "attempts": Letter.attempts - 1, "lease": None}
    db.session.execute(update(Letter).where(Letter.id == letter_id, Letter.lease == lease).values(**held, **last))
    not_begun = {"next_at": now, "attempts": Letter.attempts - 1, "lease": None}
    db.session.execute(update(Letter).where(Letter.id != letter_id, Letter.lease == lease).values(not_begun))
    others = (_QUEUED, Letter.id != letter_id, (Letter.next_at <= now) | (_HELD & _FREE))
    db.session.execute(update(Letter).where(*others).values(**held, next_at=now + pause))


def release() -> None:
    """The server takes letters again: whatever was held is due. Inside `writing()`."""
    held = update(Letter).where(_QUEUED, _HELD, _FREE)
    db.session.execute(held.values(next_at=utcnow(), held_since=None))


def ask_again() -> None:
    """Whatever was held is tried at once; since when it has been held stays. Inside `writing()`."""
    db.session.execute(update(Letter).where(_QUEUED, _HELD, _FREE).values(next_at=utcnow()))


def retry(ids: Sequence[int] = (), kind: str = "") -> int:
    """Make letters that stand due at once, with all their attempts before them; all of them, or those named."""
    now = utcnow()
    in_hand = Letter.lease.is_not(None) & (Letter.next_at > now)
    wanted: list[ColumnElement[bool]] = [_stands() & ~in_hand]
    wanted += [Letter.id.in_(ids)] if ids else []
    wanted += [Letter.kind == kind] if kind else []
    fresh = {"status": LetterStatus.queued, "attempts": 0, "next_at": now, "lease": None}
    found = db.session.scalars(update(Letter).where(*wanted).values(**fresh).returning(Letter.id)).all()
    if found:
        record(None, "letters.retried", db.session.get_one(Letter, min(found)), number=len(found))
    return len(found)


def held() -> Standing:
    """Those that wait for the mail server."""
    which = (_QUEUED, _HELD)
    number, since, tried = _figures(which, func.min(Letter.held_since), func.min(Letter.next_at))
    if not number:
        return Standing(0)
    return Standing(number, since, db.session.scalar(select(Letter.error).where(*which).limit(1)) or "", tried)


def overdue() -> Standing:
    """Those that have been due for a while: they move slowly, or nobody delivers them."""
    which = (_QUEUED, Letter.held_since.is_(None), Letter.next_at < utcnow() - LATE)
    return Standing(*_figures(which, func.min(Letter.next_at)))


def given_up() -> Standing:
    """Those that were given up lately."""
    which = (Letter.status == LetterStatus.dead, Letter.next_at > utcnow() - LATELY)
    return Standing(*_figures(which, func.min(Letter.created_at)))


def standing(limit: int) -> Sequence[Letter]:
    """The letters that stand, the oldest first."""
    return db.session.scalars(select(Letter).where(_stands()).order_by(Letter.created_at, Letter.id).limit(limit)).all()


def reasons() -> Sequence[tuple[str, LetterStatus, int, datetime]]:
    """Why letters stand: reason, state, how many, and when the oldest was made; the most frequent first."""
    grouped = (Letter.error, Letter.status)
    number = func.count().label("number")
    statement = select(*grouped, number, func.min(Letter.created_at)).where(_stands()).group_by(*grouped)
    return [
        (why or "", status, count, oldest)
        for why, status, count, oldest in db.session.execute(statement.order_by(number.desc(), Letter.error))
    ]


def _stands() -> ColumnElement[bool]:
    late = Letter.next_at < utcnow() - LATE
    return (Letter.status == LetterStatus.dead) | (_QUEUED & (Letter.error.is_not(None) | late))


def _figures(which: Sequence[ColumnElement[bool]], *columns: ColumnElement[Any]) -> Sequence[Any]:
    return db.session.execute(select(func.count(), *columns).select_from(Letter).where(*which)).one()

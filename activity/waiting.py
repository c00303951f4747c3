"""Letters that stand are held, let go and tried again; `queries` tells which and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, update

from activity import queries
from activity.models import Letter, LetterStatus
from activity.operations import record
from activity.queries import HELD, QUEUED, stands
from kernel.db import db, utcnow

SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=15)
"""How often a server that takes no letter is asked: a mailbox is closed for a day after too many wrong passwords."""
_FREE = Letter.lease.is_(None)
"""In no worker's hands."""


def hold(letter_id: int, lease: str, why: str) -> None:
    """The server took none: this letter and all that are due wait, and no attempt is used up. Inside `writing()`."""
    now = utcnow()
    since = queries.held_since() or now
    pause = min(max((now - since) / 4, SHORTEST_PAUSE), LONGEST_PAUSE)
    held = {"error": why[:500], "held_since": func.coalesce(Letter.held_since, now)}
    # The one just tried comes last: were it the letter's fault after all, the others would show it.
    last = {"next_at": now + pause + timedelta(seconds=1), "attempts": Letter.attempts - 1, "lease": None}
    db.session.execute(update(Letter).where(Letter.id == letter_id, Letter.lease == lease).values(**held, **last))
    not_begun = {"next_at": now, "attempts": Letter.attempts - 1, "lease": None}
    db.session.execute(update(Letter).where(Letter.id != letter_id, Letter.lease == lease).values(not_begun))
    others = (QUEUED, Letter.id != letter_id, (Letter.next_at <= now) | (HELD & _FREE))
    db.session.execute(update(Letter).where(*others).values(**held, next_at=now + pause))


def release() -> None:
    """The server takes letters again: whatever was held is due. Inside `writing()`."""
    held = update(Letter).where(QUEUED, HELD, _FREE)
    db.session.execute(held.values(next_at=utcnow(), held_since=None))


def ask_again() -> None:
    """Whatever was held is tried at once; since when it has been held stays. Inside `writing()`."""
    db.session.execute(update(Letter).where(QUEUED, HELD, _FREE).values(next_at=utcnow()))


def retry(ids: Sequence[int] = (), kind: str = "") -> int:
    """Make letters that stand due at once, with all their attempts before them; all of them, or those named."""
    now = utcnow()
    in_hand = Letter.lease.is_not(None) & (Letter.next_at > now)
    wanted: list[ColumnElement[bool]] = [stands() & ~in_hand]
    wanted += [Letter.id.in_(ids)] if ids else []
    wanted += [Letter.kind == kind] if kind else []
    fresh = {"status": LetterStatus.queued, "attempts": 0, "next_at": now, "lease": None}
    found = db.session.scalars(update(Letter).where(*wanted).values(**fresh).returning(Letter.id)).all()
    if found:
        record(None, "letters.retried", db.session.get_one(Letter, min(found)), number=len(found))
    return len(found)

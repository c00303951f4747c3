"""Rate limits shared by all workers: a fixed window per bucket and subject, kept in the database.

Subjects (addresses, e-mails) are stored hashed. docs/limits.md says of each limit whom it slows, what they see
and what the owner can still do; a test holds the two together.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningInsert
from werkzeug.exceptions import TooManyRequests

from kernel.db import Model, db, dialect, inserting, utcnow
from kernel.forms import Form
from kernel.security import SLACK
from kernel.transaction import writing


class RateWindow(Model):
    __tablename__ = "rate_window"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    hits: Mapped[int] = mapped_column(default=1)
    until: Mapped[int] = mapped_column(default=0, server_default="0", index=True)
    """When the window ends, in seconds of the epoch."""


class Limit(NamedTuple):
    """At most `hits` per `seconds` for each subject of `bucket`: a network is `security.client_network()`."""

    bucket: str
    hits: int
    seconds: int


# A personal link needs no account: whoever got hold of one must not fill the disk with it.
LINK_FILES = Limit("link-files", 40, 3600)


Check = tuple[Limit, str]
"""A limit, and whom it holds."""


def refuse_when_full(*checks: Check) -> None:
    """Raise TooManyRequests when one of the limits is reached, and count nothing: for what only counts when it fails.

    The caller counts the failure afterwards, and `count` refuses what is over exactly. Between the two each
    process may have one attempt under way, so a burst may try a few passwords more than the limit, at most
    as many as are answered at the same moment; of the wrong ones none beyond the limit learns that it was wrong.
    """
    now = int(utcnow().timestamp())
    full = [limit.seconds - now % limit.seconds for limit, subject in checks if is_full(limit, subject)]
    if full:
        raise TooManyRequests(retry_after=max(full))


def is_full(limit: Limit, subject: str) -> bool:
    """Whether the limit is reached for the subject; nothing is counted."""
    window = int(utcnow().timestamp()) // limit.seconds
    known = select(RateWindow.hits).where(RateWindow.key == _key(limit, subject), RateWindow.window == window)
    return (db.session.scalar(known) or 0) >= limit.hits


def count(*checks: Check) -> None:
    """Count a hit on each (limit, subject); raise TooManyRequests when one is over its number.

    What is refused is counted nowhere: knocking at one closed subject does not close the others.
    """
    now = int(utcnow().timestamp())
    over: list[int] = []
    with writing():
        for limit, subject in sorted(checks, key=lambda check: check[0].bucket):
            window = now // limit.seconds
            until = (window + 1) * limit.seconds
            if _hit(_key(limit, subject), window, until) > limit.hits:
                over.append(until - now)
        if over:
            raise TooManyRequests(retry_after=max(over))


def allowed(*checks: Check) -> bool:
    """Count as `count` does, and tell whether there was room: for what is left out without a word.

    Inside `writing()` for one check only: of several, those that had room stay counted.
    """
    try:
        count(*checks)
    except TooManyRequests:
        return False
    return True


def wait(refused: TooManyRequests) -> str:
    """How long whoever was refused must wait, in words."""
    seconds = refused.retry_after if isinstance(refused.retry_after, int) else 0
    minutes = max(1, -(-seconds // 60))
    return ngettext("%(num)s minute", "%(num)s minutes", minutes)


def explain(form: Form, refused: TooManyRequests, sentence: str = "") -> dict[str, str]:
    """Say on the form itself, where what was typed is kept, how long to wait; the answer's headers."""
    said = sentence or _("Too many at once from you or from your network. Nothing is lost: press the button again.")
    patience = _("Wait %(time)s.", time=wait(refused))
    form.form_errors = [f"{said} {patience}"]
    return {"Retry-After": str(refused.retry_after)}


def _key(limit: Limit, subject: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"{limit.bucket}\0{subject}".encode(), hashlib.sha256).hexdigest()


def _hit(key: str, window: int, until: int) -> int:
    hit = {"key": key, "window": window, "hits": 1, "until": until}
    return int(db.session.connection().execute(_counting(dialect()), hit).scalar_one())


@cache
def _counting(kind: str) -> ReturningInsert[int]:
    """The statement, composed once: every limited request runs it twice."""
    table = RateWindow.__table__
    statement = inserting(table, kind)
    counting: ReturningInsert[int] = statement.on_conflict_do_update(
        index_elements=[table.c.key, table.c.window], set_={"hits": table.c.hits + 1}
    ).returning(table.c.hits)
    return counting


def forget_old() -> None:
    """Delete windows that have ended, and those counted ahead of time by a clock that was wrong."""
    now = int(utcnow().timestamp())
    length = RateWindow.until // (RateWindow.window + 1)
    ahead = RateWindow.until - length > now + SLACK.total_seconds()
    with writing():
        db.session.execute(delete(RateWindow).where((RateWindow.until < now) | ahead))

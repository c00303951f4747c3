"""Rate limits shared by all workers: a fixed window per bucket and subject, kept in the database.

Subjects (addresses, e-mails) are stored hashed. docs/limits.md says of each limit whom it slows, what they see
and what the owner can still do; a test holds the two together.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import String, bindparam, delete, select, tuple_
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningInsert
from werkzeug.exceptions import TooManyRequests

from kernel.db import Columns, Model, along, db, dialect, inserting, utcnow
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
    refuse(full(*checks))


def full(*checks: Check) -> list[Check]:
    """Those of the limits that are reached; nothing is counted. One query."""
    now = int(utcnow().timestamp())
    keys = {_key(*check): now // check[0].seconds for check in checks}
    asked = tuple_(RateWindow.key, RateWindow.window).in_(list(keys.items()))
    known = dict(db.session.execute(select(RateWindow.key, RateWindow.hits).where(asked)).all())
    return [check for check in checks if known.get(_key(*check), 0) >= check[0].hits]


def refuse(reached: Sequence[Check]) -> None:
    """Raise TooManyRequests when there is any."""
    now = int(utcnow().timestamp())
    if reached:
        raise TooManyRequests(retry_after=max(limit.seconds - now % limit.seconds for limit, _subject in reached))


def count(*checks: Check) -> None:
    """Count a hit on each (limit, subject); raise TooManyRequests when one is over its number.

    What is refused is counted nowhere: knocking at one closed subject does not close the others.
    """
    with writing():
        counting = Counting(*checks)
        counting.send(lambda statement, values: list(db.session.connection().execute(statement, values)))
        counting.judge()


class Counting:
    """Hits to be counted in the caller's transaction: `send`, and when that has come back `judge`."""

    def __init__(self, *checks: Check) -> None:
        self.checks = {_key(*check): check for check in sorted(checks, key=lambda check: check[0].bucket)}
        self.hits = Counter(_key(*check) for check in checks)
        self.rows: Sequence[Any] = ()

    def send(self, execute: Callable[[Any, Columns], Sequence[Any]] = along) -> None:
        """The rows of the limits stay locked until the commit, a network's for everybody who comes from it: so, late.

        `execute`: how; by default together with the caller's next statement.
        """
        now = int(utcnow().timestamp())
        values: Columns = {}
        for row, (key, (limit, _subject)) in enumerate(self.checks.items()):
            window = now // limit.seconds
            values |= {f"key_{row}": key, f"window_{row}": window, f"hits_{row}": self.hits[key]}
            values[f"until_{row}"] = (window + 1) * limit.seconds
        if values:
            self.rows = execute(_counting(dialect(), len(self.checks)), values)

    def judge(self) -> None:
        """Raise TooManyRequests when one is over its number: the caller's transaction ends with nothing done."""
        refuse([self.checks[key] for key, hits in self.rows if hits > self.checks[key][0].hits])


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


@cache
def _counting(kind: str, rows: int) -> ReturningInsert[str, int]:
    """The statement for so many rows, composed once: most limited requests run it."""
    table = RateWindow.__table__
    names = ("key", "window", "hits", "until")
    values = [{name: bindparam(f"{name}_{row}", type_=table.c[name].type) for name in names} for row in range(rows)]
    statement = inserting(table, kind).values(values)
    counting: ReturningInsert[str, int] = statement.on_conflict_do_update(
        index_elements=[table.c.key, table.c.window], set_={"hits": table.c.hits + statement.excluded.hits}
    ).returning(table.c.key, table.c.hits)
    return counting


def forget_old() -> None:
    """Delete windows that have ended, and those counted ahead of time by a clock that was wrong."""
    now = int(utcnow().timestamp())
    length = RateWindow.until // (RateWindow.window + 1)
    ahead = RateWindow.until - length > now + SLACK.total_seconds()
    with writing():
        db.session.execute(delete(RateWindow).where((RateWindow.until < now) | ahead))

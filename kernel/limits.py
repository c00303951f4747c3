"""Rate limits shared by all workers: a fixed window per bucket and subject, kept in the database.

Subjects (addresses, e-mails) are stored hashed.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import String, delete, update
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests

from kernel.db import Model, db, dialect, inserting, utcnow
from kernel.jobs import job
from kernel.transaction import writing


class RateWindow(Model):
    __tablename__ = "rate_window"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    hits: Mapped[int] = mapped_column(default=1)
    until: Mapped[int] = mapped_column(default=0, server_default="0", index=True)
    """When the window ends, in seconds of the epoch."""


@dataclass(frozen=True)
class Limit:
    """At most `hits` per `seconds` for each subject of `bucket`."""

    bucket: str
    hits: int
    seconds: int


SIGN_IN_ACCOUNT = Limit("sign-in-account", 10, 900)
SIGN_IN_ADDRESS = Limit("sign-in-address", 60, 900)
LOOKUP_EMAIL = Limit("lookup-email", 5, 3600)
LOOKUP_ADDRESS = Limit("lookup-address", 60, 3600)
REGISTRATION_EMAIL = Limit("registration-email", 60, 3600)
# A ministry, or a whole hall, is one address: this only stops a flood.
REGISTRATION_ADDRESS = Limit("registration-address", 3000, 3600)


Counted = list[tuple[str, int]]
"""Keys and windows of hits that were counted."""


def count(*checks: tuple[Limit, str]) -> Counted:
    """Count a hit on each (limit, subject); raise TooManyRequests when one is over its number.

    What is refused is counted nowhere: knocking at one closed subject does not close the others.
    """
    now = int(utcnow().timestamp())
    counted: Counted = []
    over: list[int] = []
    with writing():
        for limit, subject in sorted(checks, key=lambda check: check[0].bucket):
            window = now // limit.seconds
            until = (window + 1) * limit.seconds
            key = _key(limit, subject)
            if _hit(key, window, until) > limit.hits:
                over.append(until - now)
            counted.append((key, window))
        if over:
            raise TooManyRequests(retry_after=max(over))
    return counted


def give_back(counted: Counted) -> None:
    """Take back hits that turned out to be none (a right password), in the caller's transaction.

    Counting first and giving back afterwards keeps a limit exact for attempts made at the same moment.
    """
    for key, window in counted:
        hits = update(RateWindow).where(RateWindow.key == key, RateWindow.window == window, RateWindow.hits > 0)
        db.session.execute(hits.values(hits=RateWindow.hits - 1), execution_options={"synchronize_session": False})


def _key(limit: Limit, subject: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"{limit.bucket}\0{subject}".encode(), hashlib.sha256).hexdigest()


def _hit(key: str, window: int, until: int) -> int:
    hit = {"key": key, "window": window, "hits": 1, "until": until}
    return int(db.session.connection().execute(_counting(dialect()), hit).scalar_one())


@cache
def _counting(kind: str) -> Any:
    """The statement, composed once: every limited request runs it twice."""
    table = RateWindow.__table__
    statement = inserting(table, kind)
    return statement.on_conflict_do_update(
        index_elements=[table.c.key, table.c.window], set_={"hits": table.c.hits + 1}
    ).returning(table.c.hits)


@job("forget-old-limits", every=timedelta(hours=1))
def forget_old() -> None:
    """Delete windows that have ended."""
    with writing():
        db.session.execute(delete(RateWindow).where(RateWindow.until < int(utcnow().timestamp())))

"""Rate limits shared by all workers: a fixed window per bucket and subject, kept in the database.

Subjects (addresses, e-mails) are stored hashed.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests

from kernel.db import Model, db, inserting, utcnow
from kernel.transaction import writing


class RateWindow(Model):
    __tablename__ = "rate_window"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True, index=True)
    hits: Mapped[int] = mapped_column(default=1)


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


def count(*checks: tuple[Limit, str]) -> None:
    """Count a hit on each (limit, subject); raise TooManyRequests when one is over its number."""
    now = int(utcnow().timestamp())
    over: list[int] = []
    with writing():
        for limit, subject in sorted(checks, key=lambda check: check[0].bucket):
            window = now // limit.seconds
            if _hit(_key(limit, subject), window) > limit.hits:
                over.append((window + 1) * limit.seconds - now)
    if over:
        raise TooManyRequests(retry_after=max(over))


def _key(limit: Limit, subject: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"{limit.bucket}\0{subject}".encode(), hashlib.sha256).hexdigest()


def _hit(key: str, window: int) -> int:
    statement = (
        inserting(RateWindow)
        .values(key=key, window=window, hits=1)
        .on_conflict_do_update(index_elements=[RateWindow.key, RateWindow.window], set_={"hits": RateWindow.hits + 1})
        .returning(RateWindow.hits)
    )
    return int(db.session.execute(statement).scalar_one())


def forget_old() -> int:
    """Delete windows that can no longer matter. Returns how many."""
    horizon = int(utcnow().timestamp()) // 3600 - 24
    result = db.session.execute(delete(RateWindow).where(RateWindow.window < horizon))
    return int(getattr(result, "rowcount", 0))

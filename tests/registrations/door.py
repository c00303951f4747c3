"""What the tests of the door share."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import func, select

from kernel.db import db
from kernel.transaction import writing
from registrations.door import attendance
from registrations.door.codes import read_code
from registrations.own.tickets import qr_text

PATH = "/door/prosemyu-2027"


def scan(forum, person, nonce=None, force=False):
    with writing():
        return attendance.scan(
            forum.id, read_code(qr_text(person)), nonce=nonce or uuid4().hex, user_id=None, force=force
        )


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))

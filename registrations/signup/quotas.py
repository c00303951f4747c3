"""Places by format, exact under parallel requests on both databases.

A place is taken by one conditional UPDATE. Everything that gives a place back locks the counters
first, in id order, and hands the place to the first in the waiting list in the same transaction.
So nobody waits while a place is free, and nobody passes one who waits.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, bindparam, or_, select, update

from forum.models import Format, Quota
from kernel.db import db, utcnow
from registrations.models import Registration, RegistrationStatus

_CORE = {"synchronize_session": False}


def take_place(forum_id: int, format: Format) -> bool:
    """Take one place if there is one. Call last: the counter's row stays locked until the commit."""
    return db.session.connection().execute(_TAKE, {"forum": forum_id, "kind": format}).first() is not None


_TAKE = (
    update(Quota)
    .where(
        Quota.forum_id == bindparam("forum"),
        Quota.format == bindparam("kind"),
        or_(Quota.capacity.is_(None), Quota.taken < Quota.capacity),
    )
    .values(taken=Quota.taken + 1)
    .returning(Quota.id)
)


def next_number(forum_id: int, format: Format) -> tuple[int, bool]:
    """The next number in the waiting list, and whether a place has become free meanwhile.

    Raising the number locks the counter, so the second answer is exact from here to the commit.
    """
    statement = (
        update(Quota)
        .where(*_of(forum_id, format))
        .values(waiting=Quota.waiting + 1)
        .returning(Quota.waiting, Quota.taken, Quota.capacity)
        .execution_options(**_CORE)
    )
    number, taken, capacity = db.session.execute(statement).one()
    return number, capacity is None or taken < capacity


def give_back(forum_id: int, format: Format) -> None:
    """Free one place; the caller holds the counters' lock."""
    add_taken(forum_id, format, -1)


def add_taken(forum_id: int, format: Format, places: int) -> None:
    """Count `places` more as taken; the caller holds the counters' lock and knows that they fit."""
    db.session.execute(
        update(Quota).where(*_of(forum_id, format)).values(taken=Quota.taken + places).execution_options(**_CORE)
    )


def lock_counters(forum_id: int) -> dict[Format, Quota]:
    """Lock the forum's counters in id order and read them afresh."""
    rows = db.session.scalars(
        select(Quota)
        .where(Quota.forum_id == forum_id)
        .order_by(Quota.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {quota.format: quota for quota in rows}


def lock_counter(forum_id: int, format: Format) -> None:
    """Lock one counter, for what touches no other."""
    db.session.execute(select(Quota.id).where(*_of(forum_id, format)).with_for_update())


def next_waiting(forum_id: int, format: Format, limit: int | None) -> list[Registration]:
    """The first in the waiting list, strictly by number."""
    statement = (
        select(Registration)
        .where(
            Registration.forum_id == forum_id,
            Registration.format == format,
            Registration.status == RegistrationStatus.waitlisted,
        )
        .order_by(Registration.waiting_number)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(statement if limit is None else statement.limit(limit)))


def promote(forum_id: int, format: Format) -> list[Registration]:
    """Give every free place to the next in the waiting list; the caller holds the counters' lock."""
    capacity, taken = db.session.execute(select(Quota.capacity, Quota.taken).where(*_of(forum_id, format))).one()
    free = None if capacity is None else capacity - taken
    if free is not None and free <= 0:
        return []
    promoted = next_waiting(forum_id, format, free)
    for registration in promoted:
        registration.status = RegistrationStatus.confirmed
        registration.confirmed_at = utcnow()
        registration.waiting_number = None
        registration.sequence += 1
    if promoted:
        db.session.flush()
        add_taken(forum_id, format, len(promoted))
    return promoted


def _of(forum_id: int, format: Format) -> tuple[ColumnElement[bool], ...]:
    return (Quota.forum_id == forum_id, Quota.format == format)


def free(forum_id: int, format: Format) -> int | None:
    """Places left (None: no limit); the caller holds the counters' lock."""
    capacity, taken = db.session.execute(select(Quota.capacity, Quota.taken).where(*_of(forum_id, format))).one()
    return None if capacity is None else max(0, capacity - taken)


def add_waiting(forum_id: int, format: Format, people: int) -> int:
    """Reserve `people` numbers in the waiting list; returns the first."""
    statement = (
        update(Quota)
        .where(*_of(forum_id, format))
        .values(waiting=Quota.waiting + people)
        .returning(Quota.waiting)
        .execution_options(**_CORE)
    )
    last: int = db.session.execute(statement).scalar_one()
    return last - people + 1

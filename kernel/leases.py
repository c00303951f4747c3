"""Waiting rows taken by one worker: jobs and letters are claimed, held and given back alike, on both databases.

Whoever took rows writes a word into their `lease` and how long it holds beside it, renews it while it lives
(`renew`), and notes what came of them only under that word. A worker that was killed renews nothing: when the time
is over, others take them.
"""

from __future__ import annotations

import enum
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import Select, String, update
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from kernel.db import IntPk, db, utcnow
from kernel.transaction import writing

ROWS_A_CLAIM = 10
"""So many rows are taken with one write at most."""


class Urgency(enum.IntEnum):
    """Who goes first. What is heavy has a thread of its own: nobody waits behind a thousand pages or letters."""

    waited_for = 0
    ordinary = 1
    heavy = 2


QUICK = (Urgency.waited_for, Urgency.ordinary)
HEAVY = (Urgency.heavy,)
ANY = QUICK + HEAVY
Lane = Sequence[Urgency]


class Leased:
    """Columns of rows that workers take."""

    id: Mapped[IntPk]
    urgency: Mapped[int] = mapped_column(default=Urgency.ordinary, server_default="1")
    lease: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(default=0)


class Batch(NamedTuple):
    """Rows in one worker's hands."""

    model: type[Leased]
    ids: Sequence[int]
    lease: str
    until: str
    """The column that says how long it holds."""
    length: timedelta
    free: object
    """What stands in that column of a row that nobody has."""


_in_hand: dict[str, Batch] = {}
"""What this process works on."""


def never() -> bool:
    return False


def claim(
    due: Select[int, int],
    until: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    length: timedelta,
    most: int = 1,
    free: object = None,
    **values: object,
) -> Batch | None:
    """Take the first rows that `due` gives as (id, attempts), and set `values`; None when nothing waits.

    A row whose worker once ended under it is taken alone: were it the row that ends them, the others would not be
    used up along with it.
    """
    model = cast(type[Leased], until.class_)
    due = due.limit(most)
    if db.session.execute(due.limit(1)).first() is None:  # an idle worker must not take the write lock
        db.session.rollback()
        return None
    lease = secrets.token_hex(12)
    with writing():  # on SQLite this is the lock; there FOR UPDATE says nothing
        found = db.session.execute(due.with_for_update(skip_locked=True)).all()
        fresh = next((place for place, (_id, attempts) in enumerate(found) if attempts), len(found))
        ids = [one for one, _attempts in found[: max(fresh, 1)]]
        values |= {until.key: utcnow() + length, "lease": lease, "attempts": model.attempts + 1}
        db.session.execute(
            update(model).where(model.id.in_(ids)).values(values).execution_options(synchronize_session=False)
        )
    return Batch(model, ids, lease, until.key, length, free) if ids else None


def carry_out(batch: Batch, each: Callable[[int, str], bool], stopped: Callable[[], bool] = never) -> int:
    """Do `each` (id, lease) in turn until it returns False or `stopped` does; what was not begun is given back.

    Returns how many were begun.
    """
    begun = 0
    _in_hand[batch.lease] = batch
    try:
        for one in batch.ids:
            if begun and stopped():
                break
            begun += 1
            if not each(one, batch.lease):
                break
    finally:
        _in_hand.pop(batch.lease, None)
    if begun < len(batch.ids):
        _give_back(batch)
    return begun


def renew() -> None:
    """Lengthen the leases of what this process has in hand; called while its threads are well."""
    batches = list(_in_hand.values())
    if batches:
        with writing():
            for batch in batches:
                _change(batch, {batch.until: utcnow() + batch.length})


def give_back_all() -> None:
    """What is in hand when the worker must end: another one begins it anew, and no attempt is used up."""
    for batch in list(_in_hand.values()):
        _give_back(batch)


def _give_back(batch: Batch) -> None:
    with writing():
        _change(batch, {batch.until: batch.free, "lease": None, "attempts": batch.model.attempts - 1})


def _change(batch: Batch, values: dict[str, object]) -> None:
    """Those of the batch that are not finished: who finishes a row takes the lease off it."""
    mine = (batch.model.id.in_(batch.ids), batch.model.lease == batch.lease)
    db.session.execute(update(batch.model).where(*mine).values(values))

"""A machine whose clock was a day ahead, and has been set back: everything goes on at once, and nothing is done twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.exceptions import TooManyRequests

from accounts import operations
from activity import outbox
from activity.models import Letter, LetterStatus
from kernel import db as kernel_db
from kernel import jobs, limits
from kernel.db import db, utcnow
from kernel.feature import JobKind, registry
from kernel.jobs import Job, enqueue, run_due, tick, worker_seen
from kernel.transaction import writing
from registrations.door import queries
from tests import factories
from tests.conftest import NOW

DAY = timedelta(days=1)
LIMIT = limits.Limit("clock", 2, 900)
done: list[str] = []


def note(word: str) -> None:
    done.append(word)


@pytest.fixture(autouse=True)
def kinds(app, monkeypatch):
    done.clear()
    monkeypatch.setitem(registry().jobs, "clock-note", JobKind("clock-note", note))


def set_clock(moment) -> None:
    db.session.rollback()
    kernel_db.set_clock(lambda: moment)


@pytest.fixture
def ahead(app):
    """The clock is a day ahead, until the test sets it back."""
    set_clock(NOW + DAY)


def turns() -> int:
    db.session.rollback()
    waiting = select(Job).where(Job.done_at.is_(None), Job.run_after <= utcnow(), Job.kind == "forget-old-limits")
    return len(db.session.scalars(waiting).all())


def test_a_sign_of_life_of_tomorrow_is_none(ahead):
    tick()
    assert worker_seen(timedelta(minutes=2))
    set_clock(NOW)
    assert not worker_seen(timedelta(minutes=2))
    tick()
    assert worker_seen(timedelta(minutes=2))


def test_a_job_held_by_a_worker_that_died_meanwhile_is_taken_up(ahead):
    with writing():
        enqueue("clock-note", run_after=NOW - DAY, word="раз")
    assert jobs._claim() is not None
    set_clock(NOW)
    assert run_due() == 1
    assert done == ["раз"]


def test_a_job_queued_meanwhile_need_not_wait_for_a_day(ahead):
    with writing():
        enqueue("clock-note", word="раз")
        enqueue("clock-note", run_after=utcnow() + timedelta(days=3), word="потом")
    set_clock(NOW + DAY + timedelta(seconds=20))
    tick()
    set_clock(NOW)
    tick()
    run_due()
    assert done == ["раз"]


def test_the_schedule_is_kept_although_its_turns_were_done_ahead_of_time(app):
    set_clock(NOW + DAY)
    tick()
    run_due()
    set_clock(NOW)
    tick()
    run_due()
    set_clock(NOW + DAY)
    assert turns() == 0
    tick()
    assert turns() == 1


def test_letters_queued_or_held_meanwhile_leave_once(ahead):
    with writing():
        for number in range(3):
            operations.invite(factories.user(f"p{number}@example.org", "Примерова Анна"), by=None)
    assert outbox._claim() is not None
    set_clock(NOW)
    assert outbox._claim() is not None  # in hand now, and not to be taken again
    assert outbox.deliver_due() == 2
    assert outbox.deliver_due() == 0
    set_clock(NOW + timedelta(minutes=6))
    assert outbox.deliver_due() == 1
    statuses = set(db.session.scalars(select(Letter.status)))
    assert statuses == {LetterStatus.sent}


def test_what_was_counted_ahead_of_time_is_forgotten(ahead):
    limits.count((LIMIT, "anna"), (LIMIT, "anna"))
    set_clock(NOW)
    limits.count((LIMIT, "anna"))
    limits.forget_old()
    limits.count((LIMIT, "anna"))
    with pytest.raises(TooManyRequests):
        limits.count((LIMIT, "anna"))
    set_clock(NOW + DAY)
    limits.refuse_when_full((LIMIT, "anna"))


def test_an_entry_of_tomorrow_is_not_the_last_one(ahead):
    assert queries.is_recent(utcnow())
    moment = utcnow()
    set_clock(NOW)
    assert not queries.is_recent(moment)

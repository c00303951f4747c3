from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel import db as kernel_db
from kernel import jobs
from kernel.db import db, utcnow
from kernel.feature import JobKind, registry
from kernel.jobs import Job, enqueue, run_due, tick
from kernel.transaction import writing

pytestmark = pytest.mark.differs

done: list[str] = []


def note(word: str) -> dict[str, str]:
    done.append(word)
    return {"word": word}


def fail() -> None:
    raise ValueError("always")


@pytest.fixture(autouse=True)
def kinds(app, monkeypatch):
    done.clear()
    for kind in (JobKind("test-note", note), JobKind("test-fail", fail)):
        monkeypatch.setitem(registry().jobs, kind.name, kind)


def later(minutes: float) -> None:
    """Move the clock."""
    moment = utcnow() + timedelta(minutes=minutes)
    kernel_db.set_clock(lambda: moment)


def only() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job)).one()


def test_a_due_job_runs_once_and_keeps_its_result(app):
    with writing():
        enqueue("test-note", word="раз")
    assert run_due() == 1
    assert run_due() == 0
    assert done == ["раз"]
    assert (only().result, only().error) == ({"word": "раз"}, None)


def test_a_job_waits_for_its_time(app):
    with writing():
        enqueue("test-note", run_after=utcnow() + timedelta(minutes=5), word="позже")
    assert run_due() == 0
    later(6)
    assert run_due() == 1


def test_jobs_run_in_the_order_of_their_time(app):
    with writing():
        enqueue("test-note", run_after=utcnow() - timedelta(minutes=1), word="второй")
        enqueue("test-note", run_after=utcnow() - timedelta(minutes=2), word="первый")
    run_due()
    assert done == ["первый", "второй"]


def test_a_unique_key_is_queued_once(app):
    with writing():
        assert enqueue("test-note", unique_key="k", word="раз") is not None
        assert enqueue("test-note", unique_key="k", word="два") is None
    run_due()
    assert done == ["раз"]


def test_a_failing_job_is_tried_again_later_and_given_up_at_last(app):
    with writing():
        enqueue("test-fail")
    assert run_due() == 1
    assert only().error == "ValueError('always')"
    assert run_due() == 0
    for _attempt in range(jobs.ATTEMPTS_AT_A_JOB):
        later(24 * 60)
        run_due()
    assert (only().attempts, only().dead) == (jobs.ATTEMPTS_AT_A_JOB, True)


def test_a_job_whose_worker_died_is_taken_up_after_its_lease(app):
    with writing():
        enqueue("test-note", word="раз")
    assert jobs._claim() is not None  # the worker dies here
    assert run_due() == 0
    later(11)
    assert run_due() == 1
    assert done == ["раз"]


def test_a_job_that_kills_its_worker_is_not_tried_for_ever(app):
    with writing():
        enqueue("test-note", word="яд")
    claims = 0
    while jobs._claim() is not None:
        claims += 1
        later(11)
    assert claims == jobs.ATTEMPTS_AT_A_JOB
    jobs.forget_old()
    assert only().dead


def test_a_job_in_a_rolled_back_transaction_never_was(app):
    with pytest.raises(ZeroDivisionError), writing():
        enqueue("test-note", word="раз")
        raise ZeroDivisionError
    assert run_due() == 0


def test_the_schedule_queues_each_turn_once(app):
    tick()
    first = len(db.session.scalars(select(Job)).all())
    tick()
    assert len(db.session.scalars(select(Job)).all()) == first
    assert first == sum(kind.every is not None for kind in registry().jobs.values())
    assert jobs.worker_seen(timedelta(minutes=1))
    later(2)
    assert not jobs.worker_seen(timedelta(minutes=1))

"""Who is served first, what is taken together, and what becomes of it when its worker ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from accounts import operations
from activity import outbox
from activity.models import Letter
from kernel import db as kernel_db
from kernel import jobs, leases
from kernel.db import db, utcnow
from kernel.feature import JobKind, registry
from kernel.jobs import Job, enqueue, run_due
from kernel.leases import ANY, HEAVY, QUICK, ROWS_A_CLAIM, Urgency
from kernel.transaction import writing
from tests import factories

done: list[str] = []


def note(word: str) -> None:
    done.append(word)


@pytest.fixture(autouse=True)
def kinds(app, monkeypatch):
    done.clear()
    for urgency in Urgency:
        name = f"lease-{urgency.name.replace('_', '-')}"
        monkeypatch.setitem(registry().jobs, name, JobKind(name, note, urgency=urgency))


def later(minutes: float) -> None:
    moment = utcnow() + timedelta(minutes=minutes)
    kernel_db.set_clock(lambda: moment)


def queue(*words: str, kind: str = "lease-ordinary") -> None:
    with writing():
        for word in words:
            enqueue(kind, word=word)


def attempts() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Job.attempts).order_by(Job.id)))


def test_whoever_is_waited_for_goes_first_and_the_heavy_have_a_lane_of_their_own(app):
    queue("тяжёлое", kind="lease-heavy")
    queue("обычное")
    queue("ждут", kind="lease-waited-for")
    assert run_due(lane=QUICK) == 2
    assert done == ["ждут", "обычное"]
    assert run_due(lane=HEAVY) == 1
    queue("тяжёлое 2", kind="lease-heavy")
    queue("ждут 2", kind="lease-waited-for")
    assert run_due() == 2
    assert done == ["ждут", "обычное", "тяжёлое", "ждут 2", "тяжёлое 2"]


def test_many_are_taken_with_one_write(app, count_queries):
    queue(*map(str, range(ROWS_A_CLAIM + 3)))
    with count_queries() as counted:
        batch = jobs._claim(ROWS_A_CLAIM, QUICK)
    assert counted.number == 3  # is there anything, which, take
    assert list(batch.ids) == sorted(batch.ids)
    assert len(batch.ids) == ROWS_A_CLAIM
    assert run_due(lane=QUICK) == 3
    later(11)
    assert run_due(lane=QUICK) == ROWS_A_CLAIM


def test_what_was_not_begun_is_given_back_with_its_place(app):
    queue("первое", "второе", "третье")
    assert run_due(lane=QUICK, stopped=lambda: bool(done)) == 1
    assert (done, attempts()) == (["первое"], [1, 0, 0])
    assert run_due(lane=QUICK) == 2
    assert (done, attempts()) == (["первое", "второе", "третье"], [1, 1, 1])


def test_a_row_that_ended_its_worker_takes_nobody_along(app):
    """Ten are taken, the first kills: from then on each is taken alone, and only the first runs out of attempts."""
    queue(*map(str, range(ROWS_A_CLAIM)))
    assert len(jobs._claim(ROWS_A_CLAIM, QUICK).ids) == ROWS_A_CLAIM
    later(11)
    assert len(jobs._claim(ROWS_A_CLAIM, QUICK).ids) == 1
    assert run_due(lane=QUICK) == ROWS_A_CLAIM - 1
    assert done == [str(number) for number in range(1, ROWS_A_CLAIM)]
    for _attempt in range(jobs.ATTEMPTS_AT_A_JOB - 2):
        later(11)
        assert len(jobs._claim(ROWS_A_CLAIM, QUICK).ids) == 1
    later(11)
    assert jobs._claim(ROWS_A_CLAIM, QUICK) is None


def test_a_lease_is_renewed_while_the_worker_lives_and_ends_with_it(app):
    queue("долгое", kind="lease-heavy")
    batch = jobs._claim(1, HEAVY)
    leases._in_hand[batch.lease] = batch
    for _turn in range(3):
        later(9)
        leases.renew()
        assert run_due() == 0
    del leases._in_hand[batch.lease]  # as if it were killed
    later(9)
    leases.renew()
    assert run_due() == 0
    later(2)
    assert run_due() == 1


def test_what_is_finished_is_neither_renewed_nor_given_back(app):
    queue("раз", "два")
    batch = jobs._claim(2, QUICK)
    leases._in_hand[batch.lease] = batch
    jobs._run(batch.ids[0], batch.lease)
    leases.renew()
    leases.give_back_all()
    leases._in_hand.clear()
    db.session.rollback()
    first, second = db.session.scalars(select(Job).order_by(Job.id))
    assert (first.done_at is not None, first.attempts, first.lease) == (True, 1, None)
    assert (second.done_at, second.attempts, second.lease, second.leased_until) == (None, 0, None, None)
    assert run_due() == 1


def test_a_long_job_in_its_last_attempt_is_not_given_up_while_it_runs(app):
    queue("последняя попытка", kind="lease-heavy")
    with writing():
        db.session.scalars(select(Job)).one().attempts = jobs.ATTEMPTS_AT_A_JOB - 1
    assert jobs._claim(1, HEAVY) is not None
    jobs.forget_old()
    assert db.session.scalars(select(Job.dead)).one() is False
    later(11)
    jobs.forget_old()
    assert db.session.scalars(select(Job.dead)).one() is True


def test_a_ticket_does_not_wait_behind_three_thousand_questions(app, monkeypatch):
    letters = registry().letters
    heavy = letters["account_invitation"]._replace(urgency=Urgency.heavy)
    monkeypatch.setitem(letters, "account_invitation", heavy)
    with writing():
        for number in range(12):
            operations.invite(factories.user(f"p{number}@example.org", "Примерова Анна"), by=None)
    later(1)
    with writing():
        person = factories.user("late@example.org", "Поздняя Анна")
        operations.request_reset(person, language="ru")
    assert outbox.deliver_due(lane=QUICK) == 1
    assert outbox.deliver_due(1, ANY) == 1
    letters = db.session.scalars(select(Letter).where(Letter.sent_at.is_not(None)).order_by(Letter.id)).all()
    assert [letter.kind for letter in letters] == ["account_invitation", "password_reset"]
    assert outbox.deliver_due(lane=HEAVY) == 11


def test_a_worker_that_slept_through_its_lease_does_nothing_twice(app):
    """A suspended machine, or a database that answered late: others have done what it still holds in its hands."""
    queue("раз", "два", "три")
    batch = jobs._claim(3, QUICK)
    later(11)
    leases.carry_out(batch, jobs._run)
    assert done == []  # nobody has taken them yet, but anybody may by now
    for _one in range(3):
        assert run_due(1) == 1
    leases.carry_out(batch, jobs._run)
    assert done == ["раз", "два", "три"]


def test_a_letter_that_another_worker_took_is_not_sent_again(app, monkeypatch):
    sent = []
    monkeypatch.setattr(outbox.mail, "deliver", lambda message: sent.append(message["Message-ID"]))
    with writing():
        for number in range(3):
            operations.invite(factories.user(f"anna{number}@example.org", "Примерова Анна"), by=None)
    batch = outbox._claim(3)
    later(6)
    assert outbox.deliver_due() == 3
    leases.carry_out(batch, outbox._deliver)
    assert len(sent) == len(set(sent)) == 3


def test_a_letter_erased_while_in_hand_leaves_the_others_their_turn(app, monkeypatch):
    sent = []
    monkeypatch.setattr(outbox.mail, "deliver", lambda message: sent.append(message["To"]))
    with writing():
        for number in range(3):
            operations.invite(factories.user(f"anna{number}@example.org", "Примерова Анна"), by=None)
    batch = outbox._claim(3)
    with writing():
        db.session.execute(delete(Letter).where(Letter.id == batch.ids[0]))
    assert leases.carry_out(batch, outbox._deliver) == 3
    assert sent == ["anna1@example.org", "anna2@example.org"]

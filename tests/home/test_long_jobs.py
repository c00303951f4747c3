"""Real workers on the database under test: a job longer than its lease, a worker that is killed, many jobs at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select, update

from accounts import operations
from activity.models import Letter, LetterStatus
from kernel.db import db
from kernel.feature import registry
from kernel.jobs import Job, enqueue
from kernel.transaction import writing
from tests import factories
from tests.home.slow_worker import KINDS, LEASE_SECONDS, STEP_SECONDS, STEPS
from tests.outside import until

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
NOTES = 60


class Said(NamedTuple):
    word: str
    process: int
    at: float


Begin = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def log(tmp_path: Path) -> Callable[[], list[Said]]:
    def read() -> list[Said]:
        file = tmp_path / "log"
        lines = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
        return [Said(word, int(process), float(at)) for word, process, at in lines]

    return read


@pytest.fixture
def begin(app, tmp_path, monkeypatch) -> Iterator[Begin]:
    for kind in KINDS:
        monkeypatch.setitem(registry().jobs, kind.name, kind)
    begun: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""),
            "TIRAZH_VAR": str(tmp_path),
            "TIRAZH_ENV": "test",
            "SECRET_KEY": app.config["SECRET_KEY"],
            "SLOW_WORKER_LOG": str(tmp_path / "log"),
        }
        command = (sys.executable, "-m", "tests.home.slow_worker")
        begun.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.wait(10)


def handbook() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.kind == "slow-handbook")).one()


def said(log: Callable[[], list[Said]], *words: str) -> list[Said]:
    return [one for one in log() if one.word in words]


def test_a_long_job_is_one_workers_and_nobody_waits_behind_it(begin, log):
    """Three workers; leases of two seconds, a job of five. Sixty jobs and a letter come after it."""
    with writing():
        enqueue("slow-handbook", run_after=LONG_AGO)
    for _number in range(3):
        begin()
    until(lambda: said(log, "begun"))
    with writing():
        operations.invite(factories.user("p@example.org", "Примерова Анна"), by=None)
        db.session.execute(update(Letter).values(created_at=LONG_AGO, next_at=LONG_AGO))
        for number in range(NOTES):
            enqueue("slow-note", run_after=LONG_AGO, number=number)
    until(lambda: said(log, "ended"))
    until(lambda: handbook().done_at)
    [begun], [ended] = said(log, "begun"), said(log, "ended")
    assert begun.process == ended.process
    assert ended.at - begun.at >= STEPS * STEP_SECONDS > 2 * LEASE_SECONDS
    assert (handbook().attempts, handbook().lease, handbook().error) == (1, None, None)
    notes = [one for one in log() if one.word.startswith("note-")]
    assert Counter(one.word for one in notes) == Counter(f"note-{number}" for number in range(NOTES))
    assert max(one.at for one in notes) < ended.at
    letter = db.session.scalars(select(Letter)).one()
    assert letter.status is LetterStatus.sent
    assert letter.sent_at.timestamp() < ended.at


def test_the_job_of_a_killed_worker_is_taken_again_when_its_lease_has_ended(begin, log):
    with writing():
        enqueue("slow-handbook", run_after=LONG_AGO)
    first = begin()
    until(lambda: said(log, "begun"))
    leased = handbook().leased_until
    until(lambda: handbook().leased_until > leased)  # it was renewed
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    leased = handbook().leased_until
    second = begin()
    until(lambda: said(log, "ended"))
    until(lambda: handbook().done_at)
    assert [one.process for one in log() if one.word in ("begun", "ended")] == [first.pid, second.pid, second.pid]
    assert said(log, "begun")[1].at >= leased.timestamp()
    assert handbook().attempts == 2


def test_a_worker_that_is_told_to_stop_gives_its_long_job_to_the_next_at_once(begin, log):
    with writing():
        enqueue("slow-handbook", run_after=LONG_AGO)
    worker = begin()
    until(lambda: said(log, "begun"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0
    assert [one.word for one in log()] == ["begun"]
    left = handbook()
    assert (left.attempts, left.lease, left.leased_until, left.done_at) == (0, None, None, None)

"""A deadlock between two processes on PostgreSQL: the application's is ended by the database and does its work again.

The other process is the test itself, which takes two rows in the other order. Tried by breaking the code: with
`retried(once, times=1)` in `kernel.transaction.write` every one of them fails.
"""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.pq import ExecStatus
from sqlalchemy import func, select

import adoption as package
from accounts.models import Organisation
from activity.models import Entry
from adoption.models import Adoption, Exit, ExitReason, Stage, StageStep
from adoption.operations import leave
from kernel.db import db
from kernel.transaction import write, writing
from practices.models import PracticeSpread
from tests import factories
from tests.adoption.conftest import adoption
from tests.conftest import settings
from tests.registrations.crowd import Answer, Crowd

pytestmark = pytest.mark.differs

PAGE = "/cabinet/"
START = "/practices/konsultant/adoption"
ONLY_POSTGRESQL = pytest.mark.skipif(
    os.environ.get("TIRAZH_TEST_DB") != "postgresql", reason="SQLite lets one writer in at a time"
)


class Other:
    """The process that stands in the way of the application's."""

    def __init__(self, crowd: Crowd, url: str) -> None:
        self.crowd, self.url = crowd, url

    def cross(self, path: str, data: dict[str, str], held_first: str, row: int) -> Answer:
        """The answer to a form that locks `row` of the table `held_first` and then the version of the pages.

        The application's process is stopped between the two (it cannot write into the log) until this one, which has
        the version, waits for the row: so it is always the application's that closes the circle, and is ended.
        """
        pipe = self.crowd.pipes[0]
        connect = psycopg.connect
        with connect(self.url) as mine, connect(self.url) as gate, connect(self.url, autocommit=True) as watch:
            gate.execute(f"LOCK TABLE {Entry.__tablename__} IN SHARE MODE")
            mine.execute("SET deadlock_timeout = '1h'")
            mine.execute("SELECT 1 FROM content_version WHERE scope = 'adoption:25000000' FOR UPDATE")
            pipe.send([(path, data)])
            until(watch, f"SELECT 1 FROM pg_stat_activity WHERE {gate.info.backend_pid} = ANY(pg_blocking_pids(pid))")
            mine.pgconn.send_query(f"SELECT 1 FROM {held_first} WHERE id = {row} FOR UPDATE".encode())
            until(watch, f"SELECT 1 WHERE cardinality(pg_blocking_pids({mine.info.backend_pid})) > 0")
            gate.rollback()
            got = mine.pgconn.get_result()  # when the other was made to let go of the row
            assert got is not None
            assert (got.status, got.ntuples) == (ExecStatus.TUPLES_OK, 1)
            assert mine.pgconn.get_result() is None
        answer: Answer = pipe.recv()[0]
        return answer


def until(watch: psycopg.Connection[Any], statement: str) -> None:
    for _attempt in range(3000):
        if watch.execute(statement).fetchall():  # type: ignore[call-overload]
            return
        time.sleep(0.01)
    raise AssertionError(f"In half a minute nothing came of: {statement}")


@pytest.fixture(scope="module")
def crowd(application: Any, server: Any, tmp_path_factory: Any) -> Iterator[Crowd]:
    made = Crowd(1, settings(server.url("test"), tmp_path_factory.mktemp("crowd")))
    yield made
    made.close()


@pytest.fixture
def other(crowd: Crowd, server: Any) -> Other:
    return Other(crowd, server.url("test"))


def entries(action: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Entry).where(Entry.action == action)) or 0


STEP = {"launched_done": "y", "launched_on": "2027-02-20", "launched_evidence": "первая семья"}
DETAILS = {"details-contact_name": "Ольга", "details-contact_email": "o@example.org", "details-aim": "Иначе"}


@ONLY_POSTGRESQL
@pytest.mark.processes
@pytest.mark.parametrize(
    ("tail", "data", "who", "action"),
    [
        ("stage", STEP, "coordinator", "adoption.moved"),
        ("return", {"back-stage": "staffing", "back-reason": "Ушёл специалист"}, "coordinator", "adoption.moved_back"),
        ("exit", {"leave-exit": "paused", "leave-reason": "money"}, "coordinator", "adoption.exited"),
        ("details", DETAILS, "coordinator", "adoption.changed"),
        ("resumption", {}, "coordinator", "adoption.resumed"),
        ("confirmation", {}, "curator", "adoption.confirmed"),
        ("refusal", {"reason": "Ещё не начато"}, "curator", "adoption.refused"),
    ],
)
def test_a_change_is_done_once_after_a_deadlock(tayshet, crowd, other, tail, data, who, action):
    with writing():
        stage = Stage.launched if who == "curator" else Stage.safeguards
        made = adoption(tayshet.practice, tayshet.organisation, stage, confirmed=False)
        if tail == "resumption":
            leave(made, Exit.paused, ExitReason.money, "", by=None)
    before = entries(action)
    crowd.meet(f"/cabinet/adoptions/{made.code}", getattr(tayshet.people, who).get_id())
    launched = [step.id for step in made.steps if step.stage is Stage.launched]
    sent = {"version": str(made.version), "launch": str(*launched)} | data
    status, _where = other.cross(f"/cabinet/adoptions/{made.code}/{tail}", sent, "adoption", made.id)
    assert (status, entries(action)) == (302, before + 1)
    if tail == "stage":
        db.session.expire_all()
        assert (made.stage, len([step for step in made.steps if step.stage is Stage.launched])) == (Stage.launched, 1)


@ONLY_POSTGRESQL
@pytest.mark.processes
def test_a_practice_is_taken_once_after_a_deadlock(tayshet, crowd, other):
    with writing():
        adoption(tayshet.practice, factories.organisation("Другая школа"))
    organisation = tayshet.organisation.id
    crowd.meet(START, tayshet.people.coordinator.get_id())
    data = {"contact_name": "Ольга", "contact_email": "olga@example.org", "source": ""}
    status, _where = other.cross(START, data | {"organisation": str(organisation)}, "organisation", organisation)
    assert status == 302
    db.session.rollback()
    made = db.session.scalars(select(Adoption).where(Adoption.organisation_id == organisation)).one()
    assert db.session.scalar(select(func.count()).select_from(StageStep).where(StageStep.adoption_id == made.id)) == 1
    assert db.session.scalars(select(PracticeSpread.organisations)).all() == [2]


def test_every_change_of_an_adoption_goes_through_the_same_door():
    """`write` begins again after a deadlock; `writing` does not. Operations and the demo world are called from inside."""
    straight = []
    for file in sorted(Path(package.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "kernel.transaction":
                straight += [f"{file.name}: {name.name}" for name in node.names if name.name != "write"]
    assert straight == []


def test_a_deed_inside_another_joins_it(app):
    with pytest.raises(ZeroDivisionError), writing():
        write(lambda: factories.organisation("Школа"))
        raise ZeroDivisionError
    assert db.session.scalars(select(Organisation.name)).all() == []

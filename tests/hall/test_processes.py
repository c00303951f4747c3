"""Eight processes at once, on the database under test: no minute is counted twice, none is lost, nothing breaks.

`test_two_devices_at_once` fails when a beat reads the bits, adds its own and writes them back: tried, on PostgreSQL
minutes of the other device were lost.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from forum.models import Format
from hall import queries
from hall.models import PresenceHour
from kernel.db import db
from kernel.pages import bump
from kernel.transaction import writing
from programme.models import Slot
from registrations.models import Attendance
from registrations.own.tickets import link_path
from tests.choice import EVERYTHING
from tests.conftest import NOW, settings
from tests.hall.conftest import TEN, minute
from tests.registrations.conftest import enrol
from tests.registrations.crowd import Crowd

pytestmark = pytest.mark.processes
PROCESSES = 8
REPETITIONS = int(os.environ.get("TIRAZH_REPETITIONS", "10" if EVERYTHING else "2"))


@pytest.fixture(scope="module")
def processes(application: Any, server: Any, tmp_path_factory: Any) -> Iterator[Crowd]:
    made = Crowd(PROCESSES, settings(server.url("test"), tmp_path_factory.mktemp("crowd")))
    yield made
    made.close()


@pytest.fixture
def crowd(processes: Crowd, forum: Any) -> Crowd:
    """The processes' clock stands at the tests' noon of 1 March: the forum is moved to that day."""
    with writing():
        shift = NOW.date() - forum.date_start
        forum.date_start = forum.date_end = NOW.date()
        for slot in db.session.scalars(select(Slot)):
            slot.starts, slot.ends = slot.starts + shift, slot.ends + shift
            if slot.title == "Второй доклад":
                slot.ends += timedelta(hours=2)  # the word is entered while the section is on
        bump(f"forum:{forum.slug}")
    processes.meet("/login")
    return processes


def beat(person: Any, *minutes: int, section: str = "early-help") -> tuple[str, dict[str, Any]]:
    return link_path(person) + "/presence", {"section": section, "at": list(minutes)}


def begin() -> int:
    """10:00 of the day, in minutes."""
    return minute(TEN.replace(year=NOW.year, month=NOW.month, day=NOW.day))


def test_two_devices_at_once(crowd, forum):
    first = begin()
    for repetition in range(REPETITIONS):
        with writing():
            db.session.execute(delete(PresenceHour))
        people = [enrol(forum, f"Человек Номер{i}", f"p{i}@example.org", format=Format.remote) for i in range(6)]
        beats = []
        for person in people:
            for number in range(40):
                beats += [beat(person, first + number)] * 2  # a device that retries
                beats.append(beat(person, first + number, first + number + 1))  # another, telling of two minutes
                beats.append(beat(person, first + number, section="young"))
        random.Random(repetition).shuffle(beats)
        answers = crowd.send(beats)
        assert {status for status, _said in answers} == {200}, repetition
        db.session.rollback()
        assert [queries.minutes_of(person) for person in people] == [41] * 6
        rows = db.session.scalar(select(func.count()).select_from(PresenceHour))
        assert rows == 6 * 2


def test_the_word_from_eight_tabs_at_once(crowd, forum):
    anna = enrol(forum, format=Format.remote)
    answers = crowd.send([(link_path(anna) + "/word", {"word-word": "рябина"})] * 16)
    assert [status for status, _said in answers] == [303] * 16
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Attendance)) == 1

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoption.models import Exit, ExitReason, Stage
from adoption.quarter import rules
from adoption.quarter.models import AnswerKind
from adoption.quarter.rules import Doubt, Fault, Said

STOPPED = AnswerKind.stopped


@pytest.mark.parametrize(
    ("said", "stage", "found"),
    [
        (Said(AnswerKind.no_change), Stage.operating, []),
        (Said(AnswerKind.progress), Stage.staffing, []),
        (Said(AnswerKind.progress), Stage.launched, [("served", Fault.no_number)]),
        (Said(AnswerKind.progress, served=0), Stage.launched, []),
        (Said(AnswerKind.no_change, served=-1), Stage.launched, [("served", Fault.served_range)]),
        (Said(AnswerKind.no_change, staff=10_001), Stage.launched, [("staff", Fault.staff_range)]),
        (Said(AnswerKind.no_change, note="а" * 500), Stage.launched, []),
        (Said(AnswerKind.no_change, note="а" * 501), Stage.launched, [("note", Fault.note_long)]),
        (Said(STOPPED), Stage.launched, [("exit", Fault.no_exit), ("reason", Fault.no_reason)]),
        (Said(STOPPED, exit=Exit.stopped, reason=ExitReason.money), Stage.launched, []),
        (
            Said(STOPPED, exit=Exit.declined, reason=ExitReason.money),
            Stage.launched,
            [("exit", Fault.wrong_exit)],
        ),
        (Said(STOPPED, exit=Exit.stopped, reason=ExitReason.money), Stage.interest, [("exit", Fault.wrong_exit)]),
        (Said(STOPPED, exit=Exit.paused, reason=ExitReason.other), Stage.interest, [("note", Fault.no_words)]),
    ],
)
def test_faults(said, stage, found):
    assert rules.faults(said, stage) == found


@pytest.mark.parametrize(
    ("served", "before", "found"),
    [(None, 18, []), (18, None, []), (18, 18, []), (17, 18, [Doubt.fell]), (100, 3, []), (101, 3, [Doubt.leapt])],
)
def test_doubts(served, before, found):
    assert rules.doubts(Said(AnswerKind.progress, served=served), before) == found


def test_quarters():
    assert rules.quarter_of(date(2027, 3, 31)) == (2027, 1)
    assert rules.quarter_of(date(2026, 12, 1)) == (2026, 4)
    assert rules.quarter_before(2027, 1) == (2026, 4)
    assert rules.quarter_before(2026, 4) == (2026, 3)
    assert rules.quarter_end(2026, 4) == date(2026, 12, 31)
    assert rules.quarter_end(2027, 1) == date(2027, 3, 31)
    assert rules.usual_due(2027, 1, date(2027, 3, 20)) == date(2027, 4, 5)
    assert rules.usual_due(2026, 4, date(2027, 3, 1)) == date(2027, 3, 11)


@pytest.mark.parametrize(
    ("today", "told", "due"),
    [
        (date(2027, 4, 1), date(2027, 3, 20), False),
        (date(2027, 4, 2), date(2027, 3, 20), True),
        (date(2027, 4, 3), date(2027, 4, 2), False),
        (date(2027, 4, 4), date(2027, 3, 20), True),
        (date(2027, 4, 6), date(2027, 4, 2), True),
        (date(2027, 4, 7), date(2027, 4, 6), False),
        (date(2027, 4, 20), date(2027, 4, 2), False),
        (date(2027, 4, 5), date(2027, 4, 3), False),
    ],
)
def test_reminders_have_two_days(today, told, due):
    assert rules.reminder_due(date(2027, 4, 5), today, told) is due


@given(start=st.dates(date(2026, 1, 1), date(2028, 1, 1)), ahead=st.integers(0, 60))
def test_however_often_the_worker_looks_nobody_is_reminded_more_than_twice(start, ahead):
    from datetime import timedelta

    told, letters = start, 0
    due = start + timedelta(days=ahead)
    for number in range(ahead + 40):
        today = start + timedelta(days=number)
        for _look in range(3):
            if rules.reminder_due(due, today, told):
                told, letters = today, letters + 1
    assert letters <= 2
    assert letters >= 1

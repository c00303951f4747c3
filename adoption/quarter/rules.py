"""The quarterly question: pure, without the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import Enum
from typing import NamedTuple

from adoption import rules
from adoption.models import Exit, ExitReason, Stage
from adoption.quarter.models import AnswerKind

MAX_SERVED, MAX_STAFF, MAX_NOTE = 1_000_000, 10_000, 500
REMIND_BEFORE, REMIND_AFTER = timedelta(days=3), timedelta(days=1)
REMINDERS_END = timedelta(days=14)
"""So long after the due date nobody is reminded any more by itself."""


class Fault(Enum):
    """Why an answer is not accepted."""

    no_answer = "no_answer"
    no_number = "no_number"
    served_range = "served_range"
    staff_range = "staff_range"
    note_long = "note_long"
    no_exit = "no_exit"
    wrong_exit = "wrong_exit"
    no_reason = "no_reason"
    no_words = "no_words"
    interrupted = "interrupted"
    closed = "closed"


class Doubt(Enum):
    """A number that may be right but asks for a second look."""

    fell = "fell"
    leapt = "leapt"


class Said(NamedTuple):
    """What an answer says, whatever the road it came by."""

    kind: AnswerKind
    served: int | None = None
    staff: int | None = None
    note: str = ""
    exit: Exit | None = None
    reason: ExitReason | None = None


def faults(said: Said, stage: Stage) -> list[tuple[str, Fault]]:
    """What is wrong with the answer of an adoption at `stage`: (field, fault)."""
    found: list[tuple[str, Fault]] = []
    if said.kind is AnswerKind.progress and wants_served(stage) and said.served is None:
        found.append(("served", Fault.no_number))
    if said.served is not None and not 0 <= said.served <= MAX_SERVED:
        found.append(("served", Fault.served_range))
    if said.staff is not None and not 0 <= said.staff <= MAX_STAFF:
        found.append(("staff", Fault.staff_range))
    if len(said.note) > MAX_NOTE:
        found.append(("note", Fault.note_long))
    if said.kind is AnswerKind.stopped:
        found += _exit_faults(said, stage)
    return found


def _exit_faults(said: Said, stage: Stage) -> list[tuple[str, Fault]]:
    found: list[tuple[str, Fault]] = []
    if said.exit is None:
        found.append(("exit", Fault.no_exit))
    elif said.exit not in rules.exits_open(stage, None):
        found.append(("exit", Fault.wrong_exit))
    if said.reason is None:
        found.append(("reason", Fault.no_reason))
    elif said.reason is ExitReason.other and not said.note:
        found.append(("note", Fault.no_words))
    return found


def wants_served(stage: Stage) -> bool:
    """Whether progress must be told in a number: the practice has launched."""
    return stage.number >= Stage.launched.number


def shows_served(stage: Stage) -> bool:
    """Whether somebody may have been served already, so that the question makes sense."""
    return stage.number >= Stage.safeguards.number


def doubts(said: Said, served_before: int | None) -> list[Doubt]:
    """Numbers served are counted since the beginning: they do not fall, and seldom leap tenfold in a quarter."""
    if said.served is None or served_before is None:
        return []
    if said.served < served_before:
        return [Doubt.fell]
    if said.served > max(100, served_before * 10):
        return [Doubt.leapt]
    return []


def signature(doubts: Iterable[Doubt], said: Said, served_before: int | None) -> str:
    """What a tick confirms: these doubts of this number beside that one, and no others."""
    return "".join(f"{doubt.value}-{said.served}-{served_before}" for doubt in doubts)


def quarter_of(day: date) -> tuple[int, int]:
    """(year, quarter) of a day."""
    return day.year, (day.month - 1) // 3 + 1


def quarter_before(year: int, quarter: int) -> tuple[int, int]:
    return (year, quarter - 1) if quarter > 1 else (year - 1, 4)


def quarter_end(year: int, quarter: int) -> date:
    following = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return following - timedelta(days=1)


def usual_due(year: int, quarter: int, today: date) -> date:
    """The fifth day after the quarter, or ten days from now when that is later."""
    return max(quarter_end(year, quarter) + timedelta(days=5), today + timedelta(days=10))


def reminder_due(due: date, today: date, told_on: date) -> bool:
    """Whether a reminder is to go today: three days before the due date and the day after it, each once."""
    if today > due + REMINDERS_END:
        return False
    passed = [moment for moment in (due - REMIND_BEFORE, due + REMIND_AFTER) if moment <= today]
    return bool(passed) and told_on < passed[-1]


def is_late(due: date, today: date) -> bool:
    return today > due

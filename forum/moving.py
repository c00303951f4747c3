"""When a forum's days change, its programme has to follow or stay, and somebody has to say which.

What stands on the days is told by the features above.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from activity.queries import newest
from forum.models import Forum
from kernel.db import Columns
from kernel.feature import Signal


class Event(NamedTuple):
    """Something that stands on a day of the forum, by its wall clock."""

    title: str
    starts: datetime


class Answer(enum.Enum):
    """What becomes of the programme when the days change."""

    move = "move"
    stay = "stay"


class Days(NamedTuple):
    first: date
    last: date

    def hold(self, moment: datetime) -> bool:
        return self.first <= moment.date() <= self.last


class Question(NamedTuple):
    """What is to be decided of the programme: `days` it would move by, which answers there are, and what is lost."""

    events: Sequence[Event]
    days: int
    answers: tuple[Answer, ...]
    """None: the forum cannot have these days while the programme is as it is."""
    left: Sequence[Event]
    """What would stand outside the forum's days if it stayed."""


scheduled: Signal[[Forum], list[Event]] = Signal()


def ask(events: Sequence[Event], before: Days, after: Days) -> Question | None:
    """What must be asked when a forum's days `before` become those `after`; None: nothing moves and nothing is lost.

    What stood outside the days already may stay there; it is offered to come in.
    """
    left = [event for event in events if not after.hold(event.starts)]
    lost = [event for event in left if before.hold(event.starts)]
    outside = any(not before.hold(event.starts) for event in events)
    since = min((event.starts.date() for event in events), default=before.first) if outside else before.first
    days = (after.first - since).days
    fits = bool(days) and all(after.hold(event.starts + timedelta(days=days)) for event in events)
    answers = (Answer.move,) * fits + (Answer.stay,) * (not lost)
    if not events or answers == (Answer.stay,):
        return None
    return Question(events, days, answers, left)


def question(forum: Forum, before: Days) -> Question | None:
    """As `ask`, for a forum whose new days are set already."""
    events = [event for found in scheduled(forum) for event in found]
    return ask(sorted(events, key=lambda event: event.starts), before, Days(forum.date_start, forum.date_end))


class ProgrammeWaits(ValueError):
    """The days cannot change before it is said what becomes of the programme, or not at all: see the question."""

    def __init__(self, asked: Question) -> None:
        super().__init__(f"{len(asked.events)} items, {len(asked.left)} left behind")
        self.asked = asked


class Move(NamedTuple):
    """A change of the forum's days that may be taken back; the programme moved by `days`, 0: it stayed."""

    before: Days
    after: Days
    days: int

    @classmethod
    def of(cls, details: Columns) -> Move:
        """As the log keeps it."""
        dates = [date.fromisoformat(text) for text in details["dates"]]
        return cls(Days(*dates[:2]), Days(*dates[2:]), details["days"])

    @property
    def details(self) -> dict[str, object]:
        return {"dates": [day.isoformat() for day in (*self.before, *self.after)], "days": self.days}


def last_move(forum: Forum) -> Move | None:
    """The change of days that made them what they are; None when there was none."""
    entry = newest("forum.moved", "forum", forum.id)
    found = Move.of(entry.details) if entry else None
    now = Days(forum.date_start, forum.date_end)
    return found if found and found.after == now != found.before else None


def read(text: str | None) -> Answer | None:
    return next((answer for answer in Answer if answer.value == text), None)

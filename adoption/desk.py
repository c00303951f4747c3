"""The municipality's desk: what waits, what works, what is being prepared; and an adoption's line of states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from adoption import rules
from adoption.labels import NEXT_STEPS, STATE_LABELS
from adoption.models import Adoption, Stage, State


@dataclass(frozen=True)
class Task:
    """The next step of an adoption, in plain words."""

    adoption: Adoption
    text: str
    since: date | None


@dataclass
class Desk:
    tasks: list[Task] = field(default_factory=list)
    by_state: dict[State, list[Adoption]] = field(default_factory=dict)
    interrupted: list[Adoption] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not self.by_state and not self.interrupted

    @property
    def working(self) -> list[Adoption]:
        return self.by_state.get(State.works, []) + self.by_state.get(State.firm, [])


def next_step(adoption: Adoption) -> str:
    """What to do next, in plain words; at the launch, the practice's own first result."""
    text = str(NEXT_STEPS[adoption.stage])
    if adoption.stage is Stage.safeguards and adoption.practice.first_unit:
        text += f": «{adoption.practice.first_unit}»"
    return text


def since(adoption: Adoption) -> date | None:
    """The day the adoption's present stage was reached."""
    return rules.reached_dates(adoption.steps).get(adoption.stage)


def state_began(adoption: Adoption) -> date | None:
    """The day the adoption entered its present state."""
    dates = rules.reached_dates(adoption.steps)
    return min((on for stage, on in dates.items() if stage.state is adoption.state), default=None)


def desk(adoptions: list[Adoption], today: date) -> Desk:
    found = Desk()
    for adoption in adoptions:
        if adoption.exit is not None:
            found.interrupted.append(adoption)
            continue
        found.by_state.setdefault(adoption.state, []).append(adoption)
        reached = since(adoption)
        if rules.waits(adoption.stage, reached, today):
            found.tasks.append(Task(adoption, next_step(adoption), reached))
    found.tasks.sort(key=lambda task: (-task.adoption.stage.number, task.since or today))
    return found


@dataclass(frozen=True)
class LineItem:
    """An item of the component `stage_line`."""

    label: str
    state: str
    date: date | None


def state_line(adoption: Adoption) -> list[LineItem]:
    """The eight stages collapsed into four states, each with the day it began."""
    dates = rules.reached_dates(adoption.steps)
    line = []
    for state in State:
        began = min((on for stage, on in dates.items() if stage.state is state), default=None)
        if state.rank < adoption.state.rank or adoption.stage is Stage.sustained:
            mark = "done"
        else:
            mark = "current" if state is adoption.state else "todo"
        line.append(LineItem(str(STATE_LABELS[state]), mark, began))
    return line


@dataclass(frozen=True)
class Stalled:
    """An adoption nobody has moved for long: what it waits for, and for how many days."""

    adoption: Adoption
    text: str
    days: int


def stalled(adoptions: Iterable[Adoption], today: date) -> list[Stalled]:
    """What stands still, the longest first."""
    found = []
    for adoption in adoptions:
        reached = since(adoption)
        if adoption.exit is None and reached and rules.stalled(adoption.stage, reached, today):
            found.append(Stalled(adoption, next_step(adoption), (today - reached).days))
    return sorted(found, key=lambda one: (-one.days, one.adoption.id))

"""The municipality's desk: what waits, what works, what is being prepared; and an adoption's line of states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NamedTuple

from flask_babel import gettext as _

from adoption import rules
from adoption.labels import NEXT_STEPS, STATE_LABELS
from adoption.models import Adoption, Stage, State
from adoption.quarter.models import Question


class TaskKind(Enum):
    quarter = "quarter"
    step = "step"
    confirmation = "confirmation"
    refused = "refused"


MINUTES = {TaskKind.quarter: 3, TaskKind.step: 5, TaskKind.confirmation: 2, TaskKind.refused: 5}
"""How long each kind takes somebody who has the numbers at hand."""


class Task(NamedTuple):
    """Something to do about an adoption, in plain words: an answer, its next step, a launch to confirm or refused."""

    kind: TaskKind
    adoption: Adoption
    text: str
    since: date | None = None
    question: Question | None = None

    @property
    def due(self) -> date | None:
        return self.question.ask.round.due if self.question else None


@dataclass
class Desk:
    tasks: list[Task] = field(default_factory=list)
    by_state: dict[State, list[Adoption]] = field(default_factory=dict)
    interrupted: list[Adoption] = field(default_factory=list)

    @property
    def due(self) -> date | None:
        """The nearest day something is wanted by."""
        return min((task.due for task in self.tasks if task.due), default=None)

    @property
    def dated(self) -> list[Task]:
        """What is wanted by a day; the headline counts these, or everything when there are none."""
        return [task for task in self.tasks if task.due]

    @property
    def undated(self) -> list[Task]:
        return [task for task in self.tasks if not task.due]

    @property
    def empty(self) -> bool:
        return not self.by_state and not self.interrupted

    @property
    def working(self) -> list[Adoption]:
        return self.by_state.get(State.works, []) + self.by_state.get(State.firm, [])


def next_step(adoption: Adoption) -> str:
    """What to do next, in plain words; at the launch, the practice's own first result."""
    if adoption.launch_waits and adoption.stage is not Stage.launched:
        return _("Have the launch confirmed: until then the practice is not called permanent")
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
    return min((on for stage, on in dates.items() if stage.state is adoption.public_state), default=None)


def minutes(tasks: Sequence[Task]) -> int:
    """About how long the tasks take, in fives: nobody believes «17 минут»."""
    return -(-sum(MINUTES[task.kind] for task in tasks) // 5) * 5


def desk(
    adoptions: list[Adoption], today: date, questions: Sequence[Question] = (), launches: Sequence[Adoption] = ()
) -> Desk:
    """What waits for a municipality: `questions` asked of it now, `launches` of those it teaches.

    An adoption asked about is not asked for its step too: the answer «there is progress» leads there.
    """
    found = Desk()
    asked = [question for question in questions if question.current is None and question.adoption.exit is None]
    found.tasks = [Task(TaskKind.quarter, one.adoption, "", since(one.adoption), one) for one in asked]
    found.tasks += [Task(TaskKind.confirmation, adoption, "") for adoption in launches]
    found.tasks += _steps(adoptions, today, found, {question.adoption_id for question in asked})
    return found


def _steps(adoptions: list[Adoption], today: date, found: Desk, asked: set[int]) -> list[Task]:
    """Sort the adoptions by state into `found`; the next steps that are a matter for now."""
    tasks = []
    for adoption in adoptions:
        if adoption.exit is not None:
            found.interrupted.append(adoption)
            continue
        found.by_state.setdefault(adoption.public_state, []).append(adoption)
        reached = since(adoption)
        refused = rules.to_mend(adoption)
        if refused is not None:
            tasks.append(Task(TaskKind.refused, adoption, refused.refusal, reached))
        elif adoption.id not in asked and rules.waits(adoption.stage, reached, today):
            tasks.append(Task(TaskKind.step, adoption, next_step(adoption), reached))
    return sorted(tasks, key=lambda task: (-task.adoption.stage.number, task.since or today))


class LineItem(NamedTuple):
    """An item of the component `stage_line`."""

    label: str
    state: str
    date: date | None


def state_line(adoption: Adoption) -> list[LineItem]:
    """The eight stages collapsed into the four states that are counted, each with the day it began."""
    dates = rules.reached_dates(adoption.steps)
    line = []
    for state in State:
        began = min((on for stage, on in dates.items() if stage.state is state), default=None)
        if state.rank < adoption.public_state.rank or adoption.public_state is State.firm:
            mark = "done"
        else:
            mark = "current" if state is adoption.public_state else "todo"
        line.append(LineItem(str(STATE_LABELS[state]), mark, None if mark == "todo" else began))
    return line

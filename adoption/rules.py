"""What may happen to an adoption: pure, without the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import Enum
from hashlib import blake2b
from typing import NamedTuple

from adoption.models import Adoption, Exit, Stage, StageStep, State
from kernel.text import sort_key

EVIDENCED = frozenset({Stage.preparation, Stage.launched, Stage.sustained})
"""Stages that need something to show: an act, what happened, what holds it."""
SETTLE = {Stage.launched: timedelta(days=90), Stage.operating: timedelta(days=180)}
"""How long a working practice is left in peace before its next step is asked for."""

HOLD = timedelta(days=180)
"""How long a practice must have worked since its first result, which is confirmed, to be called permanent."""


class Fault(Enum):
    """Why a move is refused."""

    nothing = "nothing"
    gap = "gap"
    future = "future"
    order = "order"
    no_date = "no_date"
    no_evidence = "no_evidence"
    closed = "closed"
    unconfirmed = "unconfirmed"
    too_soon = "too_soon"


class Doubt(NamedTuple):
    """Stages that share their day, or what shows them: it may be so, and is asked about."""

    stages: tuple[Stage, ...]
    day: date | None = None
    evidence: str = ""
    """What is shared, as written: an act, a link; "" of a file."""


class Reached(NamedTuple):
    """A stage said to be reached: when, and what shows it."""

    stage: Stage
    on: date | None
    evidence: str = ""
    url: str = ""
    has_file: bool = False


def ahead(stage: Stage) -> list[Stage]:
    """The stages after `stage`, in order."""
    return list(Stage)[stage.number :]


def live_steps(steps: Iterable[StageStep]) -> dict[Stage, StageStep]:
    """The step that stands for each stage reached and not moved back from."""
    return {step.stage: step for step in steps if step.withdrawn_at is None}


def reached_dates(steps: Iterable[StageStep]) -> dict[Stage, date]:
    return {stage: step.reached_on for stage, step in live_steps(steps).items()}


def confirmed_launch(steps: Iterable[StageStep]) -> date | None:
    """The day of the first result, once somebody from outside has confirmed it."""
    step = live_steps(steps).get(Stage.launched)
    return step.reached_on if step is not None and step.confirmed_at is not None else None


def may_hold_from(steps: Iterable[StageStep]) -> date | None:
    """The first day on which the practice may be called permanent; None while its launch is not confirmed."""
    launched = confirmed_launch(steps)
    return launched + HOLD if launched is not None else None


def faults(
    stage: Stage,
    last_on: date | None,
    wanted: Sequence[Reached],
    today: date,
    *,
    closed: bool = False,
    hold_from: date | None = None,
) -> list[tuple[Stage | None, Fault]]:
    """What is wrong with moving from `stage` (reached on `last_on`) through `wanted`; empty when nothing.

    `hold_from`: what `may_hold_from` gives.
    """
    if closed:
        return [(None, Fault.closed)]
    if not wanted:
        return [(None, Fault.nothing)]
    found: list[tuple[Stage | None, Fault]] = []
    expected = ahead(stage)
    previous = last_on
    for place, step in enumerate(wanted):
        if place >= len(expected) or step.stage is not expected[place]:
            found.append((step.stage, Fault.gap))
            break
        if step.on is None:
            found.append((step.stage, Fault.no_date))
        elif step.on > today:
            found.append((step.stage, Fault.future))
        elif previous is not None and step.on < previous:
            found.append((step.stage, Fault.order))
        if step.stage is Stage.sustained and (hold_from is None or (step.on is not None and step.on < hold_from)):
            found.append((step.stage, Fault.unconfirmed if hold_from is None else Fault.too_soon))
        if step.stage in EVIDENCED and not (step.evidence or step.url or step.has_file):
            found.append((step.stage, Fault.no_evidence))
        previous = step.on or previous
    return found


class Shown(NamedTuple):
    """A stage with its day and what shows it."""

    stage: Stage
    on: date | None
    evidence: str = ""
    url: str = ""
    sha256: str = ""
    """Of a file."""


def shown(steps: Iterable[StageStep]) -> list[Shown]:
    """What stands now, in order."""
    live = sorted(live_steps(steps).values(), key=lambda step: step.stage.number)
    return [
        Shown(step.stage, step.reached_on, step.evidence, step.evidence_url, step.file.sha256 if step.file else "")
        for step in live
    ]


def shared(rows: Sequence[Shown], of: Iterable[Stage]) -> list[Doubt]:
    """Days and evidence that several stages share, one of `of` among them; the day of a request is nobody's claim."""
    wanted = set(of)
    days: dict[date, list[Stage]] = {}
    proofs: dict[str, list[Stage]] = {}
    words: dict[str, str] = {}
    for row in rows:
        if row.on is not None and row.stage is not Stage.interest:
            days.setdefault(row.on, []).append(row.stage)
        for key, word in ((sort_key(row.evidence), row.evidence), (row.url, row.url), (row.sha256, "")):
            if key:
                proofs.setdefault(key, []).append(row.stage)
                words.setdefault(key, word)
    found = [Doubt(tuple(stages), day=on) for on, stages in days.items()]
    found += [Doubt(tuple(stages), evidence=words[key]) for key, stages in proofs.items()]
    return [doubt for doubt in found if len(doubt.stages) > 1 and not wanted.isdisjoint(doubt.stages)]


def doubts(steps: Iterable[StageStep], wanted: Sequence[Reached], sha256: str = "") -> list[Doubt]:
    """What is to be asked about before moving through `wanted`; `sha256`: of the file that shows the last."""
    rows = [Shown(step.stage, step.on, step.evidence, step.url) for step in wanted]
    if rows and sha256:
        rows[-1] = rows[-1]._replace(sha256=sha256)
    return shared([*shown(steps), *rows], [row.stage for row in rows])


def signature(doubts: Iterable[Doubt]) -> str:
    """What a tick confirms: just these doubts and no others; "" of none."""
    told = sorted(
        "|".join([*(stage.value for stage in doubt.stages), str(doubt.day or ""), doubt.evidence]) for doubt in doubts
    )
    return blake2b("\n".join(told).encode(), digest_size=8).hexdigest() if told else ""


def is_hasty(adoption: Adoption) -> bool:
    """Called permanent, before the rule was, without a confirmed launch or without the time in operation it asks."""
    if adoption.stage is not Stage.sustained or adoption.exit is not None:
        return False
    from_day, dates = may_hold_from(adoption.steps), reached_dates(adoption.steps)
    return from_day is None or dates[Stage.sustained] < from_day


def back_targets(stage: Stage) -> list[Stage]:
    """Stages one may move back to, nearest first."""
    return list(reversed(list(Stage)[: stage.number - 1]))


def exits_open(stage: Stage, exit: Exit | None) -> list[Exit]:
    """Exits that make sense now: one declines before it works and stops after it began."""
    if exit is not None:
        return []
    if stage.state in (State.think, State.ready):
        return (
            [Exit.paused, Exit.declined, Exit.stopped] if stage.state is State.ready else [Exit.paused, Exit.declined]
        )
    return [Exit.paused, Exit.stopped]


def furthest(states: Iterable[State]) -> State | None:
    """The state that a territory shows for several adoptions."""
    return max(states, key=lambda state: state.rank, default=None)


def waits(stage: Stage, since: date | None, today: date) -> bool:
    """Whether the next step of an active adoption is a matter for now."""
    if stage is Stage.sustained:
        return False
    settle = SETTLE.get(stage)
    return settle is None or since is None or today - since >= settle


def median(values: Sequence[int]) -> int | None:
    """The middle value, halves rounded up; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return -((ordered[middle - 1] + ordered[middle]) // -2)


def public_state(stage: Stage, confirmed: bool) -> State:
    return stage.public_state(confirmed)


def is_reported(stage: Stage, confirmed: bool) -> bool:
    """Whether the launch has been told of and waits to be confirmed."""
    return stage.number >= Stage.launched.number and not confirmed


def refusal(steps: Iterable[StageStep]) -> StageStep | None:
    """The launch last told of, when it was not confirmed and nothing has been told since."""
    launches = [step for step in steps if step.stage is Stage.launched]
    last = max(launches, key=lambda step: step.id, default=None)
    return last if last is not None and last.refused_at is not None else None


def to_mend(adoption: Adoption) -> StageStep | None:
    """The refused launch that waits for the municipality to put it right."""
    return refusal(adoption.steps) if adoption.stage is Stage.safeguards and adoption.exit is None else None

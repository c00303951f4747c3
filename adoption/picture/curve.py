"""The curve over time: how many had come as far by the end of each month, and its drawing in per cent."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from adoption.counts import History
from adoption.models import Stage, State

REACHED = {Stage.preparation: State.ready, Stage.launched: State.works, Stage.sustained: State.firm}
"""The stage with which each state begins. Who works has prepared too: the counts are nested, not added up."""
STATES = tuple(REACHED.values())
LABELS = 6
"""So many months are named under the curve."""


class Point(NamedTuple):
    """What had been reached by `day`, the end of a month or today."""

    day: date
    municipalities: dict[State, int]
    adoptions: dict[State, int]


def curve(history: History, places: Collection[int], today: date) -> list[Point]:
    """A point a month since the first day of `history`; municipalities are those among `places`."""
    days = [row for row in history.days if row[1] <= today]
    if not days:
        return []
    ends = _month_ends(min(day for _stage, day, _number in days), today)
    adoptions = {state: [0] * len(ends) for state in STATES}
    municipalities = {state: [0] * len(ends) for state in STATES}
    for stage, day, number in days:
        adoptions[REACHED[stage]][bisect_left(ends, day)] += number
    for territory_id, stage, day in history.first:
        if day <= today and territory_id in places:
            municipalities[REACHED[stage]][bisect_left(ends, day)] += 1
    sums = [{state: list(accumulate(found[state])) for state in STATES} for found in (municipalities, adoptions)]
    return [
        Point(end, *({state: found[state][place] for state in STATES} for found in sums))
        for place, end in enumerate(ends)
    ]


def _month_ends(first: date, today: date) -> list[date]:
    found = []
    start = first.replace(day=1)
    while start <= today:
        following = (start + timedelta(days=32)).replace(day=1)
        found.append(min(following - timedelta(days=1), today))
        start = following
    return found


class Line(NamedTuple):
    """A state's line; `points` are (x, y) in per cent of the drawing, `marks` those that carry its sign."""

    state: State
    now: int
    points: list[tuple[float, float]]
    marks: list[tuple[float, float]]


class Drawing(NamedTuple):
    lines: list[Line]
    grid: list[tuple[float, int]]
    """(y, value)"""
    months: list[tuple[float, date]]
    """(x, day)"""


TOP, BOTTOM, LEFT, RIGHT = 8.0, 90.0, 1.5, 98.0


def draw(points: Sequence[Point], what: str) -> Drawing:
    """The drawing of `what` ("municipalities" or "adoptions")."""
    counts = [getattr(point, what) for point in points]
    top = _round_up(max(max(count.values()) for count in counts))
    wide = (RIGHT - LEFT) / max(len(points) - 1, 1)
    across = [round(LEFT + wide * number, 2) if len(points) > 1 else RIGHT for number in range(len(points))]
    every = max(1, -(-len(points) // LABELS))
    named = [place for place in range(len(points)) if (len(points) - 1 - place) % every == 0]
    lines = []
    for state in STATES:
        drawn = [
            (x, round(BOTTOM - (BOTTOM - TOP) * count[state] / top, 2)) for x, count in zip(across, counts, strict=True)
        ]
        lines.append(Line(state, counts[-1][state], drawn, [drawn[place] for place in named]))
    grid = [(round(BOTTOM - (BOTTOM - TOP) * part / 4, 2), top * part // 4) for part in (0, 2, 4)]
    return Drawing(lines, grid, [(across[place], points[place].day) for place in named])


def _round_up(value: int) -> int:
    """The nearest of 4, 8, 20, 40, 80, 200… from above: its quarters are whole."""
    step = 4
    while True:
        for found in (step, step * 2, step * 5):
            if found >= value:
                return found
        step *= 10

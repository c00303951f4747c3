"""Which adoptions stand still: the rule in one place, pure, with the numbers its definition prints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from adoption import rules
from adoption.models import Stage

TIMES = 2
"""An adoption stands when it has stayed in its stage longer than twice the usual time."""
ENOUGH = 5
"""So many must have passed a stage before anything is called usual."""


class Stay(NamedTuple):
    """An adoption and the days it has been in its present stage."""

    adoption_id: int
    stage: Stage
    since: date
    days: int
    usual: int
    """The median of those who went on."""


def usual_days(steps: Iterable[tuple[int, Stage, date]]) -> dict[Stage, int]:
    """The median of days spent in each stage by those who reached the next one; `steps` are (adoption, stage, day)."""
    reached: dict[int, dict[Stage, date]] = defaultdict(dict)
    for adoption_id, stage, day in steps:
        reached[adoption_id][stage] = day
    spent: dict[Stage, list[int]] = defaultdict(list)
    order = list(Stage)
    for days in reached.values():
        for stage, following in pairwise(order):
            if stage in days and following in days:
                spent[stage].append((days[following] - days[stage]).days)
    middles = {stage: rules.median(found) for stage, found in spent.items() if len(found) >= ENOUGH}
    return {stage: middle for stage, middle in middles.items() if middle is not None}


def patience(stage: Stage, usual: Mapping[Stage, int]) -> int | None:
    """Days a stage may last; None when it may last for ever or nobody knows what is usual.

    A practice that works is left in peace as long as `rules.SETTLE` says, whatever the median.
    """
    if stage is Stage.sustained or stage not in usual:
        return None
    settle = rules.SETTLE.get(stage)
    return max(TIMES * usual[stage], settle.days if settle else 0)


def standing(now: Iterable[tuple[int, Stage, date]], usual: Mapping[Stage, int], today: date) -> list[Stay]:
    """Those of `now` (adoption, present stage, since when) that stand, the longest over their time first."""
    found = []
    for adoption_id, stage, since in now:
        limit, days = patience(stage, usual), (today - since).days
        if limit is not None and days > limit:
            found.append((days - limit, Stay(adoption_id, stage, since, days, usual[stage])))
    found.sort(key=lambda item: (-item[0], item[1].adoption_id))
    return [stay for _over, stay in found]

"""Which adoptions stand still: the rule in one place, pure, with the numbers its definition prints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from adoption import rules
from adoption.models import Stage

TIMES = 2
"""An adoption stands when it has stayed in its stage longer than twice the usual time."""
ENOUGH_TO_BE_USUAL = 5
"""So many must have passed a stage before anything is called usual."""


class Stay(NamedTuple):
    """An adoption and the days it has been in its present stage."""

    adoption_id: int
    stage: Stage
    since: date
    days: int
    usual: int
    """The median of those who went on."""


def usual_days(spent: Iterable[tuple[Stage, int, int]]) -> dict[Stage, int]:
    """The median of days spent in each stage by those who reached the next one; `spent`: (stage, days, how many)."""
    days: dict[Stage, list[int]] = defaultdict(list)
    for stage, length, number in spent:
        days[stage] += [length] * number
    middles = {stage: rules.median(found) for stage, found in days.items() if len(found) >= ENOUGH_TO_BE_USUAL}
    return {stage: middle for stage, middle in middles.items() if middle is not None}


def patience(stage: Stage, usual: Mapping[Stage, int]) -> int | None:
    """Days a stage may last; None when it may last for ever or nobody knows what is usual.

    A practice that works is left in peace as long as `rules.SETTLE` says, whatever the median.
    """
    if stage is Stage.sustained or stage not in usual:
        return None
    settle = rules.SETTLE.get(stage)
    return max(TIMES * usual[stage], settle.days if settle else 0)


def limits(usual: Mapping[Stage, int]) -> dict[Stage, int]:
    """Days each stage may last, of those whose end is known."""
    known = ((stage, patience(stage, usual)) for stage in Stage)
    return {stage: days for stage, days in known if days is not None}


def standing(now: Iterable[tuple[int, Stage, date]], usual: Mapping[Stage, int], today: date) -> list[Stay]:
    """Those of `now` (adoption, present stage, since when) that stand, the longest over their time first."""
    found, most = [], limits(usual)
    for adoption_id, stage, since in now:
        limit, days = most.get(stage), (today - since).days
        if limit is not None and days > limit:
            found.append((days - limit, Stay(adoption_id, stage, since, days, usual[stage])))
    found.sort(key=lambda item: (-item[0], item[1].adoption_id))
    return [stay for _over, stay in found]

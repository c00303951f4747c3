"""From several experts' grades to what the catalogue says. See docs/decisions/0018."""

from __future__ import annotations

from collections.abc import Sequence

from practices.grading.models import QUESTIONS, PracticeGrade
from practices.models import Evidence, Readiness

LEVELS = list(Evidence)


def lower_median(values: Sequence[int]) -> int:
    """The middle of `values`; of two in the middle the lower."""
    return sorted(values)[(len(values) - 1) // 2]


def evidence_of(grades: Sequence[PracticeGrade]) -> Evidence | None:
    """The level most experts would sign: the lower median of theirs."""
    if not grades:
        return None
    return LEVELS[lower_median([LEVELS.index(grade.evidence) for grade in grades])]


def readiness_of(grades: Sequence[PracticeGrade]) -> Readiness | None:
    """By the weakest question: five strong answers do not make up for people who are not there."""
    if not grades:
        return None
    weakest = min(lower_median([getattr(grade, name) for grade in grades]) for name in QUESTIONS)
    if weakest >= 4:
        return Readiness.ready
    return Readiness.with_support if weakest == 3 else Readiness.early

"""The order of what was found, computed here so that both databases give the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from kernel.search.questions import Question, Want
from kernel.search.tables import PREFIX_FROM

WEIGHTS = (10.0, 4.0, 3.0, 1.0)
"""What a word is worth in the title, the tags, the lead, the body."""
SYNONYM, BEGINNING = 0.7, 0.4
SIDE_BY_SIDE = 0.3
"""Added share of a field's weight for two wants that stand side by side in it."""


def score(question: Question, fields: Sequence[str], weights: Sequence[float] = ()) -> float:
    """How well a document answers. `fields`: its stems as `tables.texts` gives them; `weights`: one a want."""
    weights = weights or [1.0] * len(question.wants)
    worth = [_want(want, fields) for want in question.wants]
    held = sum(weight for weight, one in zip(weights, worth, strict=True) if one)
    found = sum(weight * one for weight, one in zip(weights, worth, strict=True))
    return found * held / (sum(weights) or 1) + _side_by_side(question, fields)


def _side_by_side(question: Question, fields: Sequence[str]) -> float:
    found = 0.0
    for one, next_one in zip(question.wants, question.wants[1:], strict=False):
        pair = f" {' '.join((*one.phrase, *next_one.phrase))} "
        found += sum(weight * SIDE_BY_SIDE for weight, part in zip(WEIGHTS, fields, strict=True) if pair in part)
    return found


def _want(want: Want, fields: Sequence[str]) -> float:
    best = _sum(fields, lambda part: min(_word(word, part) for word in want.phrase))
    for other in want.others:
        best = max(best, SYNONYM * _sum(fields, partial(_word, " ".join(other))))
    return best


def _sum(fields: Sequence[str], worth: Callable[[str], float]) -> float:
    return sum(weight * worth(part) for weight, part in zip(WEIGHTS, fields, strict=True))


def _word(word: str, part: str) -> float:
    """Once is much, often is little more."""
    times = part.count(f" {word} ")
    if times:
        return 2 * times / (times + 1)
    return BEGINNING if len(word) >= PREFIX_FROM and f" {word}" in part else 0.0

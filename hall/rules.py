"""Minutes as whole numbers since the epoch, hours as sixty bits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

HOUR = 60
KEPT = 12 * HOUR
"""A minute told later than this is not taken: a page that was open has been on a network since."""

Span = tuple[int, int]
"""The first minute of a section's hours, and the first one after them."""


def minute_of(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def accepted(minutes: Iterable[int], spans: Collection[Span], now: int) -> set[int]:
    """Those of `minutes` within the section's hours that have come and are not too long ago."""
    return {one for one in minutes if now - KEPT <= one <= now and any(begin <= one < end for begin, end in spans)}


def packed(minutes: Iterable[int]) -> dict[int, int]:
    """Bits by hour."""
    found: dict[int, int] = {}
    for minute in minutes:
        hour, place = divmod(minute, HOUR)
        found[hour] = found.get(hour, 0) | 1 << place
    return found


def united(bits: Mapping[int, int], totals: Iterable[int]) -> int:
    """Minutes of one person of several sources: what bits say, or a source that only has a total says more."""
    return max([sum(map(int.bit_count, bits.values())), *totals])


def takes_part(minutes: int, proved: bool, *, threshold: int, word_counts: bool) -> bool:
    """Whether somebody took part remotely by the forum's rule; `proved`: by a word, without minutes."""
    return minutes >= threshold or (proved and word_counts)

"""Sets of row ids as whole numbers, one bit an id: intersecting and counting cost next to nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice


def from_ids(ids: Iterable[int]) -> int:
    """The set of `ids`."""
    found = list(ids)
    if not found:
        return 0
    flags = bytearray(b"0") * (max(found) + 1)
    for one in found:
        flags[one] = 49  # "1"
    flags.reverse()
    return int(flags, 2)


def to_ids(bits: int) -> list[int]:
    """The members, lowest first."""
    flags = f"{bits:b}"[::-1]
    found, place = [], flags.find("1")
    while place >= 0:
        found.append(place)
        place = flags.find("1", place + 1)
    return found


def in_order(bits: int, order: Sequence[int], most: int | None = None) -> list[int]:
    """The members that `order` names, as it names them; the first `most` of them."""
    flags = f"{bits:b}"[::-1]
    size = len(flags)
    return list(islice((one for one in order if one < size and flags[one] == "1"), most))

"""Which sections are for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from programme.models import SlotKind

PAUSES = (SlotKind.break_, SlotKind.lunch)


class Held(Protocol):
    """An item of the programme, however it was read."""

    @property
    def section_id(self) -> int: ...
    @property
    def starts(self) -> datetime: ...
    @property
    def ends(self) -> datetime: ...
    @property
    def cancelled(self) -> bool: ...
    @property
    def kind(self) -> SlotKind: ...


def plenary_sections(items: Iterable[Held]) -> set[int]:
    """Ids of sections beside which no other has anything on, at a forum where other sections run in parallel."""
    held = [item for item in items if not item.cancelled and item.kind not in PAUSES]
    parallel = {
        item.section_id
        for item in held
        for other in held
        if item.section_id != other.section_id and item.starts < other.ends and other.starts < item.ends
    }
    return {item.section_id for item in held} - parallel if parallel else set()

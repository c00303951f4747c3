"""Where minutes of presence are kept. A store that gathers them in memory first has to do these two things."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

from hall import queries
from hall.models import PresenceHour, Source
from kernel.db import db, dialect, inserting
from kernel.transaction import write

TABLE = PresenceHour.__table__


class Presence(Protocol):
    def add(self, registration_id: int, section_id: int, hours: Mapping[int, int], source: Source) -> None:
        """Add bits by hour; what is there already stays. In a transaction of its own, or in that of the caller."""

    def of(self, registration_id: int, section_id: int, source: Source) -> Mapping[int, int]:
        """Bits by hour."""


class InDatabase:
    """Every minute is kept when it is told."""

    def add(self, registration_id: int, section_id: int, hours: Mapping[int, int], source: Source) -> None:
        told = {"registration_id": registration_id, "section_id": section_id, "source": source}
        rows = [told | {"hour": hour, "bits": bits} for hour, bits in sorted(hours.items())]
        write(lambda: db.session.connection().execute(_adding(dialect()), rows))

    def of(self, registration_id: int, section_id: int, source: Source) -> Mapping[int, int]:
        return queries.hours_of(registration_id, section_id, source)


@cache
def _adding(kind: str) -> Any:
    """Two devices at once: each adds its bits to whatever the other has left."""
    statement = inserting(TABLE, kind)
    bits = TABLE.c.bits.bitwise_or(statement.excluded.bits)
    return statement.on_conflict_do_update(index_elements=list(TABLE.primary_key), set_={"bits": bits})


STORE: Presence = InDatabase()


def note(registration_id: int, section_id: int, hours: Mapping[int, int], source: Source = Source.link) -> None:
    """Keep what is new of these minutes; a retry, or a second tab, writes nothing."""
    known = STORE.of(registration_id, section_id, source)
    new = {hour: bits for hour, bits in hours.items() if bits & ~known.get(hour, 0)}
    if new:
        STORE.add(registration_id, section_id, new, source)

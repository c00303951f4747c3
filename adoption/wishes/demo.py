"""Requests of the demonstration, left as visitors leave them."""

from __future__ import annotations

from collections.abc import Iterable

from adoption.wishes import operations
from practices.queries import practice_by_key
from territories.queries import current


def load_wishes(rows: Iterable[dict[str, str]]) -> None:
    """Rows as in demo/wishes.csv; call inside `writing()`."""
    for row in rows:
        practice, territory = practice_by_key(row["practice"]), current(row["territory"])
        assert practice is not None
        assert territory is not None
        told = {name: row[name] for name in ("name", "email", "organisation", "message")}
        operations.leave(practice, territory, **told, consents=[], address="")

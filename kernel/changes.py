"""Which rows of a scope changed with each of its versions: what is kept in memory follows them, not the whole scope.

The numbers are those of `kernel.pages.ContentVersion`. Its row stays locked from `bump` to the commit, so on both
databases numbers rise in the order of commits: whoever has read version N sees everything up to N, and a change
committed later has a greater number. A version raised without naming its rows leaves a gap, and `between` says so.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model, db

KEPT = 1000
"""So many versions back are known; whoever is farther behind reads everything."""
NOTHING = 0
"""Stands for «none of the rows»: no row has this id."""


class ContentChange(Model):
    __tablename__ = "content_change"
    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True)


_columns = ContentChange.__table__.c


def note(scope: str, number: int, ids: Collection[int]) -> None:
    """Write down what version `number` changed; for `kernel.pages.bump`."""
    rows = [{"scope": scope, "number": number, "row_id": one} for one in sorted(set(ids)) or [NOTHING]]
    db.session.execute(insert(ContentChange), rows)
    if number % KEPT == 0:
        db.session.execute(delete(ContentChange).where(_columns.scope == scope, _columns.number <= number - KEPT))


def between(scope: str, after: int, upto: int) -> set[int] | None:
    """Ids of the rows changed after version `after` up to version `upto`; None when nobody can tell."""
    rows = db.session.execute(
        select(_columns.number, _columns.row_id).where(
            _columns.scope == scope, _columns.number > after, _columns.number <= upto
        )
    ).all()
    if len({number for number, _row in rows}) != upto - after:
        return None
    return {row_id for _number, row_id in rows} - {NOTHING}

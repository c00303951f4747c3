"""Which rows of a scope changed with each of its versions: what is kept in memory follows them, not the whole scope.

The numbers are those of `kernel.pages.ContentVersion`, each part's its own. Its row stays locked from `bump` to the
commit, so on both databases the numbers of a part rise in the order of commits: whoever has read version N sees
everything up to N, and a change committed later has a greater number. A version raised without naming its rows leaves
a gap, and `between` says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import String, and_, delete, insert, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model, db

VERSIONS_KEPT = 1000
"""So many versions back are known; whoever is farther behind reads everything."""
NO_ROW = 0
"""Stands for «none of the rows»: no row has this id."""


class ContentChange(Model):
    __tablename__ = "content_change"
    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    part: Mapped[str] = mapped_column(String(20), primary_key=True, default="", server_default="")
    number: Mapped[int] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True)


_columns = ContentChange.__table__.c


def note(scope: str, part: str, number: int, ids: Collection[int]) -> None:
    """Write down what version `number` changed; for `kernel.pages.bump`."""
    rows = [{"scope": scope, "part": part, "number": number, "row_id": one} for one in sorted(set(ids)) or [NO_ROW]]
    db.session.execute(insert(ContentChange), rows)
    if number % VERSIONS_KEPT == 0:
        old = (_columns.scope == scope, _columns.part == part, _columns.number <= number - VERSIONS_KEPT)
        db.session.execute(delete(ContentChange).where(*old))


def between(moved: Mapping[tuple[str, str], tuple[int, int]]) -> set[int] | None:
    """Ids of the rows changed; None when nobody can tell. `moved`: scope and part → after which version, up to which.

    One query.
    """
    those = [
        and_(_columns.scope == scope, _columns.part == part, _columns.number > after, _columns.number <= upto)
        for (scope, part), (after, upto) in moved.items()
    ]
    if not those:
        return set()
    keys = (_columns.scope, _columns.part, _columns.number)
    rows = db.session.execute(select(*keys, _columns.row_id).where(or_(*those))).all()
    if len({tuple(row[:3]) for row in rows}) != sum(upto - after for after, upto in moved.values()):
        return None
    return {row.row_id for row in rows} - {NO_ROW}

"""What the catalogue's facets and orders need of each published practice, as plain values: all of them, or some."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, String, cast, func, select, true

from kernel.db import db
from practices.models import MATERIALS, SHOWN_STATES, Admission, Practice, PracticeGroup, PracticeSpread, SampleDocument

Ts = TypeVarTuple("Ts")

WORKING = ("works", "firm")


class Fact(NamedTuple):
    """One published practice."""

    name_key: str
    born: float
    """Seconds before the epoch of its publication: the newest is the least; 0 when nobody knows."""
    sphere: str
    """"" while nobody has chosen it."""
    evidence: str | None
    readiness: str | None
    territory_id: int
    groups: tuple[str, ...]
    works: tuple[int, ...]
    """Territories where it works, by id."""
    documents: bool
    cost: int | None = None
    """Roubles in the first year; None while nobody knows."""
    months: int | None = None
    """Until it starts, at the longest."""


def facts(ids: Collection[int] | None = None) -> dict[int, Fact]:
    """Facts by practice: of `ids`, or of the whole catalogue. Four statements whatever their number."""
    groups = _groups(ids)
    works: dict[int, list[int]] = defaultdict(list)
    for practice_id, territory_id in _rows(
        select(_spread.practice_id, _spread.territory_id).where(_spread.state.in_(WORKING)), _spread.practice_id, ids
    ):
        works[practice_id].append(territory_id)
    sampled = (
        select(_document.practice_id)
        .where(_document.state.in_(SHOWN_STATES), _document.kind.not_in(MATERIALS))
        .distinct()
    )
    documents = {row[0] for row in _rows(sampled, _document.practice_id, ids)}
    return {
        practice_id: Fact(
            name_key,
            -published_at.timestamp() if published_at else 0.0,
            sphere,
            evidence,
            readiness,
            territory_id,
            groups.get(practice_id, ()),
            tuple(sorted(works.get(practice_id, ()))),
            practice_id in documents,
            None if once is None and year is None else (once or 0) + (year or 0),
            shortest if longest is None else longest,
        )
        for (
            practice_id,
            name_key,
            published_at,
            sphere,
            evidence,
            readiness,
            territory_id,
            once,
            year,
            shortest,
            longest,
        ) in _published(ids)
    }


Published = tuple[
    int, str, datetime | None, str, str | None, str | None, int, int | None, int | None, int | None, int | None
]


def _published(ids: Collection[int] | None) -> Iterable[Published]:
    plain = [cast(column, String) for column in (_practice.sphere, _practice.evidence, _practice.readiness)]
    numbers = (_practice.cost_once, _practice.cost_year, _practice.launch_months_min, _practice.launch_months_max)
    of_itself = (_practice.id, _practice.name_key, _practice.published_at)
    statement = select(*of_itself, *plain, _practice.territory_id, *numbers)
    found: Iterable[Published] = _rows(statement.where(_practice.admission == Admission.published), _practice.id, ids)
    return found


def _groups(ids: Collection[int] | None) -> dict[int, tuple[str, ...]]:
    """Target groups by practice. Gathered by the database, a row a group: tens of thousands of rows are slow."""
    gathered = func.aggregate_strings(cast(_group.practice_id, String), ",")
    statement = select(cast(_group.target_group, String), gathered).group_by(_group.target_group)
    found: dict[int, list[str]] = defaultdict(list)
    for group, members in sorted(map(tuple, _rows(statement, _group.practice_id, ids))):
        for practice_id in map(int, members.split(",")):
            found[practice_id].append(group)
    known: dict[tuple[str, ...], tuple[str, ...]] = {}  # few combinations: each is kept once
    return {practice_id: known.setdefault(one := tuple(groups), one) for practice_id, groups in found.items()}


def _rows(statement: Select[*Ts], key: ColumnElement[int], ids: Collection[int] | None) -> Sequence[Row[*Ts]]:
    wanted: ColumnElement[bool] = true() if ids is None else key.in_(ids)
    return db.session.connection().execute(statement.where(wanted)).fetchall()


_practice, _group = Practice.__table__.c, PracticeGroup.__table__.c
_spread, _document = PracticeSpread.__table__.c, SampleDocument.__table__.c

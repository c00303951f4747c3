"""Counts of what goes on, made by the database: nothing here grows with the number of adoptions but its work.

The states of practices in territories come from the projection `practice_spread`, which every move of an adoption
fills anew in its own transaction; organisations, people and days come from the adoptions themselves. Each result is
kept in the process: of a region until something goes on there, of the country for `pages.TOTALS` / 2 seconds, less
where the catalogue or the site's own region changes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Integer, Select, String, bindparam, cast, func, literal, or_, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from adoption import rules, stall
from adoption.models import Adoption, Stage, StageStep, State
from kernel import pages
from kernel.db import db, dialect
from practices.models import Admission, Practice, PracticeGroup, PracticeSpread, TargetGroup
from practices.scopes import CATALOGUE, HOME
from territories.models import Territory

T = TypeVar("T")
AT_WORK = (State.works, State.firm)
TERRITORIES_OF_WHAT_HAS_SPREAD = 5
"""A practice at work in as many territories has spread."""
Going = dict[int, dict[State, int]]
"""Territory's id → how many practices stand in each state; territories and states with nothing are left out."""


class Totals(NamedTuple):
    """Of what goes on in the whole catalogue."""

    organisations: int
    """At work."""
    adoptions: int
    """At work."""
    reported: int
    """Of them, those that gave a number of people served."""
    served: int | None
    preparing: int
    """Adoptions."""
    unconfirmed: int
    """Adoptions whose launch was reported and waits to be confirmed: neither at work nor being prepared."""
    practices: int
    """At work with somebody."""
    spread: int
    """At work in TERRITORIES_OF_WHAT_HAS_SPREAD territories or more."""
    launches: int
    days_to_launch: int | None
    """The median of days from request to launch."""


class History(NamedTuple):
    """When stages with which a state begins were reached, of what goes on now."""

    first: list[tuple[int, Stage, date]]
    """(territory id, stage, the first day)"""
    days: list[tuple[Stage, date, int]]
    """(stage, day, adoptions)"""


def remembered_figure(name: str, make: Callable[[], T]) -> T:
    """What is counted over the country, kept for a while."""
    return pages.remembered(name, (CATALOGUE, HOME, "territories"), make, pages.TOTALS / 2)


def going(audience: TargetGroup | None = None) -> Going:
    """Practices of the catalogue by territory and state, of all or of those for one group of families."""
    name = f"adoption.going.{audience.value if audience else ''}"
    return remembered_figure(name, lambda: _by_territory(_GOING_FOR if audience else _GOING, audience))


def waiting(audience: TargetGroup | None = None) -> Going:
    """As `going`, only of practices of which somebody there has reported a launch that is not confirmed yet."""
    name = f"adoption.waiting.{audience.value if audience else ''}"
    return remembered_figure(name, lambda: _by_territory(_WAITING_FOR if audience else _WAITING, audience))


class Region(NamedTuple):
    """What goes on in the municipalities of a region, as it is now."""

    going: Going
    waiting: Going
    demo: bool
    """Whether any of it is made up for the demonstration."""


def in_region(region: Territory) -> Region:
    scopes = (CATALOGUE, "territories", f"adoption:{region.oktmo}")
    return pages.remembered(f"adoption.region.{region.oktmo}", scopes, lambda: _in_region(region.id))


def _in_region(region_id: int) -> Region:
    inside = select(_place.id).where(_place.parent_id == region_id)
    demo = select(_adoption.id).where(*GOING, _adoption.demo, _adoption.territory_id.in_(inside)).limit(1)
    return Region(
        _by_territory(_GOING.where(_spread.territory_id.in_(inside))),
        _by_territory(_WAITING.where(_adoption.territory_id.in_(inside))),
        db.session.connection().scalar(demo) is not None,
    )


def _by_territory(statement: Select[Any], audience: TargetGroup | None = None) -> Going:
    found: Going = {}
    for territory_id, state, number in db.session.connection().execute(statement, {"audience": audience}):
        found.setdefault(territory_id, {})[State(state)] = number
    return found


def totals() -> Totals:
    return remembered_figure("adoption.totals", _totals)


def _totals() -> Totals:
    connection = db.session.connection()
    launches = [(days, number) for days, number in connection.execute(_launches(dialect()))]
    days = [days for days, number in sorted(launches) for _one in range(number)]
    sums, practices = connection.execute(_SUMS).one(), connection.execute(_PRACTICES).one()
    return Totals._make((*sums, *practices, len(days), rules.median(days)))


def history() -> History:
    return remembered_figure("adoption.history", _history)


def _history() -> History:
    connection = db.session.connection()
    return History(
        [(row[0], row[1], row[2]) for row in connection.execute(_FIRST)],
        [(row[0], row[1], row[2]) for row in connection.execute(_DAYS)],
    )


def usual() -> dict[Stage, int]:
    """Days each stage usually takes, of all adoptions, interrupted ones too."""
    return remembered_figure("adoption.usual", _usual)


def _usual() -> dict[Stage, int]:
    rows = db.session.connection().execute(_spent(dialect()))
    return stall.usual_days((Stage(stage), days, number) for stage, days, number in rows)


def days_between(kind: str, earlier: object, later: Any) -> ColumnElement[int]:
    """Whole days from one date column to another, on the database of that kind."""
    if kind == "sqlite":
        return cast(func.julianday(later) - func.julianday(earlier), Integer)
    return cast(later - earlier, Integer)


# Tables and not models, composed once. Few practices are outside the catalogue: leaving them out is cheaper.
_adoption, _practice, _step = Adoption.__table__.c, Practice.__table__.c, StageStep.__table__.c
_group, _spread, _place = PracticeGroup.__table__.c, PracticeSpread.__table__.c, Territory.__table__.c


def is_for(practice_id: ColumnElement[int], audience: object) -> ColumnElement[bool]:
    """Whether the practice is for a group of families; asked of each in use, who are fewer than all of the group's."""
    return select(_group.practice_id).where(_group.practice_id == practice_id, _group.target_group == audience).exists()


OUTSIDE = select(_practice.id).where(
    _practice.admission.in_([one for one in Admission if one is not Admission.published])  # by index, as != is not
)
"""Practices that are not in the catalogue."""
GOING = (_adoption.exit.is_(None), _adoption.practice_id.not_in(OUTSIDE))
"""What public pages count: work that goes on, by practices of the catalogue."""
_STATE = cast(_spread.state, String)
_GOING = (
    select(_spread.territory_id, _STATE, func.count())
    .where(_spread.practice_id.not_in(OUTSIDE))
    .group_by(_spread.territory_id, _STATE)
)
_GOING_FOR = _GOING.where(is_for(_spread.practice_id, bindparam("audience")))


def _in(*states: State) -> ColumnElement[bool]:
    return _adoption.stage.in_([stage for stage in Stage if stage.state in states])


_REPORTED = _in(*AT_WORK) & ~_adoption.confirmed
"""As `rules.is_reported`."""
_WAITING = (
    select(_adoption.territory_id, _STATE, func.count(_adoption.practice_id.distinct()))
    .select_from(
        Adoption.__table__.join(
            PracticeSpread.__table__,
            (_spread.practice_id == _adoption.practice_id) & (_spread.territory_id == _adoption.territory_id),
        )
    )
    .where(*GOING, _REPORTED)
    .group_by(_adoption.territory_id, _STATE)
)
_WAITING_FOR = _WAITING.where(is_for(_adoption.practice_id, bindparam("audience")))
_SUMS = (
    select(
        func.count(_adoption.organisation_id.distinct()).filter(_adoption.confirmed),
        func.count().filter(_adoption.confirmed),
        func.count(_adoption.units).filter(_adoption.confirmed),
        func.sum(_adoption.units).filter(_adoption.confirmed),
        func.count().filter(_in(State.ready)),
        func.count().filter(_REPORTED),
    )
    .select_from(Adoption.__table__)
    .where(*GOING, _in(State.ready, *AT_WORK))
)
_AT_WORK_IN = (
    select(func.count().label("places"))
    .select_from(PracticeSpread.__table__)
    .where(_spread.state.in_([state.value for state in AT_WORK]), _spread.practice_id.not_in(OUTSIDE))
    .group_by(_spread.practice_id)
    .subquery()
)
_PRACTICES = select(
    func.count(), func.count().filter(_AT_WORK_IN.c.places >= TERRITORIES_OF_WHAT_HAS_SPREAD)
).select_from(_AT_WORK_IN)
_BEGINS = (
    *GOING,
    _step.withdrawn_at.is_(None),
    or_(
        _step.stage == Stage.preparation,
        _step.stage.in_((Stage.launched, Stage.sustained)) & _adoption.confirmed,
    ),
)
_STEPS = StageStep.__table__.join(Adoption.__table__, _adoption.id == _step.adoption_id)
_FIRST = (
    select(_adoption.territory_id, _step.stage, func.min(_step.reached_on))
    .select_from(_STEPS)
    .where(*_BEGINS)
    .group_by(_adoption.territory_id, _step.stage)
)
_DAYS = (
    select(_step.stage, _step.reached_on, func.count())
    .select_from(_STEPS)
    .where(*_BEGINS)
    .group_by(_step.stage, _step.reached_on)
)
_earlier, _later = StageStep.__table__.alias("earlier"), StageStep.__table__.alias("later")


@cache
def _launches(kind: str) -> Any:
    """(days from request to launch, how many), of launches that are confirmed."""
    made = _passed(kind, Stage.interest, Stage.launched)
    return made.join(Adoption.__table__, _adoption.id == _later.c.adoption_id).where(*GOING, _adoption.confirmed)


@cache
def _spent(kind: str) -> Any:
    """(stage, days until the next one, how many). A part a stage: an index finds the pairs of each.

    What was told of a launch that nobody has confirmed is usual for nobody.
    """
    parts = []
    for stage, following in pairwise(Stage):
        made = _passed(kind, stage, following)
        if following.number >= Stage.launched.number:
            made = made.join(Adoption.__table__, _adoption.id == _later.c.adoption_id).where(_adoption.confirmed)
        parts.append(made.with_only_columns(literal(stage.value, String), *made.selected_columns))
    return union_all(*parts)


def _passed(kind: str, stage: Stage, following: Stage) -> Select[int, int]:
    """(days between two stages, how many adoptions)."""
    days = days_between(kind, _earlier.c.reached_on, _later.c.reached_on)
    made = (
        select(days, func.count())
        .select_from(_later.join(_earlier, _earlier.c.adoption_id == _later.c.adoption_id))
        .where(_earlier.c.stage == stage, _later.c.stage == following)
        .where(_earlier.c.withdrawn_at.is_(None), _later.c.withdrawn_at.is_(None))
        .group_by(days)
    )
    return made

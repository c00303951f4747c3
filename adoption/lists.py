"""Lists of adoptions for somebody who holds a permission, and counts of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement

from accounts.models import Organisation
from accounts.scopes import reach
from adoption import rules
from adoption.models import Adoption, Stage, StageStep, State
from adoption.queries import VIEW, whole
from kernel.access import Actor
from kernel.db import db
from kernel.text import sort_key
from practices.models import Practice
from territories.models import Territory


def mine(territories: Iterable[Territory]) -> list[Adoption]:
    """Every adoption in the territories, furthest first, with its steps."""
    return list(
        db.session.scalars(
            whole()
            .where(Adoption.territory_id.in_([territory.id for territory in territories]))
            .order_by(Adoption.changed_at.desc(), Adoption.id)
        ).unique()
    )


def adoptions_for(
    user: Actor,
    *,
    q: str = "",
    state: State | None = None,
    exit: bool | None = None,
    unconfirmed: bool = False,
    permission: str = VIEW,
) -> Select[Adoption]:
    """Adoptions where `user` holds `permission`, for a listing joined to practice, organisation and territory.

    `state` is the one that is counted: only what goes on, a launch only once it is confirmed.
    """
    statement = (
        select(Adoption)
        .join(Adoption.practice)
        .join(Adoption.organisation)
        .join(Adoption.territory)
        .options(joinedload(Adoption.practice), joinedload(Adoption.organisation), joinedload(Adoption.territory))
        .options(selectinload(Adoption.steps))
    )
    territories = reach(user.scopes(permission))
    if territories is not None:
        statement = statement.where(Adoption.territory_id.in_(territories))
    if key := sort_key(q):
        keys = (Practice.name_key, Organisation.name_key, Territory.name_key)
        statement = statement.where(or_(*(column.contains(key, autoescape=True) for column in keys)))
    if state:
        statement = statement.where(_stands(state), Adoption.exit.is_(None))
    if exit is not None:
        statement = statement.where(Adoption.exit.is_not(None) if exit else Adoption.exit.is_(None))
    if unconfirmed:
        statement = statement.where(*_launch_waits())
    return statement


def _stands(state: State) -> ColumnElement[bool]:
    """The adoption's public state is `state`."""

    def stages(confirmed: bool) -> list[Stage]:
        return [stage for stage in Stage if rules.public_state(stage, confirmed) is state]

    confirmed = Adoption.confirmed.is_(True) & Adoption.stage.in_(stages(True))
    return confirmed | (Adoption.confirmed.is_(False) & Adoption.stage.in_(stages(False)))


def _launch_waits() -> tuple[ColumnElement[bool], ...]:
    """Launched, goes on, and nobody besides the adopter has confirmed it."""
    launched = [stage for stage in Stage if stage.number >= Stage.launched.number]
    return Adoption.exit.is_(None), Adoption.confirmed.is_(False), Adoption.stage.in_(launched)


def unconfirmed_launches(user: Actor, limit: int = 10) -> list[Adoption]:
    """Launches that wait for a confirmation of `user`, the oldest change first."""
    statement = adoptions_for(user, unconfirmed=True, permission="adoption:adoption:confirm")
    return list(db.session.scalars(statement.order_by(Adoption.changed_at, Adoption.id).limit(limit)).unique())


def stages_for(user: Actor, permission: str, since: date) -> list[tuple[int, Stage, date]]:
    """(id, present stage, when it was reached) of what goes on where `user` holds `permission`, unmoved since then."""
    statement = NOW.where(_step.reached_on <= since)
    territories = reach(user.scopes(permission))
    if territories is not None:
        statement = statement.where(_adoption.territory_id.in_(territories))
    return [(row[0], row[1], row[2]) for row in db.session.connection().execute(statement)]


_adoption, _step = Adoption.__table__.c, StageStep.__table__.c


NOW = (
    select(_adoption.id, _adoption.stage, _step.reached_on)
    .select_from(Adoption.__table__.join(StageStep.__table__, _step.adoption_id == _adoption.id))
    .where(_step.stage == _adoption.stage, _step.withdrawn_at.is_(None), _adoption.exit.is_(None))
)
"""What goes on, with its present stage and the day it was reached."""


def counts_for(user: Actor) -> dict[State, int]:
    """How many adoptions the user may view stand in each public state; what was interrupted is left out."""
    columns = (Adoption.stage, Adoption.confirmed)
    statement = adoptions_for(user, exit=False).with_only_columns(*columns, func.count())
    counts = dict.fromkeys(State, 0)
    for stage, confirmed, number in db.session.execute(statement.group_by(*columns).order_by(None)):
        counts[rules.public_state(stage, confirmed)] += number
    return counts


def unconfirmed(user: Actor) -> int:
    """How many launches wait for a confirmation of `user`."""
    statement = adoptions_for(user, unconfirmed=True).with_only_columns(Adoption.id).order_by(None)
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def launches_of_pupils(territories: Iterable[Territory]) -> list[Adoption]:
    """Launches that wait for a confirmation and whose mentor works in one of the territories, not themselves there."""
    ids = [territory.id for territory in territories]
    mentor = aliased(Adoption)
    return list(
        db.session.scalars(
            whole()
            .join(mentor, mentor.id == Adoption.source_adoption_id)
            .where(mentor.territory_id.in_(ids), Adoption.territory_id.not_in(ids))
            .where(*_launch_waits())
            .order_by(Adoption.changed_at, Adoption.id)
        ).unique()
    )

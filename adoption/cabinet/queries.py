"""Lists of adoptions for somebody who holds a permission, and counts of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement

from accounts.models import Organisation
from accounts.scopes import reach
from adoption import counts, rules, stall
from adoption.models import Adoption, Stage, StageStep, State
from adoption.queries import adoptions_statement
from adoption.stall import Stay
from kernel.access import SignedIn
from kernel.db import db, dialect
from kernel.permissions import Permission
from kernel.text import sort_key
from practices.models import Practice
from territories.models import Territory


def mine(territories: Iterable[Territory]) -> list[Adoption]:
    """Every adoption in the territories, furthest first, with its steps."""
    return list(
        db.session.scalars(
            adoptions_statement()
            .where(Adoption.territory_id.in_([territory.id for territory in territories]))
            .order_by(Adoption.changed_at.desc(), Adoption.id)
        ).unique()
    )


def adoptions_for_statement(
    user: SignedIn,
    *,
    q: str = "",
    state: State | None = None,
    exit: bool | None = None,
    unconfirmed: bool = False,
    hasty: bool = False,
    permission: Permission = Permission.VIEW_ADOPTIONS,
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
    if hasty:
        statement = statement.where(*called_permanent_too_soon())
    return statement


def called_permanent_too_soon() -> tuple[ColumnElement[bool], ...]:
    """Called permanent, before the rule was, without a confirmed launch or without the time in operation it asks."""
    launched, firm = aliased(StageStep), aliased(StageStep)
    in_time = (
        select(launched.id)
        .join(firm, firm.adoption_id == launched.adoption_id)
        .where(launched.adoption_id == Adoption.id, launched.stage == Stage.launched, firm.stage == Stage.sustained)
        .where(launched.withdrawn_at.is_(None), firm.withdrawn_at.is_(None), launched.confirmed_at.is_not(None))
        .where(counts.days_between(dialect(), launched.reached_on, firm.reached_on) >= rules.HOLD.days)
    )
    return Adoption.stage == Stage.sustained, Adoption.exit.is_(None), ~in_time.exists()


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


def unconfirmed_launches(user: SignedIn, limit: int = 10) -> list[Adoption]:
    """Launches that wait for a confirmation of `user`, the oldest change first."""
    statement = adoptions_for_statement(user, unconfirmed=True, permission=Permission.CONFIRM_LAUNCHES).options(
        selectinload(Adoption.steps).options(joinedload(StageStep.file), joinedload(StageStep.user))
    )
    return list(db.session.scalars(statement.order_by(Adoption.changed_at, Adoption.id).limit(limit)).unique())


def standing(territories: set[int] | None, today: date) -> list[Stay]:
    """Who stands still in the territories (None: everywhere), the longest over their time first.

    The one count of them: of the sheet, its list and workbook, and the curator's screen.
    """
    usual = counts.usual()
    over = [
        (_step.stage == stage) & (_step.reached_on < today - timedelta(days=days))
        for stage, days in stall.limits(usual).items()
    ]
    if not over:
        return []
    statement = NOW.where(or_(*over))
    if territories is not None:
        statement = statement.where(_adoption.territory_id.in_(territories))
    rows = db.session.connection().execute(statement)
    return stall.standing(((row[0], row[1], row[2]) for row in rows), usual, today)


_adoption, _step = Adoption.__table__.c, StageStep.__table__.c


_SETTLED = _adoption.confirmed | _adoption.stage.in_([one for one in Stage if one.number < Stage.launched.number])
NOW = (
    select(_adoption.id, _step.stage, _step.reached_on)
    .select_from(Adoption.__table__.join(StageStep.__table__, _step.adoption_id == _adoption.id))
    .where(_step.withdrawn_at.is_(None), _adoption.exit.is_(None))
    .where(or_(_SETTLED & (_step.stage == _adoption.stage), ~_SETTLED & (_step.stage == Stage.launched)))
)
"""What goes on, with its present stage and the day it was reached; what nobody has confirmed stands at its launch."""


def counts_for(user: SignedIn) -> dict[State, int]:
    """How many adoptions the user may view stand in each public state; what was interrupted is left out."""
    columns = (Adoption.stage, Adoption.confirmed)
    statement = adoptions_for_statement(user, exit=False).with_only_columns(*columns, func.count())
    counts = dict.fromkeys(State, 0)
    for stage, confirmed, number in db.session.execute(statement.group_by(*columns).order_by(None)):
        counts[rules.public_state(stage, confirmed)] += number
    return counts


def unconfirmed(user: SignedIn) -> int:
    """How many launches wait for a confirmation of `user`."""
    return _number(adoptions_for_statement(user, unconfirmed=True))


def hasty(user: SignedIn) -> int:
    """How many were called permanent before their time."""
    return _number(adoptions_for_statement(user, hasty=True))


def _number(statement: Select[Adoption]) -> int:
    counted = statement.with_only_columns(Adoption.id).order_by(None)
    return db.session.scalar(select(func.count()).select_from(counted.subquery())) or 0


def launches_of_pupils(territories: Iterable[Territory]) -> list[Adoption]:
    """Launches that wait for a confirmation and whose mentor works in one of the territories, not themselves there."""
    ids = [territory.id for territory in territories]
    mentor = aliased(Adoption)
    return list(
        db.session.scalars(
            adoptions_statement()
            .join(mentor, mentor.id == Adoption.source_adoption_id)
            .where(mentor.territory_id.in_(ids), mentor.confirmed, Adoption.territory_id.not_in(ids))
            .where(*_launch_waits())
            .order_by(Adoption.changed_at, Adoption.id)
        ).unique()
    )


_CUT = re.compile(r".{60}-\d{8,11}")
"""A code made of the first 60 characters of a name. Such codes are not given any more (see `ensure_organisation`)."""


def shared_by_several() -> list[tuple[Organisation, list[Adoption]]]:
    """Organisations under a cut code that took several practices, with the adoptions, the first one first.

    Another organisation whose name begins with the same 60 characters was booked on them without a word.
    """
    several = (
        select(Adoption.organisation_id)
        .join(Organisation, Organisation.id == Adoption.organisation_id)
        .where(Organisation.code.like("_" * 60 + "-%"))
        .group_by(Adoption.organisation_id)
        .having(func.count() > 1)
    )
    found: dict[int, list[Adoption]] = {}
    for adoption in db.session.scalars(
        adoptions_statement().where(Adoption.organisation_id.in_(several)).order_by(Adoption.id)
    ):
        if _CUT.fullmatch(adoption.organisation.code):
            found.setdefault(adoption.organisation_id, []).append(adoption)
    return [(booked[0].organisation, booked) for booked in found.values()]


def hastily_permanent() -> list[Adoption]:
    """Called permanent without a confirmed launch or before the time the rule asks: they keep their stage."""
    return list(db.session.scalars(adoptions_statement().where(*called_permanent_too_soon()).order_by(Adoption.id)))

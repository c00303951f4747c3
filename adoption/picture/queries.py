"""What the public picture is made from, as plain rows: places, practices in use, what goes on where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import Select, String, bindparam, case, cast, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from accounts.settings import site
from adoption import counts, queries
from adoption.counts import AT_WORK, OUTSIDE, Going
from adoption.models import Adoption
from kernel.db import db
from kernel.text import sort_key
from practices.models import Admission, Practice, PracticeGroup, PracticeSpread, TargetGroup
from territories.models import Level, SizeClass, Territory
from territories.queries import current

Ts = TypeVarTuple("Ts")

PRACTICES_ASKED_BY_ID = 500
ORDERS_OF_LINES = ("spread", "name", "new")
"""Orders of practices: the most widespread first, by name, the last taken first."""


class Place(NamedTuple):
    """A territory, with the attributes of the model that a map asks for."""

    id: int
    oktmo: str
    name: str
    short_name: str
    name_key: str
    level: Level
    size_class: SizeClass | None
    remote: bool
    tile_col: int | None
    tile_row: int | None
    parent_id: int | None


class Subject(NamedTuple):
    """A practice of the catalogue that somebody has taken over."""

    id: int
    slug: str
    name: str
    name_key: str


Line = tuple[TargetGroup | None, Subject]
"""A practice under its target group; without one where nothing is grouped or nobody is named."""


@dataclass
class Picture:
    day: date
    places: list[Place] = field(default_factory=list)
    """The municipalities of the site's region, by their short names."""
    going: Going = field(default_factory=dict)
    """Everything that goes on, elsewhere too."""
    demo: bool = False

    def elsewhere(self, ids: Collection[int]) -> list[Place]:
        """Those of the territories `ids` that are not among the region's municipalities, by name."""
        known = {place.id for place in self.places}
        wanted = [one for one in ids if one not in known]
        if not wanted:
            return []
        return [Place(*row) for row in db.session.connection().execute(_ELSEWHERE, {"ids": wanted})]


def picture() -> Picture:
    """Everything but practices and dates. Four queries whatever the number of adoptions."""
    region = current(site().region)
    rows = db.session.connection().execute(_PLACES, {"region": region.id if region else None})
    places = sorted((Place(*row) for row in rows), key=lambda place: sort_key(place.short_name))
    return Picture(queries.today(), places, counts.going(), queries.any_demo())


def subject(slug: str) -> Subject | None:
    """A practice of the catalogue by its address, whether or not anybody has taken it over."""
    row = db.session.connection().execute(_SUBJECT, {"slug": slug}).first()
    return Subject(*row) if row else None


def is_for(practice_id: int, audience: TargetGroup) -> bool:
    """Whether the practice is for that group of families."""
    asked = select(_group.practice_id).where(_group.practice_id == practice_id, _group.target_group == audience)
    return db.session.scalar(asked) is not None


def offered(most: int) -> list[Subject]:
    """The first `most` practices in use, by name."""
    return [Subject(*row) for row in db.session.connection().execute(_IN_USE, {"most": most})]


def audiences() -> list[TargetGroup]:
    """Groups that a practice in use is for, in their own order."""
    return counts.remembered_figure("adoption.audiences", _audiences)


def _audiences() -> list[TargetGroup]:
    found = {row[0] for row in db.session.connection().execute(_AUDIENCES)}
    return [group for group in TargetGroup if group.value in found]


def groups_of(practice_ids: Collection[int]) -> dict[int, list[TargetGroup]]:
    """Target groups by practice, in their own order."""
    statement = select(_group.practice_id, _group.target_group)
    if len(practice_ids) < PRACTICES_ASKED_BY_ID:  # a long list is slower than the table
        statement = statement.where(_group.practice_id.in_(practice_ids))
    found: dict[int, list[TargetGroup]] = {}
    for practice_id, group in db.session.connection().execute(statement.order_by(_RANK)):
        found.setdefault(practice_id, []).append(group)
    return found


def lines(
    sort: str, audience: TargetGroup | None, grouped: bool, page: int = 1, per_page: int | None = None
) -> tuple[list[Line], int, int]:
    """Practices in use in the order asked for, how many lines there are in all, and the page: the nearest there is.

    Grouped, a practice for two groups stands in both, and who is for nobody named stands last. Two queries.
    """
    statement = _chosen(audience, grouped)
    connection = db.session.connection()
    total: int = connection.scalar(select(func.count()).select_from(statement.subquery())) or 0
    statement = _ordered(statement, sort, grouped)
    if per_page is not None:
        page = min(max(page, 1), max(1, -(-total // per_page)))
        statement = statement.limit(per_page).offset((page - 1) * per_page)
    rows = connection.execute(statement)
    return [(row.target_group if grouped else None, Subject(*row[:4])) for row in rows], total, page


def _chosen(audience: TargetGroup | None, grouped: bool) -> Select[Any]:
    """A row a line, without an order."""
    statement = select(*_SUBJECT_COLUMNS).where(_practice.admission == Admission.published, _TAKEN)
    if grouped:
        joined = Practice.__table__.outerjoin(PracticeGroup.__table__, _group.practice_id == _practice.id)
        statement = statement.add_columns(_group.target_group).select_from(joined)
        return statement.where(_group.target_group == audience) if audience else statement
    if audience is None:
        return statement
    return statement.where(counts.is_for(_practice.id, audience))


def _ordered(statement: Select[*Ts], sort: str, grouped: bool) -> Select[*Ts]:
    order: list[ColumnElement[object]] = [_RANK] if grouped else []
    if sort == "spread":
        stands = _STANDS.subquery()
        statement = statement.join(stands, stands.c.practice_id == _practice.id)
        order += [stands.c.working.desc(), stands.c.places.desc()]
    elif sort == "new":
        newest = _NEWEST.subquery()
        statement = statement.join(newest, newest.c.practice_id == _practice.id)
        order.append(newest.c.asked.desc())
    return statement.order_by(*order, _practice.name_key, _practice.id)


_adoption, _practice, _territory = Adoption.__table__.c, Practice.__table__.c, Territory.__table__.c
_group, _spread = PracticeGroup.__table__.c, PracticeSpread.__table__.c
_RANK = case(
    {group.value: number for number, group in enumerate(TargetGroup)}, value=cast(_group.target_group, String), else_=99
)
_TAKEN = _practice.id.in_(select(_spread.practice_id))  # from the few in use, not from all of the catalogue
_SUBJECT_COLUMNS = tuple(_practice[name] for name in Subject._fields)
_IN_USE = (
    select(*_SUBJECT_COLUMNS)
    .where(_practice.admission == Admission.published, _TAKEN)
    .order_by(_practice.name_key, _practice.id)
    .limit(bindparam("most"))
)
_SUBJECT = select(*_SUBJECT_COLUMNS).where(
    _practice.admission == Admission.published, _practice.slug == bindparam("slug")
)
_AUDIENCES = (
    select(cast(_group.target_group, String))
    .where(_group.practice_id.in_(select(_spread.practice_id)), _group.practice_id.not_in(OUTSIDE))
    .distinct()
)
_STANDS = select(
    _spread.practice_id,
    func.count().label("places"),
    func.count().filter(cast(_spread.state, String).in_([state.value for state in AT_WORK])).label("working"),
).group_by(_spread.practice_id)
_NEWEST = (
    select(_adoption.practice_id, func.max(_adoption.created_at).label("asked"))
    .where(_adoption.exit.is_(None))
    .group_by(_adoption.practice_id)
)
_PLACE = select(*(_territory[name] for name in Place._fields))
_ELSEWHERE = _PLACE.where(_territory.id.in_(bindparam("ids", expanding=True))).order_by(
    _territory.name_key, _territory.id
)
_PLACES = _PLACE.where(
    _territory.parent_id == bindparam("region"),
    _territory.tile_col.is_not(None),
    or_(
        _territory.valid_to.is_(None),
        exists().where(_adoption.territory_id == _territory.id, _adoption.exit.is_(None)),
    ),
).order_by(_territory.name_key, _territory.id)

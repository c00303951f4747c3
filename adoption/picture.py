"""What the public picture is made from, as plain rows: places, practices of the catalogue in use, their cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from accounts.settings import site
from adoption import queries
from adoption.models import Adoption, Stage, StageStep, State
from adoption.queries import GOING, Cell
from kernel.db import db
from kernel.text import sort_key
from practices.models import Admission, Practice, PracticeGroup, TargetGroup
from territories.models import Level, SizeClass, Territory
from territories.queries import current

AT_WORK = (State.works, State.firm)


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
    groups: tuple[TargetGroup, ...] = ()


class Sums(NamedTuple):
    """Of what goes on in the whole catalogue: organisations at work, and whom they report to have served."""

    organisations: int
    adoptions: int
    reported: int
    """Adoptions at work that gave a number."""
    served: int | None


@dataclass
class Picture:
    day: date
    places: list[Place] = field(default_factory=list)
    """The municipalities of the site's region, by their short names."""
    others: list[Place] = field(default_factory=list)
    """Where else something goes on: the region as a whole, other regions' municipalities."""
    subjects: dict[int, Subject] = field(default_factory=dict)
    """By id, in order of name."""
    cells: list[Cell] = field(default_factory=list)
    demo: bool = False

    def chosen(self, practice_id: int | None = None, audience: TargetGroup | None = None) -> list[Cell]:
        """The cells of one practice, or of the practices for one group of families."""
        found: Iterable[Cell] = self.cells
        if practice_id is not None:
            found = (cell for cell in found if cell.practice_id == practice_id)
        if audience is not None:
            found = (cell for cell in found if audience in self.subjects[cell.practice_id].groups)
        return list(found)


def picture() -> Picture:
    """Everything but the dates. Six queries whatever the number of adoptions."""
    region = current(site().region)
    region_id = region.id if region else None
    connection = db.session.connection()
    groups: dict[int, list[TargetGroup]] = {}
    for practice_id, group in connection.execute(_GROUPS):
        groups.setdefault(practice_id, []).append(group)
    subjects = {row.id: Subject(*row, tuple(groups.get(row.id, ()))) for row in connection.execute(_SUBJECTS)}
    found = Picture(queries.today(), subjects=subjects, cells=queries.cells(), demo=queries.any_demo())
    for row in connection.execute(_PLACES, {"region": region_id}):
        place = Place(*row)
        here = place.parent_id == region_id and place.tile_col is not None
        (found.places if here else found.others).append(place)
    seen = {cell.territory_id for cell in found.cells}
    found.places.sort(key=lambda place: sort_key(place.short_name))
    found.others = [place for place in found.others if place.id in seen]
    return found


def subject(slug: str) -> Subject | None:
    """A practice of the catalogue by its address, whether or not anybody has taken it over."""
    row = db.session.connection().execute(_SUBJECT, {"slug": slug}).first()
    return Subject(*row) if row else None


def sums() -> Sums:
    return Sums(*db.session.connection().execute(_SUMS).one())


def dated() -> list[tuple[int, Stage, date, int]]:
    """(territory id, stage, day, organisations) of the stages with which a state begins, of what goes on."""
    return [tuple(row) for row in db.session.connection().execute(_DATED)]


def _dated() -> Any:
    step = StageStep.__table__.c
    begins = (Stage.preparation, Stage.launched, Stage.sustained)
    return (
        select(_adoption.territory_id, step.stage, step.reached_on, func.count())
        .select_from(
            StageStep.__table__.join(Adoption.__table__, _adoption.id == step.adoption_id).join(
                Practice.__table__, _practice.id == _adoption.practice_id
            )
        )
        .where(*GOING, step.withdrawn_at.is_(None), step.stage.in_(begins))
        .where(or_(step.stage == Stage.preparation, _adoption.confirmed))
        .group_by(_adoption.territory_id, step.stage, step.reached_on)
    )


_adoption, _practice, _territory = Adoption.__table__.c, Practice.__table__.c, Territory.__table__.c
_ACTIVE = Adoption.__table__.join(Practice.__table__, _practice.id == _adoption.practice_id)
_TAKEN = select(_adoption.practice_id).where(_adoption.exit.is_(None))
_SUBJECTS = (
    select(_practice.id, _practice.slug, _practice.name, _practice.name_key)
    .where(_practice.admission == Admission.published, _practice.id.in_(_TAKEN))
    .order_by(_practice.name_key, _practice.id)
)
_SUBJECT = select(_practice.id, _practice.slug, _practice.name, _practice.name_key).where(
    _practice.admission == Admission.published, _practice.slug == bindparam("slug")
)
_group = PracticeGroup.__table__.c
_GROUPS = select(_group.practice_id, _group.target_group).where(_group.practice_id.in_(_TAKEN))
_PLACES = (
    select(*(_territory[name] for name in Place._fields))
    .where(
        or_(
            and_(
                _territory.parent_id == bindparam("region"),
                _territory.valid_to.is_(None),
                _territory.tile_col.is_not(None),
            ),
            _territory.id.in_(select(_adoption.territory_id).where(_adoption.exit.is_(None))),
        )
    )
    .order_by(_territory.name_key, _territory.id)
)
_SUMS = (
    select(
        func.count(_adoption.organisation_id.distinct()),
        func.count(),
        func.count(_adoption.units),
        func.sum(_adoption.units),
    )
    .select_from(_ACTIVE)
    .where(*GOING, _adoption.confirmed)
)
_DATED = _dated()

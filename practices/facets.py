"""The catalogue as sets of ids: what each choice would leave is an intersection and a count.

Built in each process from a dozen grouped statements and kept until the catalogue changes; the practices
themselves are loaded only for the page that is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, select

from accounts.settings import site
from kernel import bits, pages
from kernel.db import db
from practices.models import SHOWN, Admission, Practice, PracticeGroup, PracticeSpread, SampleDocument
from territories.models import Territory
from territories.queries import current, municipalities
from territories.rules import kilometres

WORKING = ("works", "firm")
NEIGHBOURS = 5
"""So many of the nearest municipalities, by the distance between centres, are near."""
DISTANCES = {"near": 100, "middle": 300}
"""Classes of remoteness: kilometres to the region's centre below these; everything farther is "remote"."""
Sets = dict[str, int]


@dataclass(frozen=True)
class Place:
    """A territory as a choice."""

    id: int
    oktmo: str
    name: str
    kind: str
    center: str
    lat: float | None
    lon: float | None
    size: str | None
    remoteness: str | None
    parent_id: int | None


@dataclass
class Catalogue:
    """The published practices: `facets` maps parameter → value → set; `orders` name → ids."""

    published: int
    orders: dict[str, list[int]]
    facets: dict[str, Sets]
    places: dict[str, Place]
    """By OKTMO: territories with practices, and the region's municipalities."""
    neighbours: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """OKTMO of a municipality of the region → those of its nearest, nearest first."""

    def narrow(self, chosen: Mapping[str, Iterable[str]], found: int | None = None, leave: str = "") -> int:
        """Practices that answer every facet (any of its values), and the search; `leave` passes a facet over."""
        left = self.published if found is None else self.published & found
        for name, values in chosen.items():
            if name != leave and values:
                left &= self._any(name, values)
        return left

    def _any(self, name: str, values: Iterable[str]) -> int:
        sets, every = self.facets[name], 0
        for value in values:
            every |= sets.get(value, 0)
        return every

    def counts(self, chosen: Mapping[str, Iterable[str]], found: int | None = None) -> dict[str, dict[str, int]]:
        """How many practices each value would leave, the other facets standing."""
        counted = {}
        for name, sets in self.facets.items():
            left = self.narrow(chosen, found, leave=name)
            counted[name] = {value: (left & members).bit_count() for value, members in sets.items()}
        return counted


def catalogue() -> Catalogue:
    """The catalogue as it stands. One statement while nothing has changed."""
    return pages.remembered("practices.catalogue", ("catalogue", "site"), _build)


def _build() -> Catalogue:
    by_name = _ordered(Practice.name_key)
    published = bits.from_ids(by_name)
    reached = dict(
        db.session.execute(
            select(PracticeSpread.practice_id, func.count())
            .where(PracticeSpread.state.in_(WORKING))
            .group_by(PracticeSpread.practice_id)
        ).all()
    )
    orders = {
        "name": by_name,
        "new": _ordered(Practice.published_at.desc(), Practice.name_key),
        "spread": sorted(by_name, key=lambda one: -reached.get(one, 0)),
    }
    facets: dict[str, Sets] = {
        "audience": _grouped(PracticeGroup.target_group, PracticeGroup.practice_id),
        "sphere": _grouped(Practice.sphere, Practice.id),
        "evidence": _grouped(Practice.evidence, Practice.id),
        "readiness": _readiness(bits.from_ids(reached)),
    }
    places, region = _places()
    neighbours = pages.remembered("practices.neighbours", ("site",), lambda: _neighbours(region))
    works = _by_id(PracticeSpread.territory_id, PracticeSpread.practice_id, PracticeSpread.state.in_(WORKING))
    born = _by_id(Practice.territory_id, Practice.id)
    here = Counter(works)
    for territory_id, members in born.items():
        here[territory_id] |= members
    made = Catalogue(published, orders, facets, {place.oktmo: place for place in places}, neighbours)
    _territorial(made, places, here)
    _near(made, works)
    return made


def _readiness(working: int) -> Sets:
    """What makes a practice ready to be taken. A further sign of readiness is one more entry here."""
    documents = db.session.scalars(select(SampleDocument.practice_id).where(SampleDocument.state.in_(SHOWN)).distinct())
    graded = _grouped(Practice.readiness, Practice.id)
    said = {value: graded.get(value, 0) for value in ("ready", "with_support")}
    return {"working": working, "documents": bits.from_ids(documents)} | said


def _ordered(*order: Any) -> list[int]:
    """Ids of the published in an order that an index holds: gathered by the database, ten thousand rows are slow."""
    rows = select(Practice.id.label("id")).where(Practice.admission == Admission.published)
    ordered = rows.order_by(*order, Practice.id).subquery()
    gathered = db.session.scalar(select(func.aggregate_strings(cast(ordered.c.id, String), ",")))
    return list(map(int, gathered.split(","))) if gathered else []


def _grouped(value: Any, member: Any, *where: ColumnElement[bool]) -> Sets:
    """Value → set of practices, the gathering left to the database."""
    gathered = func.aggregate_strings(cast(member, String), ",")
    rows = db.session.execute(select(cast(value, String), gathered).where(value.is_not(None), *where).group_by(value))
    return {row[0]: bits.from_ids(map(int, row[1].split(","))) for row in rows}


def _by_id(value: Any, member: Any, *where: ColumnElement[bool]) -> dict[int, int]:
    return {int(key): members for key, members in _grouped(value, member, *where).items()}


def _places() -> tuple[list[Place], list[Place]]:
    """Territories with practices and the region's municipalities; then only the latter."""
    region = current(site().region)
    mine = municipalities(region.id) if region else []
    used = select(Practice.territory_id).union(select(PracticeSpread.territory_id)).subquery()
    above = select(Territory.parent_id).where(Territory.id.in_(select(used)))
    known = Territory.id.in_(select(used)) | Territory.id.in_(above)
    others = db.session.scalars(select(Territory).where(known).order_by(Territory.name_key))
    # The country stays out: nothing is told by choosing it.
    every = {one.id: _place(one) for one in [*others, *mine] if one.parent_id is not None}
    return list(every.values()), [every[territory.id] for territory in mine]


def _place(territory: Territory) -> Place:
    away = territory.distance_km
    remoteness = None if away is None else next((name for name, km in DISTANCES.items() if away < km), "remote")
    return Place(
        territory.id,
        territory.oktmo,
        territory.name,
        territory.kind,
        territory.center,
        territory.lat,
        territory.lon,
        territory.size_class.value if territory.size_class else None,
        remoteness,
        territory.parent_id,
    )


def _territorial(made: Catalogue, places: list[Place], here: Mapping[int, int]) -> None:
    """Facets of the territories where a practice was born or works; a region holds its municipalities."""
    territory: Sets = {place.oktmo: here.get(place.id, 0) for place in places}
    of_region = {place.id: place.oktmo for place in places}
    size: Sets = {}
    remoteness: Sets = {}
    for place in places:
        members = here.get(place.id, 0)
        if place.parent_id in of_region:
            territory[of_region[place.parent_id]] |= members
        for sets, value in ((size, place.size), (remoteness, place.remoteness)):
            if value:
                sets[value] = sets.get(value, 0) | members
    made.facets |= {"territory": territory, "size": size, "remoteness": remoteness}


def _neighbours(region: list[Place]) -> dict[str, tuple[str, ...]]:
    """OKTMO of each municipality of the region that has a place on the map → those of its nearest."""
    mapped = [place for place in region if place.lat is not None]
    found = {}
    for place in mapped:
        around = [other for other in mapped if other is not place]
        nearest = sorted(around, key=lambda other: (_between(place, other), other.name))[:NEIGHBOURS]
        found[place.oktmo] = tuple(other.oktmo for other in nearest)
    return found


def _near(made: Catalogue, works: Mapping[int, int]) -> None:
    """«Already works nearby»: in a municipality itself or in one of its nearest."""
    near: Sets = {}
    for oktmo, nearest in made.neighbours.items():
        near[oktmo] = 0
        for one in (oktmo, *nearest):
            near[oktmo] |= works.get(made.places[one].id, 0)
    made.facets["near"] = near


def _between(one: Place, other: Place) -> int:
    return kilometres(one.lat or 0, one.lon or 0, other.lat or 0, other.lon or 0)

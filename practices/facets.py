"""The catalogue as sets of ids: what each choice would leave is an intersection and a count.

Each process builds the sets once and then follows what changes: a practice that changed gives up its bits and its
places in the orders and takes new ones. The practices themselves are loaded only for the page that is shown.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accounts.settings import site
from kernel import bits, pages
from practices.facts import WORKING, Fact, facts
from practices.scopes import CATALOGUE, SPREAD_SCOPE
from territories.models import Territory
from territories.queries import current, municipalities, with_those_above
from territories.rules import kilometres

__all__ = ["WORKING", "Catalogue", "Place", "catalogue"]
NEIGHBOURS = 5
"""So many of the nearest municipalities, by the distance between centres, are near."""
DISTANCES = {"near": 100, "middle": 300}
"""Classes of remoteness: kilometres to the region's centre below these; everything farther is "remote"."""
COSTS = {"nothing": 0, "300": 300_000, "1000": 1_000_000}
"""Classes of what the first year costs: roubles up to these; everything dearer is "more"."""
LAUNCHES = {"3": 3, "6": 6, "12": 12}
"""Classes of the time until it starts: months up to these; everything slower is "longer"."""
OF_A_TERRITORY = ("territory", "size", "remoteness")
FOLLOWED = 300
"""So many changed practices are followed one by one; more are read with everything else."""
SECONDS = 86_400
"""The sets are read anew as often, whatever was told of changes."""
Sets = dict[str, int]
Own = dict[str, dict[Any, Any]]
Facts = dict[int, Fact]
Chosen = Mapping[str, Collection[str]]
"""Facet → values asked for."""
First = Callable[[Fact], float]
ORDERS: dict[str, First] = {
    "name": lambda _fact: 0,
    "new": lambda fact: fact.born,
    "spread": lambda fact: -len(fact.works),
}
"""What each order looks at before the name."""


class Place(NamedTuple):
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
    name_key: str


@dataclass(frozen=True)
class Catalogue:
    """The published practices: `facets` maps parameter → value → set; `orders` name → ids. Never changed once made."""

    facts: Facts
    published: int
    orders: dict[str, list[int]]
    facets: dict[str, Sets]
    places: dict[str, Place]
    """By OKTMO, in order of name: territories with practices, what they lie in, and the region's municipalities."""
    region: list[Place] = field(default_factory=list)
    """The region's municipalities."""
    neighbours: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """OKTMO of a municipality of the region → those of its nearest, nearest first."""
    own: Own = field(default_factory=dict)
    """One of SAID_BY_A_FACT → value (of "works" and "born" the territory's id) → set."""

    def narrow(self, chosen: Chosen, found: int | None = None, leave: str = "") -> int:
        """Practices that answer every facet (any of its values), and the search; `leave` passes a facet over."""
        left = self.published if found is None else self.published & found
        asked = {name: values for name, values in chosen.items() if name != leave and values}
        for name, values in asked.items():
            sets = self._sets(name, asked)
            left &= _any(sets, values)
        return left

    def _sets(self, name: str, asked: Chosen) -> Sets:
        """A facet's sets. What is asked of a territory has to hold for one: others are left out."""
        others = {other: asked[other] for other in OF_A_TERRITORY if other != name and asked.get(other)}
        if name not in OF_A_TERRITORY or not others:
            return self.facets[name]
        oktmo = {place.id: place.oktmo for place in self.places.values()}
        return _territorial(
            [place for place in self.places.values() if _answers(place, oktmo.get(place.parent_id or 0), others)],
            self.own,
            oktmo,
        )[name]

    def counts(self, chosen: Chosen, found: int | None = None) -> dict[str, dict[str, int]]:
        """How many practices each value would leave, the other facets standing."""
        counted = {}
        for name, every in self.facets.items():
            left, sets = self.narrow(chosen, found, leave=name), self._sets(name, chosen)
            counted[name] = {value: (left & sets.get(value, 0)).bit_count() for value in every}
        return counted


def _any(sets: Sets, values: Iterable[str]) -> int:
    every = 0
    for value in values:
        every |= sets.get(value, 0)
    return every


def _answers(place: Place, region: str | None, asked: Chosen) -> bool:
    """Whether a territory, or what it lies in, is of the size, remoteness and name that are asked for."""
    said = {"territory": {place.oktmo, region}, "size": {place.size}, "remoteness": {place.remoteness}}
    return all(not said[name].isdisjoint(values) for name, values in asked.items())


def catalogue() -> Catalogue:
    """The catalogue as it stands. One statement while nothing has changed."""
    return pages.remembered(
        "practices.catalogue",
        (CATALOGUE, SPREAD_SCOPE, "territories"),
        _build,
        SECONDS,
        ((CATALOGUE, SPREAD_SCOPE), _follow),
    )


def _build() -> Catalogue:
    """Everything, from the database."""
    known = facts()
    members: Own = {name: defaultdict(list) for name in SAID_BY_A_FACT}
    for one, fact in known.items():
        for name, value in _says(fact):
            members[name][value].append(one)
    own = {name: {value: bits.from_ids(ids) for value, ids in found.items()} for name, found in members.items()}
    by_name = sorted(known, key=lambda one: (known[one].name_key, one))
    orders = {name: _by(first, by_name, known) for name, first in ORDERS.items()}
    home = current(site().region)
    region = [_place(territory) for territory in municipalities(home.id)] if home else []
    neighbours = pages.remembered("practices.neighbours", ("territories",), lambda: _neighbours(region))
    return _made(known, orders, own, _places(own, region, region), region, neighbours)


def _by(first: First, by_name: list[int], known: Facts) -> list[int]:
    return sorted(by_name, key=lambda one: first(known[one]))


def _follow(then: Catalogue, changed: set[int]) -> Catalogue | None:
    """The catalogue after `changed` practices changed; None when they are too many to go one by one."""
    if len(changed) > FOLLOWED:
        return None
    fresh = facts(changed) if changed else {}
    moved = {one for one in changed if then.facts.get(one) != fresh.get(one)}
    if not moved:
        return then
    known = dict(then.facts)
    for one in moved:
        known.pop(one, None)
    known |= {one: fresh[one] for one in moved & fresh.keys()}
    own = {name: dict(sets) for name, sets in then.own.items()}
    for one in moved:
        for name, value in _says(then.facts[one]) if one in then.facts else ():
            _take(own[name], value, one)
        for name, value in _says(fresh[one]) if one in fresh else ():
            own[name][value] = own[name].get(value, 0) | 1 << one
    orders = {name: _reordered(order, ORDERS[name], then.facts, known, moved) for name, order in then.orders.items()}
    places = list(then.places.values())
    if _used(own) != _used(then.own):
        places = _places(own, then.region, places)
    return _made(known, orders, own, places, then.region, then.neighbours)


def _take(sets: dict[object, int], value: object, one: int) -> None:
    """A set without anybody is not kept: a full build would not have it either."""
    sets[value] &= ~(1 << one)
    if not sets[value]:
        del sets[value]


def _reordered(order: list[int], first: First, then: Facts, now: Facts, moved: set[int]) -> list[int]:
    """The order with the moved ones taken out of their old places and put into the new ones."""
    made = list(order)
    for one in moved & then.keys():
        del made[_spot(made, one, first, then)]
    for one in moved & now.keys():
        made.insert(_spot(made, one, first, now), one)
    return made


def _spot(order: list[int], one: int, first: First, known: Facts) -> int:
    return bisect_left(order, _key(one, first, known), key=lambda other: _key(other, first, known))


def _key(one: int, first: First, known: Facts) -> tuple[float, str, int]:
    return first(known[one]), known[one].name_key, one


SAID_BY_A_FACT = ("audience", "sphere", "evidence", "readiness", "cost", "launch", "works", "born")


def _says(fact: Fact) -> Iterator[tuple[str, object]]:
    """(one of SAID_BY_A_FACT, value) of everything a fact says by itself; territories by their ids."""
    for group in fact.groups:
        yield "audience", group
    if fact.sphere:
        yield "sphere", fact.sphere
    if fact.evidence:
        yield "evidence", fact.evidence
    if fact.readiness:
        yield "readiness", fact.readiness
    if fact.documents:
        yield "readiness", "documents"
    if fact.works:
        yield "readiness", "working"
    if fact.cost is not None:
        yield "cost", _class(fact.cost, COSTS, "more")
    if fact.months is not None:
        yield "launch", _class(fact.months, LAUNCHES, "longer")
    for territory_id in fact.works:
        yield "works", territory_id
    yield "born", fact.territory_id


def _made(
    known: Facts,
    orders: dict[str, list[int]],
    own: Own,
    places: list[Place],
    region: list[Place],
    neighbours: dict[str, tuple[str, ...]],
) -> Catalogue:
    """The facets that people choose from, those of territories derived from where practices were born or work."""
    published = 0
    for members in own["born"].values():
        published |= members
    facets: dict[str, Sets] = {name: own[name] for name in ("audience", "sphere", "evidence", "cost", "launch")}
    facets["readiness"] = {value: own["readiness"].get(value, 0) for value in READY}
    by_oktmo = {place.oktmo: place for place in places}
    facets |= _territorial(places, own, {place.id: place.oktmo for place in places})
    facets["near"] = _near(by_oktmo, neighbours, own["works"])
    return Catalogue(known, published, orders, facets, by_oktmo, region, neighbours, own)


def _class(number: int, classes: Mapping[str, int], beyond: str) -> str:
    return next((name for name, most in classes.items() if number <= most), beyond)


READY = ("working", "documents", "ready", "with_support")
"""What makes a practice ready to be taken."""


def _used(own: Own) -> set[int]:
    """Territories with practices, by id."""
    return own["works"].keys() | own["born"].keys()


def _places(own: Own, region: Iterable[Place], known: Iterable[Place]) -> list[Place]:
    """Territories with practices and those they lie in, and the region's municipalities, by name."""
    by_id = {place.id: place for place in known}
    used = _used(own)
    missing = used - by_id.keys() | {by_id[one].parent_id for one in used & by_id.keys()} - by_id.keys()
    if missing:
        by_id |= {row.id: _place(row) for row in with_those_above(missing)}
    wanted = used | {by_id[one].parent_id for one in used} | {place.id for place in region}
    # The country stays out: nothing is told by choosing it.
    found = [place for one, place in by_id.items() if one in wanted and place.parent_id is not None]
    return sorted(found, key=lambda place: (place.name_key, place.id))


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
        territory.name_key,
    )


def _territorial(places: list[Place], own: Own, oktmo: Mapping[int, str]) -> dict[str, Sets]:
    """Facets of the territories where a practice was born or works; a region holds its municipalities."""
    here = {place.id: own["works"].get(place.id, 0) | own["born"].get(place.id, 0) for place in places}
    territory: Sets = {place.oktmo: here[place.id] for place in places}
    size: Sets = {}
    remoteness: Sets = {}
    for place in places:
        members = here[place.id]
        if region := oktmo.get(place.parent_id or 0):
            territory[region] = territory.get(region, 0) | members
        for sets, value in ((size, place.size), (remoteness, place.remoteness)):
            if value:
                sets[value] = sets.get(value, 0) | members
    return {"territory": territory, "size": size, "remoteness": remoteness}


def _neighbours(region: list[Place]) -> dict[str, tuple[str, ...]]:
    """OKTMO of each municipality of the region that has a place on the map → those of its nearest."""
    mapped = [place for place in region if place.lat is not None]
    found = {}
    for place in mapped:
        around = [other for other in mapped if other is not place]
        nearest = sorted(around, key=lambda other: (_between(place, other), other.name))[:NEIGHBOURS]
        found[place.oktmo] = tuple(other.oktmo for other in nearest)
    return found


def _near(places: dict[str, Place], neighbours: dict[str, tuple[str, ...]], works: dict[int, int]) -> Sets:
    """«Already works nearby»: in a municipality itself or in one of its nearest."""
    near: Sets = {}
    for oktmo, nearest in neighbours.items():
        near[oktmo] = 0
        for one in (oktmo, *nearest):
            near[oktmo] |= works.get(places[one].id, 0)
    return near


def _between(one: Place, other: Place) -> int:
    return kilometres(one.lat or 0, one.lon or 0, other.lat or 0, other.lon or 0)

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload
from werkzeug.exceptions import NotFound

from kernel import pages
from kernel.db import db
from kernel.text import clean, one_script, sort_key
from territories.models import Boundary, BoundaryMap, Level, Territory

TOWN_KIND = "городской округ"


class Sketch(NamedTuple):
    """A territory in force as an import compares it: plain values, nothing to refresh."""

    id: int
    oktmo: str
    name: str
    short_name: str
    level: Level
    kind: str
    center: str
    parent_id: int | None
    population: int | None
    population_quality: str
    lat: float | None
    lon: float | None
    note: str
    valid_from: date


def sketches() -> list[Sketch]:
    """Everything in force. One query."""
    columns = [getattr(Territory, name) for name in Sketch._fields]
    statement = select(*columns).where(Territory.valid_to.is_(None)).order_by(Territory.oktmo)
    return [Sketch._make(row) for row in db.session.execute(statement)]


def closed_codes() -> dict[str, int]:
    """Codes under which nothing is in force any more, with the id of the successor."""
    editions = aliased(Territory)
    in_force = select(editions.id).where(editions.oktmo == Territory.oktmo, editions.valid_to.is_(None)).exists()
    statement = select(Territory.oktmo, Territory.successor_id).where(
        Territory.valid_to.is_not(None), Territory.successor_id.is_not(None), ~in_force
    )
    return {oktmo: successor for oktmo, successor in db.session.execute(statement) if successor is not None}


def territory_by_oktmo(oktmo: str) -> Territory:
    """The newest edition under this code, current or not. Raises NotFound."""
    found = db.session.scalar(
        select(Territory)
        .where(Territory.oktmo == oktmo)
        .order_by(Territory.valid_to.is_not(None), Territory.valid_from.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound()
    return found


def current(oktmo: str) -> Territory | None:
    """The territory in force under this code or its successor's."""
    found = db.session.scalar(
        select(Territory).where(Territory.oktmo == oktmo).order_by(Territory.valid_to.is_not(None)).limit(1)
    )
    while found is not None and not found.is_current:
        found = found.successor
    return found


def current_codes(codes: list[str]) -> dict[str, str]:
    """OKTMO in force for each of the codes that is known, in force or not; the country is not among them."""
    known = select(Territory).where(Territory.oktmo.in_(codes), Territory.parent_id.is_not(None))
    rows = db.session.scalars(known.order_by(Territory.valid_to.is_(None)))
    found: dict[str, str] = {}
    for territory in rows:
        last: Territory | None = territory
        while last is not None and not last.is_current:
            last = last.successor
        if last is not None:
            found[territory.oktmo] = last.oktmo
    return found


def names_of(codes: Sequence[str]) -> dict[str, str]:
    """OKTMO in force → name."""
    statement = select(Territory.oktmo, Territory.name).where(Territory.oktmo.in_(codes), Territory.valid_to.is_(None))
    return dict(db.session.execute(statement).all())


def current_by_id(territory_id: int) -> Territory | None:
    return db.session.scalar(select(Territory).where(Territory.id == territory_id, Territory.valid_to.is_(None)))


def current_by_ids(territory_ids: Collection[int]) -> dict[int, Territory]:
    """Territories in force by their ids; one query."""
    statement = select(Territory).where(Territory.id.in_(territory_ids), Territory.valid_to.is_(None))
    return {territory.id: territory for territory in db.session.scalars(statement)}


def country() -> Territory | None:
    return db.session.scalar(select(Territory).where(Territory.level == Level.country))


def regions() -> list[Territory]:
    return list(
        db.session.scalars(
            select(Territory)
            .where(Territory.level == Level.region, Territory.valid_to.is_(None))
            .order_by(Territory.name_key)
        )
    )


def municipalities(region_id: int) -> list[Territory]:
    """The region's municipalities in force, by name."""
    return list(
        db.session.scalars(
            select(Territory)
            .where(Territory.parent_id == region_id, Territory.valid_to.is_(None))
            .order_by(Territory.name_key, Territory.id)
        )
    )


def municipality_choices(region_oktmo: str) -> list[tuple[str, str]]:
    """(OKTMO, name) of the region's municipalities for a select, by name; a town hidden in its name is added."""
    region = current(region_oktmo)
    if region is None:
        return []
    rows = db.session.execute(
        select(Territory.oktmo, Territory.name, Territory.kind, Territory.center)
        .where(Territory.parent_id == region.id, Territory.valid_to.is_(None))
        .order_by(Territory.name_key)
    )
    return [(oktmo, with_town(name, kind, center)) for oktmo, name, kind, center in rows]


def offered(region_oktmo: str) -> dict[str, int]:
    """Ids by OKTMO of what a person may come from: the region's municipalities, and every region. One query."""
    region = select(Territory.id).where(Territory.oktmo == region_oktmo, Territory.valid_to.is_(None))
    there = (Territory.level == Level.region) | Territory.parent_id.in_(region)
    rows = db.session.execute(select(Territory.oktmo, Territory.id).where(Territory.valid_to.is_(None), there))
    return {row.oktmo: row.id for row in rows}


def with_town(name: str, kind: str, center: str) -> str:
    """«Зиминское городское муниципальное образование (г. Зима)»; districts stay: the town is not in them."""
    town = center.split(". ", 1)[-1]
    hidden = town and kind == TOWN_KIND and town.casefold() not in name.casefold().split()
    return f"{name} ({center})" if hidden else name


def below(territory_ids: set[int]) -> set[int]:
    """The territories given and everything in force below them (three levels)."""
    found = set(territory_ids)
    layer = set(territory_ids)
    for _level in range(3):
        if not layer:
            break
        layer = set(db.session.scalars(select(Territory.id).where(Territory.parent_id.in_(layer))))
        found |= layer
    return found


def parts_statement(territory_id: int) -> Select[Territory]:
    """The parts of a territory in force, for a list."""
    return select(Territory).where(Territory.parent_id == territory_id, Territory.valid_to.is_(None))


def in_force_statement(region: str = "") -> Select[Territory]:
    """Everything in force, or the parts of the region with this OKTMO: nothing of one that is not known."""
    if not region:
        return select(Territory).where(Territory.valid_to.is_(None))
    known = current(region)
    return parts_statement(known.id if known else 0)


class RegionLine(NamedTuple):
    """A region in the list of territories."""

    region: Territory
    municipalities: int
    boundaries: bool


def region_lines() -> list[RegionLine]:
    """Every region with how much is known of it. Three queries, whatever the number of municipalities."""
    counts = pages.remembered("territories.numbers", ("territories",), _numbers)
    drawn = set(db.session.scalars(select(BoundaryMap.territory_id)))
    return [RegionLine(region, counts.get(region.id, 0), region.id in drawn) for region in regions()]


def _numbers() -> dict[int, int]:
    """Municipalities in force by the region they lie in."""
    in_force = (Territory.level == Level.municipality, Territory.valid_to.is_(None))
    counted = select(Territory.parent_id, func.count()).where(*in_force).group_by(Territory.parent_id)
    return {region_id: number for region_id, number in db.session.execute(counted) if region_id is not None}


def by_district(lines: list[RegionLine]) -> list[tuple[str, list[RegionLine]]]:
    """Regions by federal district; those that belong to none come last."""
    found: dict[str, list[RegionLine]] = {}
    for line in lines:
        found.setdefault(line.region.federal_district, []).append(line)
    return sorted(found.items(), key=lambda item: (not item[0], item[0]))


def answering(text: str, lines: list[RegionLine]) -> list[RegionLine]:
    """The regions whose name or code answers."""
    key = sort_key(one_script(text))
    if key.isdigit():
        return [line for line in lines if line.region.oktmo.startswith(key)]
    return [line for line in lines if key in line.region.name_key]


def number_named(text: str, lines: list[RegionLine], within: Territory | None = None) -> int:
    """How many municipalities `named` gives; without a word nothing is counted again."""
    if sort_key(one_script(text)):
        wanted = named_statement(text, Level.municipality, within).with_only_columns(
            func.count(), maintain_column_froms=True
        )
        return db.session.scalar(wanted) or 0
    return sum(line.municipalities for line in lines if within is None or line.region is within)


def named_statement(text: str, level: Level | None = None, within: Territory | None = None) -> Select[Territory]:
    """Territories in force whose name, centre or code answers, with the one above them; everything for no text."""
    statement = (
        select(Territory)
        .options(joinedload(Territory.parent))
        .where(Territory.valid_to.is_(None), Territory.level != Level.country)
    )
    if level is not None:
        statement = statement.where(Territory.level == level)
    if within is not None:
        statement = statement.where(Territory.parent_id == within.id)
    key = sort_key(one_script(text))
    if not key:
        return statement
    if key.isdigit():
        return statement.where(Territory.oktmo.startswith(key))
    return statement.where(or_(Territory.name_key.contains(key), Territory.center.contains(clean(text))))


FEW_PLACES = 5
"""More municipalities than this answer a word that names none of them («район»)."""


def places_named(text: str) -> list[Territory]:
    """The municipalities in force a word of whose name begins as the text does; none when they are many."""
    key = sort_key(one_script(text))
    if len(key) < 3 or key.isdigit():
        return []
    begins = or_(
        Territory.name_key.startswith(key, autoescape=True), Territory.name_key.contains(f" {key}", autoescape=True)
    )
    statement = named_statement("", Level.municipality).where(begins).order_by(Territory.name_key, Territory.id)
    found = list(db.session.scalars(statement.limit(FEW_PLACES + 1)))
    return found if len(found) <= FEW_PLACES else []


def choices(ids: Collection[int]) -> list[tuple[str, str]]:
    """(OKTMO, name) of the territories with these ids, by name, for a select."""
    known = select(Territory.oktmo, Territory.name).where(Territory.id.in_(ids)).order_by(Territory.name_key)
    return [(oktmo, name) for oktmo, name in db.session.connection().execute(known)]


def with_boundary() -> set[int]:
    """Ids of the territories whose boundary is known."""
    return set(db.session.scalars(select(Boundary.territory_id).where(Boundary.path != "")))


class Exported(NamedTuple):
    """A municipality as a row of the workbook."""

    oktmo: str
    name: str
    short_name: str
    kind: str
    center: str
    population: int | None
    population_quality: str
    lat: float | None
    lon: float | None
    parent_oktmo: str
    predecessor: str | None
    valid_from: date
    note: str


def exported(statement: Select[Territory]) -> list[Exported]:
    """Municipalities among the rows of `statement` (over Territory) as the workbook has them, by code. One query."""
    above, before = aliased(Territory), aliased(Territory)
    predecessor = (
        select(func.max(before.oktmo))
        .where(before.successor_id == Territory.id, before.oktmo != Territory.oktmo)
        .scalar_subquery()
    )
    own = [getattr(Territory, name) for name in Exported._fields[:9]]
    statement = statement.where(Territory.level == Level.municipality)
    rows = statement.join(above, above.id == Territory.parent_id).with_only_columns(
        *own, above.oktmo, predecessor, Territory.valid_from, Territory.note
    )
    return [Exported._make(row) for row in db.session.execute(rows.order_by(None).order_by(Territory.oktmo))]


def with_those_above(ids: Collection[int | None]) -> Sequence[Territory]:
    """These territories, and what each of them lies in."""
    above = select(Territory.parent_id).where(Territory.id.in_(ids))
    return db.session.scalars(select(Territory).where(Territory.id.in_(ids) | Territory.id.in_(above))).all()


def region_by_oktmo(oktmo: str) -> Territory | None:
    """The region in force under this code."""
    which = (Territory.oktmo == oktmo, Territory.level == Level.region, Territory.valid_to.is_(None))
    return db.session.scalar(select(Territory).where(*which))


def ids_by_oktmo() -> dict[str, int]:
    """Of everything in force."""
    return dict(db.session.execute(select(Territory.oktmo, Territory.id).where(Territory.valid_to.is_(None))).all())


def parent_of(territory_id: int) -> int | None:
    return db.session.scalar(select(Territory.parent_id).where(Territory.id == territory_id))


def by_ids(ids: Collection[int]) -> Sequence[Territory]:
    """Whatever their edition."""
    return db.session.scalars(select(Territory).where(Territory.id.in_(ids))).all()


def names_alone(home: str) -> dict[str, int]:
    """Ids of municipalities outside the region `home` by the keys of names that only one in the country has."""
    region = current(home)
    statement = (
        select(Territory.name_key, func.min(Territory.id))
        .where(Territory.level == Level.municipality, Territory.valid_to.is_(None))
        .where(Territory.parent_id != (region.id if region else 0))
        .group_by(Territory.name_key)
        .having(func.count() == 1)
    )
    return dict(list(db.session.connection().execute(statement)))

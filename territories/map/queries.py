"""What the maps are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Select, select

from kernel.db import db
from territories.models import Boundary, BoundaryMap, Territory


@dataclass(frozen=True)
class Tile:
    """A tile of the map, as the component draws it."""

    oktmo: str
    name: str
    short_name: str
    col: int
    row: int
    state: str | None = None
    count: int | None = None
    href: str | None = None


class Shape(NamedTuple):
    """A territory on the real map: an SVG path (empty for a dot), a place for its sign, the room there."""

    path: str
    x: int
    y: int
    room: int


class RealMap(NamedTuple):
    """The boundaries of a territory's parts, drawn."""

    width: int
    height: int
    shapes: dict[str, Shape]
    """By OKTMO."""
    credits: list[str]


def real_map(territory_id: int) -> RealMap | None:
    """The real map of a territory; None when nobody has loaded boundaries. Two queries."""
    size = db.session.get(BoundaryMap, territory_id)
    if size is None:
        return None
    rows = db.session.execute(
        select(Territory.oktmo, Boundary.path, Boundary.x, Boundary.y, Boundary.room, Boundary.credit)
        .join(Boundary, Boundary.territory_id == Territory.id)
        .where(Territory.parent_id == territory_id, Territory.valid_to.is_(None))
        .order_by(Boundary.room.desc(), Territory.oktmo)
    ).all()
    shapes = {row.oktmo: Shape(row.path, row.x, row.y, row.room) for row in rows}
    return RealMap(size.width, size.height, shapes, sorted({row.credit for row in rows if row.credit}))


def tiles(region_id: int) -> list[Territory]:
    """Municipalities with a place on the tile map."""
    statement: Select[object] = select(Territory).where(
        Territory.parent_id == region_id, Territory.valid_to.is_(None), Territory.tile_col.is_not(None)
    )
    return list(db.session.scalars(statement.order_by(Territory.tile_row, Territory.tile_col)))


def ids_below(parent_id: int) -> Sequence[int]:
    """What lies directly below, of any edition."""
    return db.session.scalars(select(Territory.id).where(Territory.parent_id == parent_id)).all()


def centres_below(parent_id: int) -> Sequence[tuple[int, float | None, float | None]]:
    """What is in force directly below, as (id, lat, lon)."""
    inside = (Territory.parent_id == parent_id, Territory.valid_to.is_(None))
    return db.session.execute(select(Territory.id, Territory.lat, Territory.lon).where(*inside)).all()


def drawn_boundaries(ids: Sequence[int]) -> dict[int, tuple[list[list[list[int]]], str]]:
    """Rings and credit of those that have a boundary, by territory."""
    found: dict[int, tuple[list[list[list[int]]], str]] = {}
    for start in range(0, len(ids), 500):
        statement = select(Boundary.territory_id, Boundary.rings, Boundary.credit).where(
            Boundary.territory_id.in_(ids[start : start + 500]), Boundary.path != ""
        )
        found |= {number: (rings, credit) for number, rings, credit in db.session.execute(statement)}
    return found

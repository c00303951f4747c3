from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from werkzeug.exceptions import NotFound

from kernel.db import db
from kernel.text import sort_key
from territories.models import Level, Territory

TOWN_KIND = "городской округ"


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


def with_town(name: str, kind: str, center: str) -> str:
    """«Зиминское городское муниципальное образование (г. Зима)»; districts stay: the town is not in them."""
    town = center.split(". ", 1)[-1]
    hidden = town and kind == TOWN_KIND and town.casefold() not in name.casefold().split()
    return f"{name} ({center})" if hidden else name


def below(territory_ids: set[int]) -> set[int]:
    """The territories given and everything in force below them (two levels)."""
    found = set(territory_ids)
    layer = set(territory_ids)
    for _level in range(2):
        if not layer:
            break
        layer = set(db.session.scalars(select(Territory.id).where(Territory.parent_id.in_(layer))))
        found |= layer
    return found


def tiles(region_id: int) -> list[Territory]:
    """Municipalities with a place on the tile map."""
    statement: Select[Any] = select(Territory).where(
        Territory.parent_id == region_id, Territory.valid_to.is_(None), Territory.tile_col.is_not(None)
    )
    return list(db.session.scalars(statement.order_by(Territory.tile_row, Territory.tile_col)))


class Gazetteer:
    """Finds municipalities by what people write: name, short name, centre, OKTMO; suggests near ones."""

    def __init__(self, region_oktmo: str) -> None:
        region = current(region_oktmo)
        self.region = region
        self.by_key: dict[str, Territory] = {}
        self.names: dict[str, Territory] = {}
        rows = municipalities(region.id) if region else []
        for territory in rows:
            self.names[territory.name] = territory
        # Weaker spellings first, so that full names and towns win over districts of the same root.
        for territory in sorted(rows, key=lambda t: t.kind == "городской округ"):
            for text in _spellings(territory):
                self.by_key[sort_key(text)] = territory
        for territory in rows:
            self.by_key[sort_key(territory.name)] = territory
            self.by_key[territory.oktmo] = territory
        if region:
            self.by_key[sort_key(region.name)] = region
            self.by_key[region.oktmo] = region

    def find(self, text: str) -> Territory | None:
        return self.by_key.get(sort_key(text))

    def suggest(self, text: str, limit: int = 3) -> list[str]:
        """Names near to what was written, nearest first."""
        from difflib import SequenceMatcher  # noqa: PLC0415  (only for rows with errors)

        key = sort_key(text)
        scored = sorted(
            (
                (max(SequenceMatcher(None, key, sort_key(word)).ratio() for word in _spellings(t)), name)
                for name, t in self.names.items()
            ),
            reverse=True,
        )
        return [name for score, name in scored[:limit] if score > 0.6]


def _spellings(territory: Territory) -> list[str]:
    """What people call it."""
    town = territory.center.split(". ", 1)[-1]
    stem = territory.short_name
    texts = [territory.name, stem, territory.oktmo]
    if territory.kind == "городской округ":
        texts += [town, f"г. {town}", f"г {town}", f"город {town}", f"МО {town}", f"{town} городской округ"]
    else:
        texts += [f"{stem} район", f"{stem} муниципальный район", f"{stem} муниципальный округ", f"{stem} округ"]
        texts += [town, territory.center, f"г. {town}"]
    return texts


def count_by_level() -> dict[Level, int]:
    rows = db.session.execute(
        select(Territory.level, func.count()).where(Territory.valid_to.is_(None)).group_by(Territory.level)
    )
    return dict(rows.all())

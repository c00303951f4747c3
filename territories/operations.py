"""Loading territories from data files: the product's own, and any region's."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from sqlalchemy import select

from activity.operations import record
from kernel.db import db
from kernel.pages import bump
from territories.models import Level, SizeClass, Territory
from territories.tiles import layout

DATA = Path(__file__).parent / "data"
REFORM = date(2025, 1, 1)
REMOTE_KM = 300


def load_country() -> Territory:
    """Make Russia and its 89 regions from the product's data file; repeatable."""
    russia = db.session.scalar(select(Territory).where(Territory.level == Level.country))
    if russia is None:
        russia = Territory(
            oktmo="00000000", name="Российская Федерация", short_name="Россия", name_en="Russia", level=Level.country
        )
        db.session.add(russia)
        db.session.flush()
    with (DATA / "regions.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            region = _edition(row["oktmo"], Level.region)
            if region is None:
                region = Territory(oktmo=row["oktmo"], level=Level.region, name="", short_name="")
                db.session.add(region)
            region.name = row["name"]
            region.short_name = row["name"]
            region.parent_id = russia.id
            region.kind = "субъект Российской Федерации"
            region.federal_district = row["federal_district"]
            region.iso_code = row["iso_3166_2"]
    db.session.flush()
    return russia


def load_municipalities(region_oktmo: str, rows: Iterable[dict[str, str]]) -> tuple[int, int]:
    """Make or bring up to date the municipalities of a region; returns (created, changed).

    Rows as in `territories/data/25000000.csv`. A differing `oktmo_before_2025` makes a predecessor edition
    whose code redirects. The tile map and remoteness are computed anew.
    """
    region = _edition(region_oktmo, Level.region)
    if region is None:
        raise LookupError(f"no region with OKTMO {region_oktmo}")
    created = changed = 0
    for row in rows:
        territory = _edition(row["oktmo"], Level.municipality)
        if territory is None:
            territory = Territory(oktmo=row["oktmo"], level=Level.municipality, name="", short_name="")
            db.session.add(territory)
            created += 1
        _fill(territory, row, region)
        changed += bool(territory.id and territory in db.session.dirty and db.session.is_modified(territory))
        before = row.get("oktmo_before_2025") or row["oktmo"]
        db.session.flush()
        if before != row["oktmo"]:
            territory.valid_from = REFORM
            _predecessor(territory, before)
    db.session.flush()
    _place(region)
    record(None, "territories.loaded", region, created=created, changed=changed)
    bump("site", "adoption")
    return created, changed


def _edition(oktmo: str, level: Level) -> Territory | None:
    return db.session.scalar(
        select(Territory).where(Territory.oktmo == oktmo, Territory.level == level, Territory.valid_to.is_(None))
    )


def _fill(territory: Territory, row: dict[str, str], region: Territory) -> None:
    territory.name = row["name"]
    territory.short_name = short_name(row["name"], row["center"])
    territory.kind = row["kind"]
    territory.center = row["center"]
    territory.parent_id = region.id
    territory.population = int(row["population"]) if row["population"] else None
    territory.population_quality = row["population_quality"]
    territory.lat = float(row["lat"]) if row["lat"] else None
    territory.lon = float(row["lon"]) if row["lon"] else None
    territory.size_class = size_class(territory.population)
    territory.note = row.get("note", "")


def _predecessor(territory: Territory, oktmo: str) -> None:
    known = db.session.scalar(select(Territory).where(Territory.oktmo == oktmo, Territory.valid_to.is_not(None)))
    if known is None:
        name = territory.name.replace("муниципальный округ", "муниципальный район")
        db.session.add(
            Territory(
                oktmo=oktmo,
                name=name,
                short_name=territory.short_name,
                level=Level.municipality,
                kind="муниципальный район",
                center=territory.center,
                parent_id=territory.parent_id,
                valid_to=REFORM,
                successor_id=territory.id,
            )
        )


def short_name(name: str, center: str) -> str:
    """What fits a tile: «Тайшетский», «Иркутск», «Зима»."""
    words = name.split()
    if words[0] == "город":
        return " ".join(words[1:])
    if "городское" in words:
        return center.split(". ", 1)[-1]
    return words[0]


def size_class(population: int | None) -> SizeClass | None:
    """Small below 15,000, medium below 50,000, large below 100,000, else city."""
    if population is None:
        return None
    for limit, found in ((15_000, SizeClass.small), (50_000, SizeClass.medium), (100_000, SizeClass.large)):
        if population < limit:
            return found
    return SizeClass.city


def kilometres(lat1: float, lon1: float, lat2: float, lon2: float) -> int:
    """Great-circle distance, km."""
    a, b, c, d = (radians(x) for x in (lat1, lon1, lat2, lon2))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return round(2 * 6371 * asin(sqrt(half)))


def _place(region: Territory) -> None:
    rows = list(
        db.session.scalars(
            select(Territory)
            .where(Territory.parent_id == region.id, Territory.valid_to.is_(None), Territory.lat.is_not(None))
            .order_by(Territory.oktmo)
        )
    )
    if not rows:
        return
    capital = max(rows, key=lambda t: t.population or 0)
    for territory in rows:
        assert territory.lat is not None
        assert territory.lon is not None
        territory.distance_km = kilometres(territory.lat, territory.lon, capital.lat or 0, capital.lon or 0)
        territory.remote = territory.distance_km >= REMOTE_KM
    for territory, (col, line) in zip(rows, layout([(t.lat or 0, t.lon or 0) for t in rows]), strict=True):
        territory.tile_col, territory.tile_row = col, line


def load_shipped() -> None:
    """Everything the product brings: Russia, 89 regions, the municipalities of regions with a data file."""
    load_country()
    for path in sorted(DATA.glob("[0-9]*.csv")):
        with path.open(encoding="utf-8") as file:
            load_municipalities(path.stem, csv.DictReader(file))

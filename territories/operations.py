"""Loading territories: the country the product brings, and what an import's plan says."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import insert, update

from activity.operations import record
from kernel.access import Actor
from kernel.db import db
from kernel.pages import bump
from kernel.zones import today
from territories import importer, queries
from territories.importer import Entry, Loading
from territories.map import boundaries
from territories.models import Level, Territory
from territories.signals import territories_changed

DATA = Path(__file__).parent / "data"
SOME = 500


def load_country() -> Territory:
    """Make Russia and its 89 regions from the product's data file; repeatable."""
    russia = queries.country()
    if russia is None:
        russia = Territory(
            oktmo="00000000", name="Российская Федерация", short_name="Россия", name_en="Russia", level=Level.country
        )
        db.session.add(russia)
        db.session.flush()
    with (DATA / "regions.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            region = queries.region_by_oktmo(row["oktmo"])
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


def load_shipped() -> None:
    """Everything the product brings: Russia, 89 regions, the municipalities of regions with a data file."""
    load_country()
    for path in sorted(DATA.glob("[0-9]*.csv")):
        loading = importer.plan(importer.read(path.name, path.read_bytes()), path.stem)
        if loading.errors:
            raise ValueError(f"{path.name}: {[row.messages for row in loading.rows if row.messages]}")
        carry_out(loading, by=None)


def carry_out(loading: Loading, *, by: Actor | None) -> None:
    """Do what the plan says, in the caller's transaction. Territories keep their ids through reforms."""
    if not loading.actions:
        return
    new = [entry for entry in loading.actions if entry.known is None]
    ids = _add(new)
    _change([entry for entry in loading.actions if entry.known is not None], ids)
    for entry in new:
        if entry.predecessor:
            _keep_unknown_predecessor(entry, ids[entry.oktmo])
    db.session.flush()
    _place(loading.spots.values())
    for region, entries in importer.by_region(loading.actions).items():
        created = sum(entry.known is None for entry in entries)
        subject = queries.region_by_oktmo(region)
        assert subject is not None
        boundaries.redraw(subject.id)
        record(by, "territories.loaded", subject, created=created, changed=len(entries) - created)
    db.session.expire_all()
    territories_changed([entry.known.id for entry in loading.actions if entry.known])
    bump("site", "territories")


def _add(entries: Sequence[Entry]) -> dict[str, int]:
    """Insert districts, then what lies in them; returns ids by OKTMO of everything in force."""
    ids = queries.ids_by_oktmo()
    waiting = list(entries)
    while waiting:
        ready = [entry for entry in waiting if entry.parent in ids]
        if not ready:
            raise LookupError(f"nothing above {waiting[0].oktmo}")
        db.session.execute(insert(Territory), [_columns(entry, ids[entry.parent]) for entry in ready])
        ids = queries.ids_by_oktmo()
        waiting = [entry for entry in waiting if entry.oktmo not in ids]
    return ids


def _columns(entry: Entry, parent_id: int) -> dict[str, object]:
    blank: dict[str, object] = dict.fromkeys(("lat", "lon", "population", "size_class"))
    blank |= dict.fromkeys(("kind", "center", "note", "population_quality"), "")
    values = blank | importer.new_values(entry)
    day = {"valid_from": entry.day or (today() if entry.predecessor else date(2006, 1, 1))}
    return values | day | {"oktmo": entry.oktmo, "level": Level.municipality, "parent_id": parent_id}


def _change(entries: Sequence[Entry], ids: dict[str, int]) -> None:
    known = {entry.known.id: entry for entry in entries if entry.known}
    numbers = list(known)
    for start in range(0, len(numbers), SOME):
        part = numbers[start : start + SOME]
        for territory in queries.by_ids(part):
            entry = known[territory.id]
            _keep_edition(territory, entry)
            territory.oktmo = entry.oktmo
            territory.parent_id = ids.get(entry.parent, territory.parent_id)
            for name, value in importer.new_values(entry).items():
                setattr(territory, name, value)


def _keep_edition(territory: Territory, entry: Entry) -> None:
    """A new code or name begins an edition; what was before stays, closed, and leads to it."""
    recoded = territory.oktmo != entry.oktmo
    begins = entry.day or today()
    if entry.predecessor and not recoded:
        _keep_unknown_predecessor(entry, territory.id)
    elif recoded or (entry.renamed and begins > territory.valid_from):
        begins = max(begins, territory.valid_from)
        copied = ("oktmo", "name", "short_name", "kind", "center", "parent_id", "population", "population_quality")
        values = {name: getattr(territory, name) for name in copied}
        began = territory.valid_from
        territory.valid_from = begins
        db.session.flush()
        db.session.add(
            Territory(**values, level=territory.level, valid_from=began, valid_to=begins, successor_id=territory.id)
        )
        db.session.flush()


def _keep_unknown_predecessor(entry: Entry, territory_id: int) -> None:
    """Before the reforms of these years a municipal district stood where an okrug is now."""
    name = entry.values["name"].replace("муниципальный округ", "муниципальный район")
    db.session.add(
        Territory(
            oktmo=entry.predecessor,
            name=name,
            short_name=importer.new_values(entry).get("short_name") or name.split()[0],
            level=Level.municipality,
            kind="муниципальный район",
            center=entry.values.get("center", ""),
            parent_id=queries.parent_of(territory_id),
            valid_to=entry.day or today(),
            successor_id=territory_id,
        )
    )


def _place(maps: Iterable[dict[str, importer.Spot]]) -> None:
    """Write the tile maps of regions."""
    ids = queries.ids_by_oktmo()
    rows = [
        {
            "id": ids[code],
            "tile_col": spot.col,
            "tile_row": spot.row,
            "distance_km": spot.distance,
            "remote": importer.is_remote(spot),
        }
        for spots in maps
        for code, spot in spots.items()
    ]
    if rows:
        db.session.execute(update(Territory), rows)

"""Boundaries of territories from GeoJSON keyed by OKTMO: plan, carry out, draw."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import delete, insert

from activity.operations import record
from kernel.access import Actor
from kernel.db import Columns, db
from kernel.files import FileRefused
from kernel.imports import Plan, Row, Verdict
from kernel.pages import bump
from kernel.text import clean, one_script, sort_key
from territories import queries
from territories.cells import tidy_code, without_zeros
from territories.geometry.drawing import draw, in_degrees, thinned
from territories.geometry.geojson import Feature, features
from territories.geometry.projection import Point
from territories.map.queries import centres_below, drawn_boundaries, ids_below
from territories.models import Boundary, BoundaryMap, Level, Territory
from territories.queries import Sketch
from territories.rules import in_country

BYTES_OF_BOUNDARIES = 60 * 1024 * 1024
MAX_CREDIT = 255
MOST_LIKENESSES = 300
ALIKE = 0.85
"""How near a name must be to be suggested for a feature without a code."""


@dataclass
class Outline:
    """A boundary to be kept."""

    territory_id: int
    parent_id: int
    rings: list[list[list[int]]]


def plan(body: bytes, credit: str) -> Plan[Outline]:
    """What the file would do. Slow work, done before anything is locked. Raises FileRefused."""
    credit = clean(credit)
    if not credit or len(credit) > MAX_CREDIT:
        raise FileRefused(_("Say who made the boundaries and on what terms, in up to 255 characters."))
    if len(body) > BYTES_OF_BOUNDARIES:
        raise FileRefused(_("The file is larger than 60 MB. Choose a smaller one."))
    known = _Known()
    result: Plan[Outline] = Plan([], [])
    matched: dict[str, tuple[Row, Feature, Sketch]] = {}
    for feature in features(body):
        row, territory = _match(feature, known, matched)
        result.rows.append(row)
        if territory is not None:
            matched[territory.oktmo] = (row, feature, territory)
    kept = thinned({code: feature.rings for code, (_row, feature, _territory) in matched.items()})
    before = drawn_boundaries([territory.id for _row, _feature, territory in matched.values()])
    for code, (row, _feature, territory) in matched.items():
        row.verdict = Verdict.create
        if territory.id in before:
            row.verdict = Verdict.same if before[territory.id] == (kept[code], credit) else Verdict.change
        if row.verdict is not Verdict.same and territory.parent_id is not None:
            row.action = Outline(territory.id, territory.parent_id, kept[code])
            result.actions.append(row.action)
    parents = {territory.parent_id for _row, _feature, territory in matched.values()}
    result.absent = [
        f"{row.oktmo} · {row.name}"
        for row in known.current.values()
        if row.parent_id in parents and row.oktmo not in matched
    ]
    return result


def left_out(body: bytes, plan: Plan[Outline]) -> bytes:
    """The features that do not come in, as GeoJSON, with what is wrong as their property `remark`."""
    found = json.loads(body.decode("utf-8-sig"))["features"]
    wrong = [(found[row.number - 1], " ".join(row.messages or row.doubts)) for row in plan.left]
    kept = [{**one, "properties": {**(one.get("properties") or {}), "remark": text}} for one, text in wrong if one]
    return json.dumps({"type": "FeatureCollection", "features": kept}, ensure_ascii=False).encode()


class _Known:
    def __init__(self) -> None:
        found = queries.sketches()
        self.current = {row.oktmo: row for row in found if row.level is not Level.country}
        self.by_id = {row.id: row for row in found}
        self.closed = queries.closed_codes()
        self.codes = self.current.keys() | self.closed.keys()
        self.looked_up = 0
        self.names: dict[str, list[Sketch]] = defaultdict(list)
        for row in self.current.values():
            self.names[sort_key(row.name)].append(row)

    def like(self, name: str, number: int, cutoff: float) -> list[str]:
        """Keys of names near to one; of a file of strangers the first hundreds only, as each takes a while."""
        self.looked_up += 1
        if not name or self.looked_up > MOST_LIKENESSES:
            return []
        return get_close_matches(sort_key(one_script(name)), list(self.names), number, cutoff)


def _match(feature: Feature, known: _Known, matched: Columns) -> tuple[Row, Sketch | None]:
    warnings: list[str] = []
    code = without_zeros(tidy_code(feature.code, warnings), known.codes, warnings)
    row = Row(feature.number, f"{code or '—'} · {feature.name or '—'}", Verdict.error, warnings=warnings)
    territory = known.current.get(code)
    if territory is None and code in known.closed:
        territory = known.by_id.get(known.closed[code])
        if territory is not None:
            row.warnings.append(_("The code of before a reform; now it is %(code)s.", code=territory.oktmo))
    if feature.fault:
        row.messages.append(feature.fault)
    elif not all(in_country(lat, lon) for ring in feature.rings for lon, lat in ring):
        row.messages.append(_("The outline lies outside the country: longitude must stand before latitude."))
    elif not code:
        territory = _by_name(feature, row, known)
    elif territory is None:
        row.verdict = Verdict.same
        row.warnings.append(_("There is no territory with this code: it is passed over.") + _near(feature.name, known))
    if territory is not None and territory.oktmo in matched and not row.messages:
        row.messages.append(_("The same code stands in feature %(number)s.", number=matched[territory.oktmo][1].number))
    return row, None if row.messages else territory


def _by_name(feature: Feature, row: Row, known: _Known) -> Sketch | None:
    """Without a code: the one territory of that name, or the only one like it, for somebody to confirm."""
    found = known.names.get(sort_key(one_script(feature.name)), [])
    if not found:
        found = [one for key in known.like(feature.name, 2, ALIKE) for one in known.names[key]]
    if len(found) == 1:
        row.doubts.append(_("No code: found by its name, %(code)s %(name)s.", code=found[0].oktmo, name=found[0].name))
        return found[0]
    if found:
        names = ", ".join(f"{one.oktmo} · {one.name}" for one in found[:5])
        row.messages.append(_("No code, and several territories have such a name: %(names)s.", names=names))
    else:
        names = ", ".join(f"«{clean(name)[:40]}»" for name in feature.properties)
        row.messages.append(_("Properties found: %(found)s; missing: «oktmo».", found=names or "—"))
    return None


def _near(name: str, known: _Known) -> str:
    found = known.like(name, 1, 0.7)
    if not found:
        return ""
    near = known.names[found[0]][0]
    return " " + str(_("Perhaps: %(names)s.", names=f"{near.oktmo} · {near.name}"))


class Sheet(NamedTuple):
    """A map drawn, ready to be written."""

    parent_id: int
    width: int
    height: int
    rows: list[dict[str, object]]


def drawn(outlines: Sequence[Outline], credit: str) -> list[Sheet]:
    """The maps as they will be with `outlines`: slow, so before anything is locked."""
    by_parent: dict[int, dict[int, tuple[list[list[list[int]]], str]]] = {}
    for outline in outlines:
        by_parent.setdefault(outline.parent_id, {})[outline.territory_id] = (outline.rings, clean(credit))
    return [_sheet(parent_id, fresh) for parent_id, fresh in by_parent.items()]


def _sheet(parent_id: int, fresh: dict[int, tuple[list[list[list[int]]], str]]) -> Sheet:
    places = centres_below(parent_id)
    kept = drawn_boundaries([number for number, _lat, _lon in places]) | fresh
    centres: dict[str, Point] = {str(i): (lon, lat) for i, lat, lon in places if lat is not None and lon is not None}
    drawing = draw({str(number): in_degrees(rings) for number, (rings, _credit) in kept.items()}, centres)
    rows = [
        {
            "territory_id": int(name),
            "rings": kept[int(name)][0] if int(name) in kept else [],
            "path": shape.path,
            "x": shape.x,
            "y": shape.y,
            "room": shape.room,
            "credit": kept[int(name)][1] if int(name) in kept else "",
        }
        for name, shape in drawing.shapes.items()
    ]
    return Sheet(parent_id, drawing.width, drawing.height, rows)


def carry_out(plan: Plan[Outline], sheets: Sequence[Sheet], *, by: Actor | None) -> None:
    """Write the maps, in the caller's transaction."""
    fresh = [sheet for sheet in sheets if not _is_there(sheet)]  # the button may have been pressed twice
    write(fresh)
    for sheet in fresh:
        created = sum(outline.parent_id == sheet.parent_id for outline in plan.actions)
        record(by, "territories.boundaries_loaded", db.session.get_one(Territory, sheet.parent_id), created=created)


def _is_there(sheet: Sheet) -> bool:
    kept = drawn_boundaries([int(str(row["territory_id"])) for row in sheet.rows])
    return kept == {row["territory_id"]: (row["rings"], row["credit"]) for row in sheet.rows if row["path"]}


def write(sheets: Sequence[Sheet]) -> None:
    """Replace the maps by those drawn; every page with a map shows them."""
    for sheet in sheets:
        below = ids_below(sheet.parent_id)
        db.session.execute(delete(Boundary).where(Boundary.territory_id.in_(below)))
        db.session.execute(delete(BoundaryMap).where(BoundaryMap.territory_id == sheet.parent_id))
        db.session.execute(insert(Boundary), sheet.rows)
        db.session.add(BoundaryMap(territory_id=sheet.parent_id, width=sheet.width, height=sheet.height))
    if sheets:
        bump("site")


def redraw(parent_id: int) -> None:
    """Draw a map again after its territories changed; nothing when it has none."""
    if db.session.get(BoundaryMap, parent_id) is not None:
        write([_sheet(parent_id, {})])

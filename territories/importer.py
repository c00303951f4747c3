"""Territories of any region from a table: what it would do, row by row. Carried out by `operations`.

A row is matched by its OKTMO, else by the code of before it names; repeating changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from flask_babel import gettext as _

from kernel.db import Columns
from kernel.documents.sheets import Column, Table, as_text, read_table, xlsx
from kernel.imports import Plan, Row, Verdict, with_oddities
from kernel.text import clean, inner, one_script, sort_key
from territories import queries
from territories.cells import (
    TERRITORY_HEADINGS,
    Fault,
    read_code,
    read_day,
    read_place,
    read_population,
    read_texts,
    title,
    without_zeros,
)
from territories.map.tiles import layout
from territories.models import Level
from territories.queries import Sketch
from territories.rules import REMOTE_KM, kilometres, region_prefix, short_name, size_class

TERRITORY_NEEDS = ("name",)
MOST_LIKENESSES = 300


@dataclass
class Entry:
    """A row that asks for something."""

    number: int
    oktmo: str
    parent: str = ""
    """OKTMO of the territory above."""
    region: str = ""
    values: Columns = field(default_factory=dict)
    known: Sketch | None = None
    predecessor: str = ""
    """The code of before, when an edition under it is to be kept."""
    day: date | None = None
    """When the new edition begins, as written."""
    renamed: bool = False
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


class Spot(NamedTuple):
    """A municipality's place on its region's tile map, and how far it is from the centre."""

    col: int
    row: int
    distance: int


@dataclass
class Loading(Plan[Entry]):
    """The plan with the tile maps it makes, computed before anything is locked."""

    spots: dict[str, dict[str, Spot]] = field(default_factory=dict)
    """By region, then by municipality."""


class Known:
    """What is there already, read once."""

    def __init__(self) -> None:
        found = queries.sketches()
        self.current = {row.oktmo: row for row in found}
        self.by_id = {row.id: row for row in found}
        self.regions = {row.oktmo: row for row in found if row.level is Level.region}
        self.prefixes = {region_prefix(oktmo): oktmo for oktmo in self.regions}
        self.region_names = {sort_key(row.name): oktmo for oktmo, row in self.regions.items()}
        self.closed = queries.closed_codes()
        self.looked_up = 0
        self.names: dict[str, list[Sketch]] = defaultdict(list)
        for row in found:
            if row.level is Level.municipality:
                self.names[sort_key(row.name)].append(row)

    def like(self, name: str) -> list[str]:
        """Keys of names near to one; of a file of strangers the first hundreds only, as each takes a while."""
        self.looked_up += 1
        if self.looked_up > MOST_LIKENESSES:
            return []
        return get_close_matches(sort_key(one_script(name)), list(self.names), 2, 0.7)

    def named(self, name: str, region: str) -> list[Sketch]:
        """Municipalities of that name, in the region named if there is one."""
        found = self.names.get(sort_key(one_script(name)), [])
        above = region if region in self.regions else self.region_names.get(sort_key(one_script(region)))
        return [row for row in found if above is None or self.region_of(row.oktmo) == above]

    def region_of(self, oktmo: str) -> str | None:
        """The region whose digits the code begins with: three before two, as autonomous districts have three."""
        return self.prefixes.get(oktmo[:3]) or self.prefixes.get(oktmo[:2])


def read(name: str, body: bytes) -> Table:
    """The table in the file. Raises FileRefused."""
    return read_table(name, body, TERRITORY_HEADINGS, TERRITORY_NEEDS)


def plan(table: Table, region: str = "") -> Loading:
    """What the table would do; with `region` (OKTMO) only its municipalities are taken."""
    known = Known()
    loading = Loading([], [], notes=table.notes)
    seen: dict[str, int] = {}
    codes = {as_text(cells.get("oktmo")).strip() for _number, cells in table.rows}
    entries = []
    for number, cells in table.rows:
        entry = _read(number, cells, known, codes)
        entries.append(entry)
        if entry.oktmo in seen:
            entry.errors.append(_("The same code stands in row %(number)s.", number=seen[entry.oktmo]))
        if entry.oktmo:
            seen.setdefault(entry.oktmo, number)
        if region and entry.region and entry.region != region:
            entry.errors.append(
                _("This code belongs to another region: %(name)s.", name=known.regions[entry.region].name)
            )
    _wait_for_those_above(entries, known)
    for entry, (_number, cells) in zip(entries, table.rows, strict=True):
        _judge(entry, clean(as_text(cells.get("name"))), loading)
    loading.rows = with_oddities(loading.rows, table)
    _find_absent(loading, seen, known, region)
    loading.spots = {one: _spots(one, loading.actions, known) for one in {entry.region for entry in loading.actions}}
    return loading


def _wait_for_those_above(entries: Iterable[Entry], known: Known) -> None:
    """What lies in a territory whose own row is wrong cannot come in before that is put right."""
    there, waiting = set(known.current), [entry for entry in entries if not entry.errors]
    while ready := [entry for entry in waiting if entry.parent in there]:
        waiting = [entry for entry in waiting if entry.parent not in there]
        there |= {entry.oktmo for entry in ready}
    for entry in waiting:
        entry.errors.append(
            _("The row of the territory it lies in, %(code)s, has an error. Put that right first.", code=entry.parent)
        )


def _judge(entry: Entry, name: str, loading: Loading) -> None:
    if entry.errors:
        verdict = Verdict.error
    elif entry.known is None:
        verdict = Verdict.create
    else:
        verdict = Verdict.change if entry.changes else Verdict.same
    shown = f"{entry.oktmo or '—'} · {name or '—'}"
    told = entry.errors or entry.changes
    loading.rows.append(Row(entry.number, shown, verdict, told, entry.warnings, entry.doubts, entry))
    if verdict in (Verdict.create, Verdict.change):
        loading.actions.append(entry)


def _read(number: int, cells: dict[str, object], known: Known, codes: set[str]) -> Entry:
    entry = Entry(number, "")
    for reading in (_read_code, _read_words, _read_above, _read_before):
        try:
            reading(entry, cells, known, codes)
        except Fault as fault:
            entry.errors.append(str(fault))
    if entry.known is not None and not entry.errors:
        entry.changes = _changes(entry, entry.known)
    return entry


def _read_code(entry: Entry, cells: dict[str, object], known: Known, _codes: set[str]) -> None:
    code = _code(entry, cells, known)
    entry.oktmo = code
    entry.known = known.current.get(code)
    if code in known.regions or (entry.known and entry.known.level is not Level.municipality):
        raise Fault(_("This is the code of a region. Only municipalities are loaded here."))
    entry.region = known.region_of(code) or ""
    if not entry.region:
        raise Fault(_("No region has codes that begin with %(digits)s.", digits=code[:2]))
    if entry.known is None and code in known.closed:
        after = known.by_id.get(known.closed[code])
        raise Fault(_("The code is no longer in force; now it is %(code)s.", code=after.oktmo if after else "—"))


def _code(entry: Entry, cells: dict[str, object], known: Known) -> str:
    """As written; without one, that of the one municipality of the name, which somebody must confirm. Raises Fault."""
    written, name = "".join(as_text(cells.get("oktmo")).split()), clean(as_text(cells.get("name")))
    if not written and name:
        return _code_by_name(entry, name, clean(as_text(cells.get("parent"))), known)
    return without_zeros(read_code(written, entry.warnings), known.current, entry.warnings)


def _code_by_name(entry: Entry, name: str, region: str, known: Known) -> str:
    found = known.named(name, region)
    if len(found) == 1:
        one = found[0]
        entry.doubts.append(_("No code: found by its name, %(code)s %(name)s.", code=one.oktmo, name=one.name))
        return one.oktmo
    if found:
        names = ", ".join(f"{one.oktmo} · {one.name}" for one in found[:5])
        raise Fault(_("No code, and several territories have such a name: %(names)s.", names=names))
    near = [one for key in known.like(name) for one in known.names[key]]
    hint = " " + _("Perhaps: %(names)s.", names=", ".join(f"{one.oktmo} · {one.name}" for one in near)) if near else ""
    raise Fault(_("The OKTMO code is missing.") + hint)


def _read_words(entry: Entry, cells: dict[str, object], _known: Known, _codes: set[str]) -> None:
    faults = []
    for read_some in (read_texts, read_population, read_place):
        try:
            entry.values |= read_some(cells)
        except Fault as fault:
            faults.append(str(fault))
    if "name" not in entry.values and not faults:
        faults.append(_("The name is empty."))
    entry.errors += faults
    entry.day = read_day(cells.get("valid_from"))


def _read_above(entry: Entry, cells: dict[str, object], known: Known, codes: set[str]) -> None:
    """The territory above: a district for a settlement, else the region; a region named must be the code's own."""
    if not entry.region:
        return
    district = entry.oktmo[:8] if len(entry.oktmo) == 11 else entry.oktmo[:5] + "000"
    entry.parent = (
        district if district != entry.oktmo and (district in known.current or district in codes) else entry.region
    )
    written = clean(as_text(cells.get("parent")))
    if not written or written == entry.parent:
        return
    named = written if written in known.regions else known.region_names.get(sort_key(one_script(written)))
    if named is None:
        if written in known.current or written in codes:
            entry.parent = written
            return
        near = get_close_matches(sort_key(one_script(written)), list(known.region_names), 2, 0.6)
        hint = " " + _(
            "Perhaps: %(names)s.", names=", ".join(known.regions[known.region_names[one]].name for one in near)
        )
        raise Fault(_("There is no region «%(name)s».", name=inner(written)) + (hint if near else ""))
    if named != entry.region:
        raise Fault(
            _("The code belongs to another region than the one named: %(name)s.", name=known.regions[entry.region].name)
        )


def _read_before(entry: Entry, cells: dict[str, object], known: Known, _codes: set[str]) -> None:
    if not as_text(cells.get("predecessor")).strip() or not entry.oktmo:
        return
    before = read_code(cells["predecessor"], entry.warnings)
    if before == entry.oktmo:
        return
    old = known.current.get(before)
    if before in known.closed:
        after = known.by_id.get(known.closed[before])
        if after is not None and after.oktmo != entry.oktmo:
            raise Fault(
                _("The code of before, %(before)s, leads to %(code)s already.", before=before, code=after.oktmo)
            )
        return
    if old is not None and entry.known is not None:
        raise Fault(
            _(
                "%(before)s and %(code)s are both in force: two territories cannot be joined here.",
                before=before,
                code=entry.oktmo,
            )
        )
    entry.predecessor = before
    if old is not None:
        entry.known = old


def _changes(entry: Entry, known: Sketch) -> list[str]:
    """What the row says differently, as «column: was → becomes»; an empty cell says nothing."""
    found = []
    if known.oktmo != entry.oktmo:
        found.append(f"{title('oktmo')}: {known.oktmo} → {entry.oktmo}")
    elif entry.predecessor:
        found.append(f"{title('predecessor')}: {entry.predecessor}")
    for name, value in entry.values.items():
        before = getattr(known, name)
        if before != value:
            found.append(f"{title(name)}: {_shown(before)} → {_shown(value)}")
    entry.renamed = "name" in entry.values and entry.values["name"] != known.name
    return found


def _shown(value: Any) -> str:
    """A value as a file would hold it."""
    return {"approximate": "примерно", None: "—", "": "—"}.get(value, str(value))


def _find_absent(loading: Loading, seen: dict[str, int], known: Known, region: str) -> None:
    """Municipalities of the file's regions that it does not name: listed, never deleted."""
    regions = {region} if region else {known.region_of(code) for code in seen}
    named = seen.keys() | {entry.known.oktmo for entry in loading.actions if entry.known}
    loading.absent = [
        f"{row.oktmo} · {row.name}"
        for row in known.current.values()
        if row.level is Level.municipality and row.oktmo not in named and known.region_of(row.oktmo) in regions
    ]


def _spots(region: str, entries: Iterable[Entry], known: Known) -> dict[str, Spot]:
    """The region's tile map as it will be, and distances to its largest municipality."""
    region_id = known.regions[region].id
    places: dict[str, tuple[float, float, int]] = {}
    for row in known.current.values():
        if row.parent_id == region_id and row.lat is not None and row.lon is not None:
            places[row.oktmo] = (row.lat, row.lon, row.population or 0)
    for entry in entries:
        old = places.pop(entry.known.oktmo, None) if entry.known else None
        lat, lon = entry.values.get("lat", old and old[0]), entry.values.get("lon", old and old[1])
        if entry.parent == region and lat is not None and lon is not None:
            places[entry.oktmo] = (lat, lon, entry.values.get("population", old[2] if old else 0))
    if not places:
        return {}
    ordered = sorted(places.items())
    capital = max(places.values(), key=lambda place: place[2])
    cells = layout([(lat, lon) for _code, (lat, lon, _people) in ordered])
    return {
        code: Spot(col, line, kilometres(lat, lon, capital[0], capital[1]))
        for (code, (lat, lon, _people)), (col, line) in zip(ordered, cells, strict=True)
    }


def new_values(entry: Entry) -> dict[str, object]:
    """The columns an entry sets, derived ones included."""
    values = dict(entry.values)
    if "short_name" not in values and (entry.known is None or entry.renamed):
        values["short_name"] = short_name(values["name"], values.get("center", ""))
    if "population" in values:
        values["size_class"] = size_class(values["population"])
    return values


def is_remote(spot: Spot) -> bool:
    return spot.distance >= REMOTE_KM


def template() -> bytes:
    """The workbook to fill in, with two rows as an example."""
    columns = [Column(str(headings[0]), 40 if name == "name" else 20) for name, headings in TERRITORY_HEADINGS.items()]
    example = ["25599000", "Примерный муниципальный округ", "Примерный", "муниципальный округ", "г. Пример", 12000]
    rows = [
        [*example, "примерно", 55.9405, 98.0051, "Иркутская область", "", "01.01.2025", _("An example: delete it.")]
    ]
    notes = [
        _("One row a municipality. The code and the name are needed; without coordinates it has no place on the map."),
        _("Codes have 8 or 11 digits and are text: a number loses its first zero."),
        _("The code of before a reform leads to the new one afterwards; a new name keeps the old one as an edition."),
        _("The same file may be loaded again: nothing is doubled. What is not in the file stays."),
    ]
    return xlsx(_("Territories"), columns, rows, notes)


def export(rows: Iterable[object]) -> bytes:
    """Territories as a workbook that the import reads back."""
    columns = [Column(str(headings[0]), 40 if name == "name" else 20) for name, headings in TERRITORY_HEADINGS.items()]
    return xlsx(_("Territories"), columns, ([*_exported(row)] for row in rows))


def _exported(row: Any) -> Iterable[Any]:
    for name in TERRITORY_HEADINGS:
        if name == "population_quality":
            yield _shown(row.population_quality) if row.population_quality else ""
        elif name == "parent":
            yield row.parent_oktmo
        elif name == "predecessor":
            yield row.predecessor or ""
        else:
            yield getattr(row, name)


def by_region(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.region].append(entry)
    return found

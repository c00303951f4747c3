"""The table practices × municipalities: ordered, grouped, turned round and paged by what stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from flask import request
from flask_babel import gettext as _

from adoption import spread
from adoption.counts import AT_WORK
from adoption.labels import reported_line
from adoption.models import State
from adoption.picture import queries as pictures
from adoption.picture.queries import ORDERS_OF_LINES, Line, Picture, Place
from adoption.spread import Cell
from kernel.links import path_for
from kernel.listing import Listing
from practices.labels import GROUP_LABELS
from practices.models import TargetGroup
from territories.labels import SIZE_LABELS
from territories.models import Level, SizeClass
from territories.rules import REMOTE_KM

COLUMNS = ("name", "size", "remote")
PARAMETERS = ("practice", "state", "audience", "sort", "group", "columns", "turned", "map", "page")
LINES_A_PAGE = 50
NARROW, ROOMY = 44, 16
"""Columns that stand side by side on a screen of 1280 px: of signs alone, and under names of several lines."""
E = TypeVar("E", bound=Enum)


class Selection(NamedTuple):
    """What the address asks for; what it does not know it passes over."""

    practice: str = ""
    """Slug; of the map alone."""
    state: State | None = None
    """Of the map alone."""
    audience: TargetGroup | None = None
    sort: str = "spread"
    grouped: bool = False
    """Rows by target group: a practice for two groups stands in both."""
    columns: str = "name"
    turned: bool = False
    as_tiles: bool = False
    """Of the map alone: tiles where there is a real map."""
    page: int = 1


class Head(NamedTuple):
    """A row or a column: a practice or a place."""

    id: int
    name: str
    short: str
    href: str
    works: int
    """In how many places it works; for a place, how many practices."""


class Band(NamedTuple):
    """Neighbouring rows or columns under a common heading; empty when nothing is grouped."""

    label: str
    heads: list[Head]


class Row(NamedTuple):
    head: Head
    cells: list[Cell | None]
    """As many as there are columns."""

    def by_state(self, heads: Sequence[Head]) -> list[tuple[State, list[str]]]:
        """What stands in the row, furthest first, with the short names of the columns."""
        found = []
        for state in reversed(State):
            here = [(head, cell) for head, cell in zip(heads, self.cells, strict=True) if cell and cell.state is state]
            names = [f"{head.short} ({reported_line(cell)})" if cell.reported else head.short for head, cell in here]
            if names:
                found.append((state, names))
        return found


class Matrix(NamedTuple):
    bands: list[tuple[str, list[Row]]]
    columns: list[Band]
    listing: Listing[object]
    """Of practices, wherever they stand."""
    turned: bool

    @property
    def heads(self) -> list[Head]:
        return [head for band in self.columns for head in band.heads]

    @property
    def fits(self) -> bool:
        """Whether a desk sees every column at once: then the names of the columns stay while the page scrolls."""
        return len(self.heads) <= NARROW

    @property
    def roomy(self) -> bool:
        """Whether the names of the columns may take several lines even so."""
        return len(self.heads) <= ROOMY


def read(args: Mapping[str, str]) -> Selection:
    """The selection in a query string."""
    return Selection(
        practice=args.get("practice", "")[:80],
        state=_member(State, args.get("state")),
        audience=_member(TargetGroup, args.get("audience")),
        sort=_one_of(ORDERS_OF_LINES, args.get("sort")),
        grouped=args.get("group") == "audience",
        columns=_one_of(COLUMNS, args.get("columns")),
        turned=args.get("turned") == "1",
        as_tiles=args.get("map") == "tiles",
        page=int(page) if (page := args.get("page", "")).isascii() and page.isdigit() and len(page) < 7 else 1,
    )


def _member(kind: type[E], value: str | None) -> E | None:
    return kind(value) if value in {member.value for member in kind} else None


def _one_of(known: Sequence[str], value: str | None) -> str:
    return value if value is not None and value in known else known[0]


def matrix(picture: Picture, selection: Selection, per_page: int | None = LINES_A_PAGE) -> Matrix:
    """The table `selection` asks for, only its page read; every practice on one page when `per_page` is None."""
    lines, total, page = pictures.lines(selection.sort, selection.audience, selection.grouped, selection.page, per_page)
    shown = {subject.id for _group, subject in lines}
    known = spread.cells(practices=None if per_page is None else shown) if shown else []
    cells = {(cell.practice_id, cell.territory_id): cell for cell in known if cell.practice_id in shown}
    practices = _practice_bands(lines, cells)
    places = _place_bands(picture, selection, cells)
    down, across = (places, practices) if selection.turned else (practices, places)
    heads = [head for band in across for head in band.heads]
    key: Callable[[Head, Head], tuple[int, int]] = (
        (lambda row, column: (column.id, row.id)) if selection.turned else (lambda row, column: (row.id, column.id))
    )
    bands = [
        (band.label, [Row(row, [cells.get(key(row, column)) for column in heads]) for row in band.heads])
        for band in down
    ]
    return Matrix(bands, across, _listing(lines, total, page, per_page or max(total, 1), selection), selection.turned)


def _listing(lines: list[Any], total: int, page: int, per_page: int, selection: Selection) -> Listing[Any]:
    path = request.script_root + request.path
    return Listing(lines, total, page, per_page, selection.sort, "", _params(selection), path)


def _params(selection: Selection) -> dict[str, list[str]]:
    """The selection as it stands in an address: what was understood, without what goes without saying."""
    known = {
        "practice": selection.practice,
        "state": selection.state.value if selection.state else "",
        "audience": selection.audience.value if selection.audience else "",
        "sort": selection.sort if selection.sort != ORDERS_OF_LINES[0] else "",
        "group": "audience" if selection.grouped else "",
        "columns": selection.columns if selection.columns != COLUMNS[0] else "",
        "turned": "1" if selection.turned else "",
        "map": "tiles" if selection.as_tiles else "",
    }
    return {name: [value] for name, value in known.items() if value}


Cells = Mapping[tuple[int, int], Cell]


def _practice_bands(lines: Sequence[Line], cells: Cells) -> list[Band]:
    works: dict[int, int] = {}
    for (practice_id, _place), cell in cells.items():
        works[practice_id] = works.get(practice_id, 0) + (cell.state in AT_WORK)
    bands = []
    for group, members in groupby(lines, key=lambda line: line[0]):
        heads = [
            Head(one.id, one.name, one.name, path_for("practices.practice", slug=one.slug), works.get(one.id, 0))
            for _group, one in members
        ]
        bands.append(Band(str(GROUP_LABELS[group]) if group else "", heads))
    if len(bands) > 1:
        bands = [band if band.label else Band(_("Not said for whom"), band.heads) for band in bands]
    return bands


def _place_bands(picture: Picture, selection: Selection, cells: Cells) -> list[Band]:
    """Every municipality of the region, those without a practice too: who is missing is half of the picture."""
    works: dict[int, int] = {}
    seen = set()
    for (_practice, place_id), cell in cells.items():
        works[place_id] = works.get(place_id, 0) + (cell.state in AT_WORK)
        seen.add(place_id)
    bands = [
        Band(label, [_place_head(place, works) for place in places])
        for label, places in _parts(picture.places, selection.columns)
        if places
    ]
    others = [_place_head(place, works) for place in picture.elsewhere(seen)]
    return [*bands, Band(_("Elsewhere"), others)] if others else bands


def _place_head(place: Place, works: Mapping[int, int]) -> Head:
    href = path_for("territories.territory", oktmo=place.oktmo)
    short = place.short_name if place.level is Level.municipality else place.name
    return Head(place.id, place.name, short, href, works.get(place.id, 0))


def _parts(places: list[Place], by: str) -> list[tuple[str, list[Place]]]:
    if by == "size":
        kinds: list[SizeClass | None] = [*reversed(SizeClass), None]
        return [
            (str(SIZE_LABELS[kind]) if kind else _("Population not known"), [p for p in places if p.size_class is kind])
            for kind in kinds
        ]
    if by == "remote":
        return [
            (_("Nearer than %(km)s km to the centre", km=REMOTE_KM), [place for place in places if not place.remote]),
            (_("%(km)s km to the centre and more", km=REMOTE_KM), [place for place in places if place.remote]),
        ]
    return [("", places)]

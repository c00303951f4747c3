"""What the public pages of adoption show: tiles, the table practices × territories, headline figures.

Only what goes on is counted: an interrupted adoption simply is no longer there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.settings import site
from adoption import queries, rules
from adoption.labels import STATE_LABELS
from adoption.models import State
from adoption.queries import Cell
from kernel.i18n import number
from practices.models import Practice
from territories.models import Territory
from territories.queries import RealMap, Tile, current, real_map, tiles

AT_WORK = (State.works, State.firm)


@dataclass(frozen=True)
class MapTile(Tile):
    """A tile with its whole accessible name; `here` puts a frame around it."""

    title: str = ""
    here: bool = False


@dataclass(frozen=True)
class Figure:
    value: str
    definition: str


@dataclass(frozen=True)
class Line:
    """A practice and where it stands."""

    practice: Practice
    cells: dict[int, Cell]
    """By territory id."""

    def territories(self, *states: State) -> int:
        return sum(cell.state in states for cell in self.cells.values())

    def in_state(self, state: State) -> list[Cell]:
        return [cell for cell in self.cells.values() if cell.state is state]


@dataclass
class Overview:
    day: date
    tiles: list[MapTile] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    columns: list[Territory] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    demo: bool = False
    real: RealMap | None = None


def region_tiles() -> list[Territory]:
    """The municipalities of the site's region that have a place on the map."""
    region = current(site().region)
    return tiles(region.id) if region else []


def region_map() -> RealMap | None:
    """The real map of the site's region, when boundaries were loaded."""
    region = current(site().region)
    return real_map(region.id) if region else None


def whole_map(cells: Sequence[Cell], places: Sequence[Territory], here: int | None = None) -> list[MapTile]:
    """A tile for each place: the furthest state of any practice there, and how many work or are being prepared."""
    made = []
    for place in places:
        mine = [cell for cell in cells if cell.territory_id == place.id]
        state = rules.furthest(cell.state for cell in mine)
        going = sum(cell.state is not State.think for cell in mine)
        made.append(_tile(place, state, going or None, _map_title(place, mine), here == place.id))
    return made


def practice_map(cells: Sequence[Cell], places: Sequence[Territory], home: int) -> list[MapTile]:
    """A tile for each place: the state of one practice there and in how many organisations; its birthplace framed."""
    by_place = {cell.territory_id: cell for cell in cells}
    made = []
    for place in places:
        cell = by_place.get(place.id)
        title = (
            f"{place.name}: {str(STATE_LABELS[cell.state]).lower()}"
            if cell
            else _("%(name)s: not yet", name=place.name)
        )
        if cell:
            title += ", " + ngettext("%(num)s organisation takes part", "%(num)s organisations take part", cell.all)
        if place.id == home:
            title += ", " + _("the practice comes from here")
        made.append(_tile(place, cell.state if cell else None, cell.all if cell else None, title, place.id == home))
    return made


def _map_title(place: Territory, mine: Sequence[Cell]) -> str:
    if not mine:
        return str(_("%(name)s: nothing yet", name=place.name))
    parts = []
    for state in reversed(State):
        count = sum(cell.state is state for cell in mine)
        if count:
            parts.append(f"{str(STATE_LABELS[state]).lower()} – {count}")
    return f"{place.name}: {', '.join(parts)}"


def _tile(place: Territory, state: State | None, count: int | None, title: str, here: bool) -> MapTile:
    return MapTile(
        oktmo=place.oktmo,
        name=place.name,
        short_name=place.short_name,
        col=place.tile_col or 0,
        row=place.tile_row or 0,
        state=state.value if state else None,
        count=count,
        href=url_for("territories.territory", oktmo=place.oktmo),
        title=title,
        here=here,
    )


def overview(sort: str = "spread") -> Overview:
    """Everything of the public page. A fixed number of queries whatever the number of adoptions."""
    cells = queries.cells()
    places = region_tiles()
    practices = queries.published(cell.practice_id for cell in cells)
    lines = [
        Line(practice, {cell.territory_id: cell for cell in cells if cell.practice_id == practice.id})
        for practice in practices.values()
    ]
    if sort != "name":
        lines.sort(key=lambda line: (-line.territories(*AT_WORK), -len(line.cells), line.practice.name_key))
    return Overview(
        day=queries.today(),
        tiles=whole_map(cells, places),
        lines=lines,
        columns=list(queries.territories_by_id(cell.territory_id for cell in cells).values()),
        figures=figures(cells, places, queries.launch_days()),
        demo=queries.any_demo(),
        real=region_map(),
    )


def figures(cells: Sequence[Cell], places: Sequence[Territory], days: Sequence[int]) -> list[Figure]:
    """Headline figures, each with what was counted."""
    ids = {place.id for place in places}
    working = [cell for cell in cells if cell.state in AT_WORK]
    municipalities = {cell.territory_id for cell in working} & ids
    organisations = sum(cell.working for cell in working)
    made = [
        Figure(
            _("%(done)s of %(total)s", done=number(len(municipalities)), total=number(len(ids))),
            _("municipalities where at least one practice from the catalogue works"),
        ),
        Figure(
            number(organisations),
            ngettext(
                "adoption at work: an organisation took a practice over and works by it",
                "adoptions at work: an organisation took a practice over and works by it",
                organisations,
            ),
        ),
        Figure(
            number(len({cell.practice_id for cell in working})),
            ngettext(
                "practice works with somebody besides its author",
                "practices work with somebody besides their author",
                len({cell.practice_id for cell in working}),
            ),
        ),
    ]
    middle = rules.median(days)
    if middle is not None:
        counted = ngettext("%(num)s launch counted", "%(num)s launches counted", len(days))
        made.append(
            Figure(
                ngettext("%(num)s day", "%(num)s days", middle),
                _("from request to the first result: the middle value, %(counted)s", counted=counted),
            )
        )
    return made

"""Tiles of the map and headline figures, from what `counts` and `queries.cells` give.

Only what goes on is counted: an interrupted adoption simply is no longer there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.settings import site
from adoption import labels, rules
from adoption.counts import AT_WORK, Going, Totals
from adoption.labels import STATE_LABELS
from adoption.models import State
from adoption.spread import Cell
from kernel.i18n import number
from kernel.links import path_for
from kernel.text import DASH
from territories.map.queries import RealMap, Tile, real_map, tiles
from territories.models import Territory
from territories.queries import current

FEWEST_PEOPLE_TOLD = 5
"""A number of people below this is not told publicly: somebody might be recognised."""


class OnMap(Protocol):
    """What a tile needs of a territory."""

    @property
    def id(self) -> int: ...
    @property
    def oktmo(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def short_name(self) -> str: ...
    @property
    def tile_col(self) -> int | None: ...
    @property
    def tile_row(self) -> int | None: ...


@dataclass(frozen=True)
class MapTile(Tile):
    """A tile with its whole accessible name; `here` puts a frame around it."""

    title: str = ""
    here: bool = False


class Figure(NamedTuple):
    """A figure as it is read, what was counted, and the bare number for machines (None: not known or not told)."""

    key: str
    value: str
    definition: str
    number: int | None = None


def region_tiles() -> list[Territory]:
    """The municipalities of the site's region that have a place on the map."""
    region = current(site().region)
    return tiles(region.id) if region else []


def region_map() -> RealMap | None:
    """The real map of the site's region, when boundaries were loaded."""
    region = current(site().region)
    return real_map(region.id) if region else None


def whole_map(going: Going, waiting: Going, places: Sequence[OnMap], state: State | None = None) -> list[MapTile]:
    """A tile for each place: the furthest state of any practice there, and how many work or are being prepared.

    Launches that are `waiting` to be confirmed are named. With `state`, only what stands in it is shown and counted.
    """
    made = []
    for place in places:
        mine = standing(going, place.id, state)
        told = sum(number for known, number in mine.items() if state or known is not State.think)
        reported = sum(standing(waiting, place.id, state).values())
        made.append(_tile(place, rules.furthest(mine), told or None, _map_title(place, mine, reported)))
    return made


def standing(going: Going, place_id: int, state: State | None) -> dict[State, int]:
    """How many practices stand in each state in a place, or in the one state asked for."""
    mine = going.get(place_id, {})
    return mine if state is None else {known: number for known, number in mine.items() if known is state}


def practice_map(
    cells: Iterable[Cell], places: Sequence[OnMap], home: int | None = None, state: State | None = None
) -> list[MapTile]:
    """A tile for each place: the state of one practice there and in how many organisations; its birthplace framed."""
    by_place = {cell.territory_id: cell for cell in cells if state is None or cell.state is state}
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
        if cell and cell.reported:
            title += ", " + labels.reported_line(cell)
        if place.id == home:
            title += ", " + _("the practice comes from here")
        made.append(_tile(place, cell.state if cell else None, cell.all if cell else None, title, place.id == home))
    return made


def _map_title(place: OnMap, mine: Mapping[State, int], reported: int) -> str:
    if not mine:
        return str(_("%(name)s: nothing yet", name=place.name))
    parts = []
    for state in reversed(State):
        if count := mine.get(state):
            parts.append(f"{str(STATE_LABELS[state]).lower()}{DASH}{count}")
    if reported:
        parts.append(_("launch reported, being confirmed — %(count)s", count=reported))
    return f"{place.name}: {', '.join(parts)}"


def _tile(place: OnMap, state: State | None, count: int | None, title: str, here: bool = False) -> MapTile:
    return MapTile(
        oktmo=place.oktmo,
        name=place.name,
        short_name=place.short_name,
        col=place.tile_col or 0,
        row=place.tile_row or 0,
        state=state.value if state else None,
        count=count,
        href=path_for("territories.territory", oktmo=place.oktmo),
        title=title,
        here=here,
    )


def figures(going: Going, places: Sequence[OnMap], totals: Totals) -> list[Figure]:
    """Headline figures, each with what was counted."""
    ids = {place.id for place in places}
    municipalities = sum(any(state in AT_WORK for state in going.get(one, ())) for one in ids)
    organisations, practices = totals.adoptions, totals.practices
    made = [
        Figure(
            "municipalities",
            _("%(done)s of %(total)s", done=number(municipalities), total=number(len(ids))),
            _("municipalities where at least one practice from the catalogue works"),
            municipalities,
        ),
        Figure(
            "adoptions",
            number(organisations),
            ngettext(
                "adoption at work: an organisation took a practice over, and somebody else has confirmed the launch",
                "adoptions at work: an organisation took a practice over, and somebody else has confirmed the launch",
                organisations,
            ),
            organisations,
        ),
        Figure(
            "practices",
            number(practices),
            ngettext(
                "practice works with somebody besides its author",
                "practices work with somebody besides their author",
                practices,
            ),
            practices,
        ),
    ]
    middle = totals.days_to_launch
    if middle is not None:
        counted = ngettext("%(num)s launch counted", "%(num)s launches counted", totals.launches)
        made.append(
            Figure(
                "days_to_launch",
                ngettext("%(num)s day", "%(num)s days", middle),
                _("from request to the first result: the middle value, %(counted)s", counted=counted),
                middle,
            )
        )
    return made


def more_figures(sums: Totals) -> list[Figure]:
    """What the page of adoption tells besides the headline."""
    spread, preparing, reported = sums.spread, sums.preparing, sums.unconfirmed
    made = [
        Figure(
            "organisations",
            number(sums.organisations),
            ngettext(
                "organisation works by at least one practice it took over",
                "organisations work by at least one practice they took over",
                sums.organisations,
            ),
            sums.organisations,
        ),
        Figure(
            "spread",
            number(spread),
            ngettext(
                "practice works in five territories or more",
                "practices work in five territories or more",
                spread,
            ),
            spread,
        ),
        Figure(
            "preparing",
            number(preparing),
            ngettext(
                "adoption is being prepared: the order is signed, the first result has not come",
                "adoptions are being prepared: the order is signed, the first result has not come",
                preparing,
            ),
            preparing,
        ),
        Figure(
            "reported",
            number(reported),
            ngettext(
                "launch reported and not confirmed yet by author, mentor or region: not counted as work",
                "launches reported and not confirmed yet by author, mentor or region: not counted as work",
                reported,
            ),
            reported,
        ),
    ]
    return [*made, _served(sums)]


def _served(sums: Totals) -> Figure:
    figure = partial(Figure, "served")
    if sums.served is None:
        return figure(_("no data"), _("families and people served: no organisation has reported a number yet"))
    told = sums.served == 0 or sums.served >= FEWEST_PEOPLE_TOLD
    value = number(sums.served) if told else _("fewer than %(few)s", few=FEWEST_PEOPLE_TOLD)
    definition = ngettext(
        "families and people served, each practice in its own unit: reported by %(part)s of %(num)s adoption at work",
        "families and people served, each practice in its own unit: reported by %(part)s of %(num)s adoptions at work",
        sums.adoptions,
        part=number(sums.reported),
    )
    return figure(value, definition, sums.served if told else None)

"""The parts of the public picture as tables (XLSX, CSV) and as plain values (JSON)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from adoption import curve, figures, picture, queries
from adoption.curve import Point
from adoption.figures import Figure
from adoption.labels import REACHED_LABELS, REPORTED, STATE_LABELS, reported_line
from adoption.matrix import Matrix, Wish, matrix
from adoption.models import State
from adoption.picture import Picture, Place
from adoption.queries import Cell
from kernel.documents.sheets import Column
from kernel.i18n import day

TURNED = 1000
Table = tuple[list[Column], list[list[Any]]]


@dataclass
class Found:
    """The picture with what is asked of it; `figures` and `points` are read when wanted."""

    picture: Picture
    wish: Wish
    cells: list[Cell] = field(default_factory=list)
    """Of the practice and the group chosen."""

    def figures(self) -> list[Figure]:
        found = self.picture
        return [
            *figures.figures(found.cells, found.places, queries.launch_days()),
            *figures.more_figures(found.cells, picture.sums()),
        ]

    def points(self) -> list[Point]:
        return curve.curve(picture.dated(), {place.id for place in self.picture.places}, self.picture.day)

    def matrix(self) -> Matrix:
        """The whole table on one page; a sheet has room for so many columns only."""
        turned = self.wish.turned and len(self.picture.subjects) <= TURNED
        return matrix(self.picture, self.wish._replace(turned=turned), None)


def notes(found: Picture) -> list[str]:
    """What stands beside every table taken out: the date, what is counted, whether it is made up."""
    told = [
        _("As of %(day)s. Only what goes on is counted.", day=day(found.day)),
        _("It works where the launch was confirmed by the author, a mentor or the region."),
    ]
    return [*told, _("Demonstration data.")] if found.demo else told


def map_values(found: Found) -> list[dict[str, Any]]:
    """A territory an entry: its furthest state, how many practices stand in each, how many launches wait."""
    return [
        {
            "oktmo": place.oktmo,
            "name": place.name,
            "state": tile.state,
            "practices": tile.count or 0,
            "states": states,
            "reported": reported,
            "size_class": place.size_class.value if place.size_class else None,
            "remote": place.remote,
        }
        for place, tile, states, reported in _places(found)
    ]


def _places(found: Found) -> list[tuple[Place, figures.MapTile, dict[str, int], int]]:
    chosen = [cell for cell in found.cells if found.wish.state in (None, cell.state)]
    tiles = figures.whole_map(chosen, found.picture.places, found.wish.state)
    made = []
    for place, tile in zip(found.picture.places, tiles, strict=True):
        here = [cell for cell in chosen if cell.territory_id == place.id]
        mine = [cell.state for cell in here]
        reported = sum(bool(cell.reported) for cell in here)
        made.append((place, tile, {state.value: mine.count(state) for state in State}, reported))
    return made


def map_table(found: Found) -> Table:
    columns = [Column(_("Municipality"), 44), Column(_("OKTMO code"), 14), Column(_("Furthest state"), 16)]
    columns += [Column(str(label), 14) for label in STATE_LABELS.values()]
    columns.append(Column(str(REPORTED), 22))
    rows = [
        [
            place.name,
            place.oktmo,
            str(STATE_LABELS[State(tile.state)]) if tile.state else _("Not yet"),
            *states.values(),
            reported,
        ]
        for place, tile, states, reported in _places(found)
    ]
    return columns, rows


def _state_name(state: str | None) -> str:
    return str(STATE_LABELS[State(state)]) if state else str(_("Not yet"))


def matrix_values(found: Found) -> list[dict[str, Any]]:
    """A practice an entry, once, however many groups it stands in; only cells where something goes on."""
    places = {place.id: place for place in (*found.picture.places, *found.picture.others)}
    by_practice: dict[int, list[Cell]] = {}
    for cell in found.cells:
        by_practice.setdefault(cell.practice_id, []).append(cell)
    order = dict.fromkeys(subject for _group, subject in found.matrix().listing.items)
    return [
        {
            "slug": subject.slug,
            "name": subject.name,
            "audience": [group.value for group in subject.groups],
            "territories": [
                {
                    "oktmo": places[cell.territory_id].oktmo,
                    "state": cell.state.value,
                    "organisations": cell.all,
                    "in_state": cell.there,
                    "reported": cell.reported,
                }
                for cell in by_practice.get(subject.id, ())
            ],
        }
        for subject in order
        if subject.id in by_practice
    ]


def matrix_table(found: Found) -> Table:
    """The table as it stands on the page, words for signs."""
    made = found.matrix()
    grouped = any(label for label, _rows in made.bands)
    turned = made.turned
    columns = [Column(_("Municipality") if turned else _("Practice"), 44)]
    columns += [Column(_("Group"), 30)] if grouped else []
    columns.append(Column(_("Practices at work") if turned else _("Works in"), 12))
    columns += [Column(head.name, 14) for head in made.heads]
    rows: list[list[Any]] = []
    for label, lines in made.bands:
        for row in lines:
            rows.append([row.head.name, *([label] if grouped else []), row.head.works, *map(cell_text, row.cells)])
    return columns, rows


def cell_text(cell: Cell | None) -> str:
    """«Работает», «Работает, 3 из 7», «Готовим, запуск сообщён, подтверждается»."""
    if cell is None:
        return ""
    parts = [str(STATE_LABELS[cell.state])]
    if cell.all > 1:
        parts.append(_("%(done)s of %(total)s", done=cell.there, total=cell.all))
    if cell.reported:
        parts.append(reported_line(cell))
    return ", ".join(parts)


def list_table(found: Found) -> Table:
    """A line a practice and territory, as a program reads it best."""
    columns = [Column(_("Practice"), 44), Column(_("Municipality"), 40), Column(_("OKTMO code"), 14)]
    columns += [Column(_("State"), 16), Column(_("Organisations"), 14), Column(_("Of them at work"), 14)]
    columns.append(Column(str(REPORTED), 22))
    places = {place.id: place for place in (*found.picture.places, *found.picture.others)}
    rows = []
    for cell in sorted(found.cells, key=lambda cell: (found.picture.subjects[cell.practice_id].name_key,)):
        place = places[cell.territory_id]
        state = str(STATE_LABELS[cell.state])
        name = found.picture.subjects[cell.practice_id].name
        rows.append([name, place.name, place.oktmo, state, cell.all, cell.working, cell.reported])
    return columns, rows


def curve_values(found: Found) -> list[dict[str, Any]]:
    return [
        {
            "date": point.day.isoformat(),
            "municipalities": {state.value: number for state, number in point.municipalities.items()},
            "adoptions": {state.value: number for state, number in point.adoptions.items()},
        }
        for point in found.points()
    ]


def curve_table(found: Found) -> Table:
    kinds = (_("municipalities"), _("adoptions"))
    columns = [Column(_("Date"), 14)]
    columns += [Column(f"{label}: {kind}", 18) for kind in kinds for label in REACHED_LABELS.values()]
    rows = [[point.day, *point.municipalities.values(), *point.adoptions.values()] for point in found.points()]
    return columns, rows


def totals_values(found: Found) -> list[dict[str, Any]]:
    return [
        {"key": one.key, "value": one.value, "number": one.number, "definition": one.definition}
        for one in found.figures()
    ]


def totals_table(found: Found) -> Table:
    columns = [Column(_("Figure"), 18), Column(_("What is counted"), 80), Column(_("As of"), 14)]
    return columns, [[one.value, one.definition, found.picture.day] for one in found.figures()]


VALUES = {"map": map_values, "matrix": matrix_values, "curve": curve_values, "totals": totals_values}
TABLES = {"map": map_table, "matrix": matrix_table, "curve": curve_table, "totals": totals_table}
NAMES: Sequence[str] = tuple(VALUES)

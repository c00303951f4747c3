"""The parts of the public picture as tables (XLSX, CSV) and as plain values (JSON)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from adoption import counts, queries, spread
from adoption.counts import Going
from adoption.labels import REACHED_LABELS, REPORTED, STATE_LABELS, reported_line
from adoption.models import State
from adoption.picture import curve, figures
from adoption.picture import queries as picture_queries
from adoption.picture.curve import Point
from adoption.picture.figures import Figure
from adoption.picture.matrix import Matrix, Selection, matrix
from adoption.picture.queries import Picture, Place, Subject
from adoption.spread import Cell
from kernel.documents.sheets import Column
from kernel.i18n import day, number

TURNED = 1000
Table = tuple[list[Column], list[list[object]]]


@dataclass
class Found:
    """The picture with what is asked of it; whatever is not for the map is read when wanted."""

    picture: Picture
    selection: Selection
    chosen: Subject | None = None
    """The practice asked for."""

    @cached_property
    def cells(self) -> list[Cell]:
        """Of the practice and the group chosen."""
        if self.chosen is None:
            return spread.cells(audience=self.selection.audience)
        if self.selection.audience and not picture_queries.is_for(self.chosen.id, self.selection.audience):
            return []
        return spread.cells(practices=[self.chosen.id])

    @cached_property
    def going(self) -> Going:
        """The same, counted by territory and state."""
        if self.chosen is None:
            return counts.going(self.selection.audience) if self.selection.audience else self.picture.going
        return {cell.territory_id: {cell.state: 1} for cell in self.cells}

    @cached_property
    def waiting(self) -> Going:
        """Of them, those with a launch that is reported and not confirmed."""
        if self.chosen is None:
            return counts.waiting(self.selection.audience)
        return {cell.territory_id: {cell.state: 1} for cell in self.cells if cell.reported}

    def places(self) -> dict[int, Place]:
        """Every territory of the cells, by id."""
        elsewhere = self.picture.elsewhere(self.going.keys())
        return {place.id: place for place in (*self.picture.places, *elsewhere)}

    def figures(self) -> list[Figure]:
        totals = counts.totals()
        going, places = self.picture.going, self.picture.places
        return [*figures.figures(going, places, totals), *figures.more_figures(totals)]

    def points(self) -> list[Point]:
        return curve.curve(counts.history(), {place.id for place in self.picture.places}, self.picture.day)

    def matrix(self) -> Matrix:
        """The whole table on one page; a sheet has room for so many columns only."""
        _lines, total, _page = picture_queries.lines(
            self.selection.sort, self.selection.audience, self.selection.grouped, per_page=1
        )
        return matrix(self.picture, self.selection._replace(turned=self.selection.turned and total <= TURNED), None)


def notes(found: Picture) -> list[str]:
    """What stands beside every table taken out: the date, what is counted, whether it is made up."""
    told = [
        _("As of %(day)s. Only what goes on is counted.", day=day(found.day)),
        _("It works where the launch was confirmed by the author, a mentor or the region."),
    ]
    return [*told, _("Demonstration data.")] if found.demo else told


def map_values(found: Found) -> list[dict[str, object]]:
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
    state, places = found.selection.state, found.picture.places
    made = []
    tiles = figures.whole_map(found.going, found.waiting, places, state)
    for place, tile in zip(places, tiles, strict=True):
        mine = figures.standing(found.going, place.id, state)
        reported = sum(figures.standing(found.waiting, place.id, state).values())
        made.append((place, tile, {known.value: mine.get(known, 0) for known in State}, reported))
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


def matrix_values(found: Found) -> list[dict[str, object]]:
    """A practice an entry, once, however many groups it stands in; only cells where something goes on."""
    oktmo = {one: place.oktmo for one, place in found.places().items()}
    by_practice: dict[int, list[dict[str, object]]] = {}
    for cell in found.cells:
        by_practice.setdefault(cell.practice_id, []).append(
            {
                "oktmo": oktmo[cell.territory_id],
                "state": cell.state.value,
                "organisations": cell.all,
                "in_state": cell.there,
                "reported": cell.reported,
            }
        )
    selection = found.selection
    lines, _total, _page = picture_queries.lines(selection.sort, selection.audience, selection.grouped)
    order = dict.fromkeys(subject for _group, subject in lines if subject.id in by_practice)
    groups = picture_queries.groups_of([subject.id for subject in order])
    return [
        {
            "slug": subject.slug,
            "name": subject.name,
            "audience": [group.value for group in groups.get(subject.id, ())],
            "territories": by_practice[subject.id],
        }
        for subject in order
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
    rows: list[list[object]] = []
    for label, lines in made.bands:
        for row in lines:
            rows.append([row.head.name, *([label] if grouped else []), row.head.works, *map(cell_text, row.cells)])
    return columns, rows


def cell_text(cell: Cell | None) -> str:
    """«Работает», «Работает, 3 из 7», «Готовим, запуск заявлен, подтверждается»."""
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
    made_up = queries.invented()
    if made_up:
        columns.append(Column(_("Demonstration data"), 14))
    places = found.places()
    lines, _total, _page = picture_queries.lines("name", found.selection.audience, grouped=False)
    by_practice: dict[int, list[Cell]] = {}
    for cell in found.cells:
        by_practice.setdefault(cell.practice_id, []).append(cell)
    rows = []
    for _group, subject in lines:
        for cell in by_practice.get(subject.id, ()):
            place, state = places[cell.territory_id], str(STATE_LABELS[cell.state])
            row = [subject.name, place.name, place.oktmo, state, cell.all, cell.working, cell.reported]
            invented = [_("yes") if (cell.practice_id, cell.territory_id) in made_up else ""] if made_up else []
            rows.append([*row, *invented])
    return columns, rows


def curve_values(found: Found) -> list[dict[str, object]]:
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


def totals_values(found: Found) -> list[dict[str, object]]:
    return [
        {"key": one.key, "value": one.value, "number": one.number, "definition": one.definition}
        for one in found.figures()
    ]


def totals_table(found: Found) -> Table:
    columns = [Column(_("Figure"), 18), Column(_("What is counted"), 80), Column(_("As of"), 14)]
    return columns, [[_bare(one), one.definition, found.picture.day] for one in found.figures()]


def _bare(figure: Figure) -> str | int:
    """The number, where the figure is read as nothing else: «17 из 42» stays as it is read."""
    return figure.number if figure.number is not None and number(figure.number) == figure.value else figure.value


VALUES = {"map": map_values, "matrix": matrix_values, "curve": curve_values, "totals": totals_values}
TABLES = {"map": map_table, "matrix": matrix_table, "curve": curve_table, "totals": totals_table}

"""The public picture: map, figures, curve, table practices × municipalities; each as JSON and XLSX too."""

from __future__ import annotations

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from adoption import labels
from adoption.blueprint import blueprint
from adoption.models import State
from adoption.picture import exports, figures, queries
from adoption.picture.curve import draw
from adoption.picture.exports import Found
from adoption.picture.figures import MapTile
from adoption.picture.matrix import PARAMETERS, matrix, read
from adoption.picture.queries import Subject
from kernel.access import public
from kernel.documents import sheets
from kernel.downloads import download
from kernel.pages import TOTALS, warm
from practices.labels import GROUP_LABELS
from practices.scopes import CATALOGUE, HOME

SCOPES = ("site", CATALOGUE, HOME)
CHOICES = 300
"""So many practices are offered above the map; the rest are reached from their own pages."""


def _find() -> Found:
    """The picture by the query string. Raises NotFound when the catalogue has not the practice asked for."""
    selection = read(request.args)
    chosen = queries.subject(selection.practice) if selection.practice else None
    if selection.practice and chosen is None:
        raise NotFound()
    return Found(queries.picture(), selection, chosen)


@blueprint.get("/adoption/")
@public
@warm(*SCOPES, query=PARAMETERS, seconds=TOTALS / 2)
def overview() -> ResponseReturnValue:
    found = _find()
    points = found.points()
    return render_template(
        "adoption/overview.html",
        picture=found.picture,
        selection=found.selection,
        chosen=found.chosen,
        figures=found.figures() if found.picture.going else [],
        tiles=_tiles(found),
        real=figures.region_map(),
        unmapped={name: values for name, values in request.args.lists() if name in PARAMETERS and name != "map"},
        shown=_shown(found),
        practices=_practices(found.chosen),
        audiences=[(group, str(GROUP_LABELS[group])) for group in queries.audiences()],
        points=points,
        drawings=[(kind, draw(points, kind)) for kind in ("municipalities", "adoptions")] if points else [],
        matrix=matrix(found.picture, found.selection),
        words={state: str(label) for state, label in labels.STATE_LABELS.items()},
        states=labels.STATE_LABELS,
        reached=labels.REACHED_LABELS,
        reported_line=labels.reported_line,
        State=State,
        seconds=TOTALS,
    )


def _tiles(found: Found) -> list[MapTile]:
    if found.chosen:
        return figures.practice_map(found.cells, found.picture.places, state=found.selection.state)
    return figures.whole_map(found.going, found.waiting, found.picture.places, found.selection.state)


def _shown(found: Found) -> int:
    """Municipalities coloured on the map."""
    state = found.selection.state
    return sum(bool(figures.standing(found.going, place.id, state)) for place in found.picture.places)


def _practices(chosen: Subject | None) -> list[Subject]:
    """What the map may be narrowed to, by name."""
    known = queries.offered(CHOICES)
    return [*known, chosen] if chosen and chosen not in known else known


@blueprint.get("/adoption.json")
@public
@warm(*SCOPES, query=PARAMETERS, seconds=TOTALS / 2)
def overview_json() -> ResponseReturnValue:
    found = _find()
    return jsonify(
        **_head(found),
        figures=exports.totals_values(found) if found.picture.going else [],
        territories=exports.map_values(found),
        practices=exports.matrix_values(found),
        curve=exports.curve_values(found),
    )


@blueprint.get("/adoption/<any(map, matrix, curve, totals):part>.json")
@public
@warm(*SCOPES, query=PARAMETERS, seconds=TOTALS / 2)
def part_json(part: str) -> ResponseReturnValue:
    found = _find()
    return jsonify(_head(found) | {part: exports.VALUES[part](found)})


def _head(found: Found) -> dict[str, object]:
    return {"date": found.picture.day.isoformat(), "demo": found.picture.demo, "seconds": TOTALS}


@blueprint.get("/adoption/<any(map, matrix, curve, totals):part>.xlsx")
@public
@warm(*SCOPES, query=PARAMETERS, seconds=TOTALS / 2)
def part_xlsx(part: str) -> ResponseReturnValue:
    found = _find()
    return _workbook(f"adoption-{part}.xlsx", found, exports.TABLES[part](found))


@blueprint.get("/adoption.xlsx")
@public
@warm(*SCOPES, query=PARAMETERS, seconds=TOTALS / 2)
def overview_xlsx() -> ResponseReturnValue:
    found = _find()
    return _workbook("adoption.xlsx", found, exports.list_table(found))


def _workbook(name: str, found: Found, table: exports.Table) -> Response:
    body = sheets.xlsx(_("Adoption"), *table, exports.notes(found.picture))
    return download(body, sheets.XLSX, name)


@blueprint.get("/adoption.csv")
@public
@warm(*SCOPES, query=PARAMETERS, seconds=TOTALS / 2)
def overview_csv() -> ResponseReturnValue:
    found = _find()
    body = sheets.csv_bytes(*exports.list_table(found))
    return download(body, "text/csv", "adoption.csv")

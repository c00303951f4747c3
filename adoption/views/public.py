"""The public picture: map, figures, table practices × municipalities; the same as JSON, XLSX, CSV."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from adoption import figures
from adoption.figures import Overview
from adoption.labels import STATE_LABELS
from adoption.models import State
from adoption.views.base import blueprint
from kernel.access import public
from kernel.documents import sheets
from kernel.documents.sheets import Column
from kernel.i18n import day
from kernel.pages import warm

SCOPES = ("site", "catalogue", "adoption")


@blueprint.get("/adoption/")
@public
@warm(*SCOPES, query=("sort", "map"))
def overview() -> ResponseReturnValue:
    sort = "name" if request.args.get("sort") == "name" else "spread"
    return render_template(
        "adoption/overview.html", overview=figures.overview(sort), sort=sort, states=STATE_LABELS, State=State
    )


@blueprint.get("/adoption.json")
@public
@warm(*SCOPES)
def overview_json() -> ResponseReturnValue:
    found = figures.overview()
    places = {place.id: place for place in found.columns}
    return jsonify(
        date=found.day.isoformat(),
        demo=found.demo,
        figures=[{"value": figure.value, "definition": figure.definition} for figure in found.figures],
        territories=[
            {"oktmo": tile.oktmo, "name": tile.name, "state": tile.state, "practices": tile.count or 0}
            for tile in found.tiles
        ],
        practices=[
            {
                "slug": line.practice.slug,
                "name": line.practice.name,
                "territories": [
                    {
                        "oktmo": places[cell.territory_id].oktmo,
                        "state": cell.state.value,
                        "organisations": cell.all,
                        "in_state": cell.there,
                    }
                    for cell in line.cells.values()
                ],
            }
            for line in found.lines
        ],
    )


def _table(found: Overview) -> tuple[list[Column], list[list[Any]]]:
    columns = [Column(_("Practice"), 44), Column(_("Municipality"), 40), Column(_("OKTMO code"), 14)]
    columns += [Column(_("State"), 16), Column(_("Organisations"), 14), Column(_("Of them at work"), 14)]
    places = {place.id: place for place in found.columns}
    rows = [
        [
            line.practice.name,
            places[cell.territory_id].name,
            places[cell.territory_id].oktmo,
            str(STATE_LABELS[cell.state]),
            cell.all,
            cell.working,
        ]
        for line in found.lines
        for cell in line.cells.values()
    ]
    return columns, rows


@blueprint.get("/adoption.xlsx")
@public
@warm(*SCOPES)
def overview_xlsx() -> ResponseReturnValue:
    found = figures.overview("name")
    notes = [_("As of %(day)s. Only what goes on is counted.", day=day(found.day))]
    notes += [_("Demonstration data.")] if found.demo else []
    body = sheets.xlsx(_("Adoption"), *_table(found), notes)
    return Response(body, mimetype=sheets.XLSX, headers={"Content-Disposition": "attachment; filename=adoption.xlsx"})


@blueprint.get("/adoption.csv")
@public
@warm(*SCOPES)
def overview_csv() -> ResponseReturnValue:
    body = sheets.csv_bytes(*_table(figures.overview("name")))
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=adoption.csv"})

"""Territory pages and the boundary-free map."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kernel.access import public
from kernel.pages import warm
from territories import queries
from territories.models import Level

blueprint = Blueprint("territories", __name__)


@blueprint.get("/territories/<oktmo>")
@public
@warm("site", "adoption", "catalogue", seconds=600)
def territory(oktmo: str) -> ResponseReturnValue:
    found = queries.territory_by_oktmo(oktmo)
    if not found.is_current:
        if found.successor is None:
            abort(404)
        return redirect(url_for("territories.territory", oktmo=found.successor.oktmo), 301)
    children = queries.municipalities(found.id) if found.level is not Level.municipality else []
    return render_template("territories/territory.html", territory=found, children=children)

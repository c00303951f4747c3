"""Territory pages: the list of all, and one with its parts."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kernel.access import public
from kernel.listing import paginate
from kernel.pages import warm
from kernel.text import sort_key
from territories import queries
from territories.models import Level, Territory

blueprint = Blueprint("territories", __name__)


@blueprint.get("/territories/")
@public
@warm("site", query=("q", "page"), seconds=600)
def index() -> ResponseReturnValue:
    """Regions with what is known of each; with a search, the territories that answer."""
    text = request.args.get("q", "").strip()
    listing = None
    if sort_key(text):
        listing = paginate(queries.named(text), {"name": Territory.name_key}, default="name", tie=Territory.id)
    return render_template(
        "territories/index.html",
        q=text,
        listing=listing,
        lines=queries.region_lines() if listing is None else [],
        Level=Level,
    )


@blueprint.get("/territories/<oktmo>")
@public
@warm("site", "adoption", "catalogue", query=("map", "page"), seconds=600)
def territory(oktmo: str) -> ResponseReturnValue:
    found = queries.territory_by_oktmo(oktmo)
    if not found.is_current:
        if found.successor is None:
            abort(404)
        return redirect(url_for("territories.territory", oktmo=found.successor.oktmo), 301)
    listing = paginate(
        queries.parts_of(found.id), {"name": Territory.name_key}, default="name", tie=Territory.id, per_page=100
    )
    return render_template("territories/territory.html", territory=found, listing=listing)

"""Territory pages: the list of all, and one with its parts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func

from kernel.access import public
from kernel.listing import Listing, paginate
from kernel.pages import warm
from territories import queries
from territories.models import Level, Territory

blueprint = Blueprint("territories", __name__)


@blueprint.get("/territories/")
@public
@warm("site", query=("q", "level", "region", "sort", "page"), seconds=600)
def index() -> ResponseReturnValue:
    """Two levels, one at a time: the regions by federal district, or a list of municipalities."""
    text, lines = request.args.get("q", "").strip(), queries.region_lines()
    region = next((line.region for line in lines if line.region.oktmo == request.args.get("region")), None)
    answering = queries.answering(text, lines)
    found = queries.number_named(text, lines, within=region)
    level = _level(region, answering, found)
    listing = _municipalities(text, region, found) if level is Level.municipality else None
    return render_template(
        "territories/index.html",
        q=text,
        level=level,
        regions_found=len(answering),
        municipalities_found=found,
        districts=queries.by_district(answering),
        listing=listing,
        regions=[line.region for line in lines if line.municipalities],
        region=region,
        tab=partial(url_for, "territories.index", q=text or None),
    )


ORDERS_OF_TERRITORIES = {"name": Territory.name_key, "people": func.coalesce(Territory.population, 0)}


def _municipalities(text: str, region: Territory | None, total: int) -> Listing[Territory]:
    named = queries.named_statement(text, Level.municipality, within=region)
    listing = paginate(named, ORDERS_OF_TERRITORIES, default="name", tie=Territory.id, total=total)
    if region is not None:
        listing.add_filter("region", _("Region"), region.name)
    return listing


def _level(region: Territory | None, regions: Sequence[object], municipalities: int) -> Level:
    """The level asked for; without a word the regions, unless what is looked for is found among municipalities only."""
    asked = request.args.get("level", "")
    if asked in (Level.region.value, Level.municipality.value):
        return Level(asked)
    return Level.municipality if region is not None or (municipalities and not regions) else Level.region


@blueprint.get("/territories/<oktmo>")
@public
@warm("site", "territory:{oktmo}", "adoption:{oktmo}", "catalogue", "forums", query=("map", "page"), seconds=600)
def territory(oktmo: str) -> ResponseReturnValue:
    found = queries.territory_by_oktmo(oktmo)
    if not found.is_current:
        if found.successor is None:
            abort(404)
        return redirect(url_for("territories.territory", oktmo=found.successor.oktmo), 301)
    listing = paginate(
        queries.parts_statement(found.id), {"name": Territory.name_key}, default="name", tie=Territory.id, per_page=100
    )
    return render_template("territories/territory.html", territory=found, listing=listing)

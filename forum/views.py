"""Public pages of forums; the public side of `/forums/`."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from forum import queries, rules
from forum.labels import FORMAT_LABELS
from forum.models import Format
from forum.schema import event_json
from kernel.access import public
from kernel.pages import warm
from kernel.zones import zone_name

blueprint = Blueprint("forum", __name__)


@blueprint.get("/forums/")
@public
@warm("site", "forums", seconds=300)
def index() -> ResponseReturnValue:
    return render_template("forum/index.html", forums=queries.public_forums())


@blueprint.get("/forums/<slug>/")
@public
@warm("site", "forums", "forum:{slug}", seconds=5)
def forum(slug: str) -> ResponseReturnValue:
    found = queries.public_forum(slug)
    venues = queries.venues_of(found.id)
    return render_template(
        "forum/forum.html",
        forum=found,
        sections=queries.sections_of(found.id),
        venues=venues,
        schema=event_json(found, venues),
        zone=zone_name(found.timezone),
        co_organisers=rules.named(found.co_organisers),
        partners=rules.named(found.partners),
        said=rules.said(found.said_figures) if queries.phase(found) == "after" else [],
        formats=[FORMAT_LABELS[format] for format in Format if format in found.formats],
    )

"""Editions of a practice, and what changed between two of them: for whoever has taken an earlier one."""

from __future__ import annotations

from itertools import pairwise

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kernel.access import public
from kernel.pages import warm
from kernel.text import whole_number
from practices import queries
from practices.differences import differences
from practices.moderation import queries as moderation
from practices.moderation.rules import differing
from practices.views.base import blueprint


@blueprint.get("/practices/<slug>/editions")
@public
@warm("site", "practice:{slug}")
def editions(slug: str) -> ResponseReturnValue:
    practice = queries.public_practice(slug)
    found = moderation.editions(practice)
    counts = {after.number: len(differing(before.content, after.content)) for after, before in pairwise(found)}
    return render_template("practices/editions.html", practice=practice, editions=found, counts=counts)


@blueprint.get("/practices/<slug>/editions/<int:number>")
@public
@warm("site", "practice:{slug}", query=("since",))
def edition_changes(slug: str, number: int) -> ResponseReturnValue:
    """The edition against `since`, by default the one before it."""
    practice = queries.public_practice(slug)
    after = moderation.edition(practice, number)
    since = whole_number(request.args.get("since")) or number - 1
    before = moderation.edition(practice, since)
    names = moderation.names_in(before.content, after.content)
    return render_template(
        "practices/edition_changes.html",
        practice=practice,
        before=before,
        after=after,
        rows=differences(before.content, after.content, names),
    )

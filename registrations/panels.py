"""How registrations show themselves on the forum's pages."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from markupsafe import Markup

from forum.models import Forum
from kernel.panels import panel
from registrations import queries
from registrations.places import places_notes


@panel("forum.actions", order=10)
def take_part(forum: Forum) -> Markup | str:
    """«Участвовать» with the places left, while registration is open. A plain link: the page is cached."""
    if not queries.is_open(forum):
        return ""
    notes = places_notes(forum)
    return Markup(render_template("registrations/_take_part.html", forum=forum, notes=notes))


@panel("forum.manage", order=20)
def participants(forum: Forum) -> Markup | str:
    """The way to the list, with its count."""
    if not current_user.scopes("registrations:registration:view"):
        return ""
    return Markup(render_template("registrations/manage/_panel.html", forum=forum, figures=queries.figures(forum)))

"""How talks show themselves on the page of their practice and of a territory."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from kernel.access import Actor
from kernel.panels import panel
from practices.models import Practice
from programme import queries
from territories.models import Level, Territory


@panel("practice.aside", order=40)
def told_at(practice: Practice) -> str | Markup:
    """Where the practice was told of."""
    slots = queries.public_slots_about(practice.id)
    return Markup(render_template("programme/panels/practice.html", slots=slots)) if slots else ""


@panel("territory.main", order=60)
def told_from(territory: Territory) -> str | Markup:
    """What people from the municipality told at forums."""
    if territory.level is not Level.municipality:
        return ""
    slots = queries.public_slots_from(territory.id)
    return Markup(render_template("programme/panels/territory.html", slots=slots)) if slots else ""


@panel("work.tasks", order=30)
def own_sections(user: Actor) -> str | Markup:
    """The sections a moderator chairs or an assistant helps in."""
    held = user.scopes("forum:section:chair").of("section") | user.scopes("forum:section:assist").of("section")
    sections = queries.sections_by_id(held) if held else []
    return Markup(render_template("programme/panels/sections.html", sections=sections)) if sections else ""

"""How the catalogue shows itself on lower pages."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from accounts.settings import site
from kernel.access import SignedIn
from kernel.permissions import Permission
from practices import labels, queries
from practices.moderation.queries import counts_for
from territories.models import Level, Territory
from territories.queries import current


def born_here(territory: Territory) -> str | Markup:
    """Practices of the catalogue whose authors are in the municipality."""
    if territory.level is not Level.municipality:
        return ""
    found = queries.published_in(territory.id)
    return Markup(render_template("practices/panels/territory.html", practices=found)) if found else ""


def leads_on(territory: Territory) -> str | Markup:
    """Where to go from the page of a territory that nobody has told anything of."""
    region = current(site().region)
    elsewhere = region if region and territory.id != region.id and territory.parent_id != region.id else None
    return Markup(render_template("practices/panels/leads_on.html", territory=territory, region=elsewhere))


def waiting(user: SignedIn) -> str | Markup:
    """How many practices wait for an editor."""
    if not user.scopes(Permission.EDIT_PRACTICES):
        return ""
    counts = counts_for(user)
    return Markup(render_template("practices/panels/tasks.html", counts=counts, labels=labels)) if counts else ""


def own_searches(user: SignedIn) -> str | Markup:
    """Searches of the catalogue the person keeps."""
    kept = queries.saved_searches(user.id)
    return Markup(render_template("practices/panels/searches.html", searches=kept)) if kept else ""

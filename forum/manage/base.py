"""What the organiser's pages share."""

from __future__ import annotations

from flask import Blueprint

from accounts.settings import site
from kernel.access import actor
from kernel.forms import Form
from territories import queries as territories

blueprint = Blueprint("forum_desk", __name__)
EDIT = "forum:forum:edit"
SERIES = "forum:series:edit"


def shown_as(form: Form) -> int:
    """The status of a page with a form: 422 after a submission that cannot be taken."""
    return 422 if form.is_submitted() else 200


def territory_choices() -> list[tuple[int, str]]:
    region = territories.current(site().region)
    rows = ([region, *territories.municipalities(region.id)] if region else []) or territories.regions()
    return [(territory.id, territory.name) for territory in rows]


def may_begin_series() -> bool:
    """An organiser of one series does not make others."""
    return actor().scopes(SERIES).everywhere

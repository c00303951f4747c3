"""What the organiser's pages share."""

from __future__ import annotations

from flask import Blueprint

from accounts.settings import site
from territories import queries as territories

blueprint = Blueprint("forum_desk", __name__)


def territory_choices() -> list[tuple[int, str]]:
    region = territories.current(site().region)
    rows = ([region, *territories.municipalities(region.id)] if region else []) or territories.regions()
    return [(territory.id, territory.name) for territory in rows]

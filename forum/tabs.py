"""The parts of a forum's desk, each one press away from every other; features above bring theirs."""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask, request, url_for

from forum.models import Forum
from forum.queries import holds
from kernel.access import actor
from kernel.feature import registry

AREA = "forum"


class Link(NamedTuple):
    label: object
    href: str
    current: bool


def forum_tabs(forum: Forum) -> list[Link]:
    """Those that whoever is signed in may open; none where there is only one."""
    user, here = actor(), registry().behind.get(request.endpoint or "")
    found = [
        Link(tab.label, url_for(tab.endpoint, slug=forum.slug), here == tab.endpoint)
        for tab in registry().tabs.get(AREA, ())
        if user.is_authenticated and holds(user.scopes(tab.permission), forum)
    ]
    return found if len(found) > 1 else []


def init_app(app: Flask) -> None:
    app.add_template_global(forum_tabs)

"""Requests on the first screen of whoever begins where nobody coordinates."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from adoption.wishes import queries
from kernel.access import SignedIn
from kernel.permissions import Permission


def waiting(user: SignedIn) -> str | Markup:
    if not user.scopes(Permission.START_ADOPTIONS) or user.scopes(Permission.OPEN_CABINET):
        return ""
    wishes = queries.waiting_without_coordinator(user)
    return Markup(render_template("adoption/wishes/waiting.html", wishes=wishes)) if wishes else ""

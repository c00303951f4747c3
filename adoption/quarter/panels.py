"""How the quarterly question shows itself on an organiser's first screen."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from adoption.quarter import counts, labels, queries, rules
from adoption.queries import today
from kernel.access import SignedIn
from kernel.permissions import Permission

ROUNDS_TOLD = 3
"""So many rounds are told of; nobody leads more at once but an administrator of many regions."""


def rounds_under_way(user: SignedIn) -> str | Markup:
    """How far the rounds have come that the user leads. Three queries."""
    if not user.scopes(Permission.LEAD_ROUNDS):
        return ""
    found = queries.open_rounds_for(user)[:ROUNDS_TOLD]
    if not found:
        return ""
    progress = counts.progress(found)
    rows = [(of, progress.get(of.id, counts.Progress()), rules.is_late(of.due, today())) for of in found]
    return Markup(render_template("adoption/quarter/panel.html", rows=rows, labels=labels))

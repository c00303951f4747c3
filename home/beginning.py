"""The first steps of a new installation, on the administrator's first screen until all are taken."""

from __future__ import annotations

from typing import NamedTuple

from flask import render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from accounts.settings import site
from home import queries
from kernel.access import SignedIn
from kernel.permissions import Permission


class Step(NamedTuple):
    """What to do, why, where, and whether it is done."""

    text: str
    why: str
    href: str
    done: bool


def first_steps(user: SignedIn) -> str | Markup:
    """Shown to administrators only; gone for good once there is something of everything."""
    if not user.scopes(Permission.EDIT_SETTINGS):
        return ""
    steps = _steps()
    if all(step.done for step in steps):
        return ""
    return Markup(render_template("home/first_steps.html", steps=steps))


def _steps() -> list[Step]:
    begun = queries.begun()
    return [
        Step(
            _("Name the operator of personal data"),
            _("Consents are given to it, letters and pages bear its name."),
            url_for("accounts.site_settings"),
            bool(site().operator),
        ),
        Step(
            _("Begin a series of forums"),
            _("A series joins forums of different years; its first forum follows at once."),
            url_for("forum_desk.new_series"),
            begun.series,
        ),
        Step(
            _("Add the first forum"),
            _("A draft: only organisers see it until it is announced."),
            url_for("forum_desk.new_forum"),
            begun.forums,
        ),
        Step(
            _("Publish the first practice"),
            _("One by one, from a table, or ask the author to write."),
            url_for("practices.manage"),
            begun.practices,
        ),
        Step(
            _("Invite colleagues"),
            _("Organisers, methodists, coordinators of municipalities: each sees their own work only."),
            url_for("accounts.new_person"),
            begun.colleagues,
        ),
    ]

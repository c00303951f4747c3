"""How the day shows itself on lower pages."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from markupsafe import Markup

from forum.models import Format, Forum
from forum.queries import phase
from hall import counts
from kernel.permissions import Permission
from registrations.models import Registration, RegistrationStatus


def join(registration: Registration, forum: Forum, token: str) -> Markup | str:
    """On the day the way to the live page: large for whoever takes part remotely, a line for who meant to come."""
    if phase(forum) != "during" or registration.status is not RegistrationStatus.confirmed:
        return ""
    remote = registration.format is Format.remote
    return Markup(render_template("hall/_join.html", remote=remote, token=token))


def manage(forum: Forum) -> Markup | str:
    """The organiser's way to how the forum is joined from afar, and to its figures."""
    if not current_user.scopes(Permission.VIEW_REGISTRATIONS):
        return ""
    return Markup(render_template("hall/manage/_panel.html", forum=forum, phase=phase(forum)))


def watching(forum: Forum) -> Markup:
    """On the day, beside those who are in the hall."""
    return Markup(render_template("hall/manage/_watching.html", people=counts.watching_now(forum), forum=forum))

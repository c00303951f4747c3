"""How the day shows itself on lower pages."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from forum.models import Format, Forum
from forum.queries import phase
from registrations.models import Registration, RegistrationStatus


def join(registration: Registration, forum: Forum, token: str) -> Markup | str:
    """On the day the way to the live page: large for whoever takes part remotely, a line for who meant to come."""
    if phase(forum) != "during" or registration.status is not RegistrationStatus.confirmed:
        return ""
    remote = registration.format is Format.remote
    return Markup(render_template("hall/_join.html", remote=remote, token=token))

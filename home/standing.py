"""Letters that do not leave, on the administrator's first screen before everything else."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from activity import queries
from kernel.access import SignedIn
from kernel.jobs import worker_seen
from kernel.permissions import Permission

SILENT = timedelta(minutes=2)
_UNREACHED = (
    "ConnectionRefusedError",
    "TimeoutError",
    "gaierror",
    "OSError",
    "SMTPServerDisconnected",
    "SMTPConnectError",
)


def standing_letters(user: SignedIn) -> str | Markup:
    """Shown to administrators only, while letters stand. At most five small queries."""
    if not user.scopes(Permission.EDIT_SETTINGS):
        return ""
    held, given_up, overdue = queries.held(), queries.given_up(), queries.overdue()
    if overdue.number and worker_seen(SILENT):
        overdue = queries.Standing(0)  # they leave one after another
    if not (held.number or given_up.number or overdue.number):
        return ""
    return Markup(
        render_template(
            "home/standing_letters.html",
            held=held,
            reason=_reason(held.why),
            given_up=given_up,
            overdue=overdue,
        )
    )


def _reason(why: str) -> str:
    kind = why.partition(":")[0]
    if kind == "SMTPAuthenticationError":
        return _("The mail server refuses the user name or the password. Correct MAIL_URL and restart the site.")
    if kind.startswith("SSL"):
        return _("No secure connection with the mail server. Check its name in MAIL_URL and its certificate.")
    if kind in _UNREACHED:
        return _("The mail server is not reached. Check the address and the port in MAIL_URL, and the network.")
    return _("The mail server takes no letter from us. Check MAIL_URL and MAIL_FROM.")

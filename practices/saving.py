"""The answer to an autosave: what the page needs to go on, and which fields were not taken."""

from __future__ import annotations

from flask_babel import gettext as _

from kernel.db import db, utcnow
from kernel.forms import VersionedForm
from kernel.i18n import clock
from kernel.zones import local
from practices.models import Practice


def saved(practice: Practice, form: VersionedForm) -> dict[str, object]:
    """Call inside `writing()`: the version after what was changed, and one line for the reader."""
    db.session.flush()
    wrong = [str(field.label.text) for field in form if field.errors and field.name not in ("csrf_token", "version")]
    at = clock(local(utcnow()))
    if wrong:
        message = _("Saved at %(time)s, except: %(fields)s", time=at, fields=", ".join(wrong))
    else:
        message = _("Saved at %(time)s", time=at)
    return {"version": practice.version, "message": message, "wrong": len(wrong)}

"""Places left, in words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from forum.kept import places_left
from forum.models import Forum
from kernel.i18n import number


def places_notes(forum: Forum) -> dict[str, str]:
    """What is said of each format: places left, the waiting list, or no limit."""
    return {format.value: places_note(left) for format, left in places_left(forum.id).items()}


def places_note(left: int | None) -> str:
    if left is None:
        return _("no limit")
    if left == 0:
        return _("no places left, we will put you on the waiting list")
    return ngettext("%(places)s place left", "%(places)s places left", left, places=number(left))

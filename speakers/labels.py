"""What people read for the codes of speakers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

LOG_ACTIONS = {
    "speaker.changed": _l("speaker's details changed"),
    "speaker.consented": _l("consent to publish the name given"),
    "speaker.consented_on_paper": _l("consents to publish speakers’ names on paper noted"),
    "speaker.withdrew": _l("consent to publish the name withdrawn"),
}

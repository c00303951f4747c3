"""What people read for the codes of territories."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from territories.models import SizeClass

SIZE_LABELS = {
    SizeClass.small: _l("Under 15 thousand people"),
    SizeClass.medium: _l("15–50 thousand people"),
    SizeClass.large: _l("50–100 thousand people"),
    SizeClass.city: _l("Over 100 thousand people"),
}
LOG_ACTIONS = {
    "territories.loaded": _l("territories loaded"),
    "territories.boundaries_loaded": _l("boundaries loaded"),
}

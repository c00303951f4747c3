from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint
from flask_babel import gettext as _

from adoption.labels import STAGE_LABELS
from adoption.models import Adoption
from kernel.errors import Conflict

blueprint = Blueprint("adoption", __name__)


def changed_meanwhile(found: Adoption, typed: Iterable[tuple[str, str]], address: str) -> Conflict:
    """What to raise when an adoption is no longer as the form was opened; `typed`: (label, text), kept in sight."""
    rows = [(_("Stage"), str(STAGE_LABELS[found.stage]), ""), *((label, "", text) for label, text in typed if text)]
    return Conflict(rows, address)

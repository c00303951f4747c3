"""The parts of this feature that register themselves when imported."""

from __future__ import annotations

from practices import entries, panels
from practices.models import Practice
from practices.moderation import letters, rekeying
from practices.operations import retell
from practices.questions import letters as question_letters
from practices.questions import operations
from territories.signals import territories_changed


def _retell(_sender: object, *, ids: list[int]) -> None:
    retell(Practice.territory_id.in_(ids))


def connect() -> None:
    """Called once by the application."""
    assert entries
    assert panels
    assert letters
    assert rekeying
    assert question_letters
    assert operations
    territories_changed.connect(_retell)

"""The parts of this feature that register themselves when imported."""

from __future__ import annotations

from practices import entries, panels
from practices.moderation import letters, rekeying
from practices.questions import letters as question_letters
from practices.questions import operations


def connect() -> None:
    """Called once by the application."""
    assert entries
    assert panels
    assert letters
    assert rekeying
    assert question_letters
    assert operations

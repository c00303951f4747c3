"""The parts of this feature that register themselves when imported."""

from __future__ import annotations

from accounts import entries, letters, rekeying


def connect() -> None:
    """Called once by the application."""
    assert entries
    assert letters
    assert rekeying

"""The parts of this feature that register themselves when imported."""

from __future__ import annotations

from programme import entries, panels


def connect() -> None:
    """Called once by the application."""
    assert entries
    assert panels

"""News from below that this feature acts upon, and the parts that register themselves when imported."""

from __future__ import annotations

from forum.models import Forum
from forum.signals import programme_hides
from programme import entries, operations, panels


def _remember(sender: Forum) -> None:
    operations.remember_shown(sender)


def connect() -> None:
    """Called once by the application."""
    assert entries
    assert panels
    programme_hides.connect(_remember)

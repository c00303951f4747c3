"""News from below that this feature acts upon, and the parts of it that register themselves when imported."""

from __future__ import annotations

from adoption import letters, panels
from adoption.quarter import letters as quarter_letters


def connect() -> None:
    """Connect this feature's receivers; called once by the application. Letters and panels register on import."""
    assert letters
    assert quarter_letters
    assert panels

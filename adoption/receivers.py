"""News from below that this feature acts upon, and the parts of it that register themselves when imported."""

from __future__ import annotations

from adoption import entries, handover, letters, panels, rekeying
from adoption.quarter import letters as quarter_letters
from adoption.quarter import panels as quarter_panels


def connect() -> None:
    """Called once by the application. Letters, panels and the like register on import."""
    assert entries
    assert handover
    assert letters
    assert quarter_letters
    assert panels
    assert rekeying
    assert quarter_panels

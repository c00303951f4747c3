"""News from below that this feature acts upon."""

from __future__ import annotations


def connect() -> None:
    """Connect this feature's receivers; called once by the application."""

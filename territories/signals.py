"""News from this feature."""

from __future__ import annotations

from blinker import Signal

territories_changed = Signal()
"""Territories in force have other names or codes. Sender: None; `ids`: theirs; sent inside the transaction."""

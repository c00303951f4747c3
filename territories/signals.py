"""News from this feature."""

from __future__ import annotations

from kernel.feature import Signal

territories_changed: Signal[[list[int]], None] = Signal()
"""Territories in force have other names or codes; their ids."""

"""News from below that this feature acts upon, and the parts that register themselves when imported."""

from __future__ import annotations

from forum.models import Forum
from forum.signals import parent_changed, programme_hides, programme_moves
from programme import entries, following, operations, panels


def _remember(sender: Forum) -> None:
    operations.remember_shown(sender)


def _follow(sender: Forum, *, parent: following.Parent, before: dict[str, object], sure: str) -> None:
    following.follow(sender, parent, before, sure)


def _move(sender: Forum, *, days: int) -> None:
    following.shift(sender, days)


def connect() -> None:
    """Called once by the application."""
    assert entries
    assert panels
    programme_hides.connect(_remember)
    parent_changed.connect(_follow)
    programme_moves.connect(_move)

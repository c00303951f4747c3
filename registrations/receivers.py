"""News from below that this feature acts upon, and its panels on lower pages."""

from __future__ import annotations

from forum.models import Quota
from forum.signals import quota_changed
from registrations import (
    entries,  # noqa: F401  (names registrations in the log)
    operations,
    panels,  # noqa: F401  (registers the panels)
    rekeying,  # noqa: F401  (names the secrets)
)


def _promote(sender: Quota) -> None:
    """A raised capacity goes to those who wait, in the same transaction."""
    operations.promote_waiting(sender.forum_id, sender.format)


def connect() -> None:
    """Connect this feature's receivers; called once by the application."""
    quota_changed.connect(_promote)

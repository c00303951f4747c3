"""News from this feature, told inside the writing transaction."""

from __future__ import annotations

from collections.abc import Mapping

from forum.models import Format, Forum, Room, Section, Venue
from kernel.feature import Signal

quota_changed: Signal[[int, Format], object] = Signal()
"""The capacity of a forum, by its id, for a format was raised or lifted."""

parent_changed: Signal[[Forum, Forum | Venue | Room | Section, Mapping[str, object], str], None] = Signal()
"""What the events of the forum, whose row this transaction has locked, hang on has changed.

The parent itself, its changed columns as they were, and `sure`: see `kernel.asking`. A receiver may raise Doubtful.
"""

programme_moves: Signal[[Forum, int], None] = Signal()
"""The programme moves with the forum, whose row is locked: by how many days, perhaps backwards."""

programme_hides: Signal[[Forum], None] = Signal()
"""The forum, as it still is and held, or its programme is about to be taken from the public."""

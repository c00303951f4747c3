"""News from this feature."""

from __future__ import annotations

from blinker import Signal

quota_changed = Signal()
"""A quota's capacity was raised or lifted. Sender: the Quota; sent inside the writing transaction."""

programme_hides = Signal()
"""The forum or its programme is about to be taken from the public. Sender: the Forum as it still is, held."""

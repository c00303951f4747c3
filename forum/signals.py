"""News from this feature."""

from __future__ import annotations

from blinker import Signal

quota_changed = Signal()
"""A quota's capacity was raised or lifted. Sender: the Quota; sent inside the writing transaction."""

parent_changed = Signal()
"""What the forum's events hang on has changed. Sender: the Forum, whose row this transaction has locked.

`parent`: the forum itself, a Venue, a Room or a Section; `before`: its changed columns as they were; `sure`: see
`kernel.asking`. A receiver may raise Doubtful.
"""

programme_moves = Signal()
"""The programme moves with the forum. Sender: the Forum, its row locked; `days`: by how many, perhaps backwards."""

programme_hides = Signal()
"""The forum or its programme is about to be taken from the public. Sender: the Forum as it still is, held."""

"""What an organiser says of a speaker at one forum: the value that the table of speakers travels in."""

from __future__ import annotations

from typing import NamedTuple


class SpeakerDetails(NamedTuple):
    name: str
    position: str
    organisation: str
    email: str
    agreed: bool
    """Whether a consent to publish the name is in force."""

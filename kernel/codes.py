"""Short public codes."""

from __future__ import annotations

import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_code(length: int = 6) -> str:
    """A random code [A-Z2-9]{length} without look-alikes; never derived from personal data."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))

"""Loads the demo world of `demo/` by the importers users have."""

from __future__ import annotations

from collections.abc import Callable

from kernel.transaction import writing
from territories.operations import load_shipped


def load(say: Callable[[str], object]) -> None:
    """Load everything; `say` tells progress."""
    with writing():
        load_shipped()
    say("territories")

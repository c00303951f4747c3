"""For tests of real processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(holds: Callable[[], Any]) -> None:
    """Wait for what another process does, half a minute at most."""
    for _turn in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")

"""Which tests run: everything by `make test-all`, on PostgreSQL otherwise what databases do differently and a sample.

TIRAZH_TEST_SAMPLE=3/8 is the third eighth of the rest: bin/test.py takes another one each day, so that each test has
run on PostgreSQL within so many days.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from typing import Any

EVERYTHING = os.environ.get("TIRAZH_TEST_ALL") == "1"
"""Races as often as was tried when they were written, every migration walked, every test on every database."""
ALWAYS = ("differs", "processes")
"""Marks of what a database may do in its own way: races, locks, SQL of its own, search, migrations, JSON, order."""


def chosen(items: Iterable[Any], sample: str) -> tuple[list[Any], list[Any]]:
    """Those that run, and those that wait for their day."""
    part, parts = map(int, sample.split("/"))
    run: list[Any] = []
    wait: list[Any] = []
    for item in items:
        (run if _always(item) or in_part(item.nodeid, part, parts) else wait).append(item)
    return run, wait


def in_part(name: str, part: int, parts: int) -> bool:
    """Whether a test of this name belongs to the part, counted from 1: the same on every machine."""
    return zlib.crc32(name.encode()) % parts == part % parts


def _always(item: Any) -> bool:
    return any(item.get_closest_marker(mark) for mark in ALWAYS)

"""What a small file may cost at most, whatever stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

SECONDS = 30
"""Of the processor: what should take less than one and grows with the square of the file takes minutes."""


@contextmanager
def soon() -> Iterator[None]:
    begun = thread_time()
    yield
    assert thread_time() - begun < SECONDS

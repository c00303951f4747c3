"""Web workers that share: whoever has more connections open than another lets it take the next one.

All workers wait at one listening socket, and who wakes first takes what is there: eight connections that browsers keep
alive could all be one worker's, with the other idle for as long as they last.
"""

from __future__ import annotations

import mmap
import time

from gunicorn.workers.gthread import ThreadWorker

PATIENCE = 0.002
"""Seconds in which another worker may take a connection that is rather its own: it has been woken by it as well."""
SLOTS = 256
NOBODY = -1


class _Board:
    """How many connections each worker has open, in memory that all of them share."""

    def __init__(self) -> None:
        self.counts = memoryview(mmap.mmap(-1, SLOTS * 4)).cast("i")
        for slot in range(SLOTS):
            self.counts[slot] = NOBODY

    def take(self) -> int:
        """A place for a worker about to be forked."""
        slot = self.counts.tolist().index(NOBODY)
        self.counts[slot] = 0
        return slot

    def leave(self, slot: int) -> None:
        self.counts[slot] = NOBODY

    def least(self) -> int:
        return min(count for count in self.counts if count != NOBODY)


board = _Board()


class SharingWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads. Made in the master, then forked; `bin/gunicorn.conf.py` says when it is gone."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.slot = board.take()
        super().__init__(*args, **kwargs)

    @property
    def nr_conns(self) -> int:
        return board.counts[self.slot]

    @nr_conns.setter
    def nr_conns(self, number: int) -> None:
        board.counts[self.slot] = number

    def accept(self, listener: object) -> None:
        if self.nr_conns > board.least():
            time.sleep(PATIENCE)
        super().accept(listener)

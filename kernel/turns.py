"""SQLite's one writer, in turn. SQLite has no queue: whoever finds the lock taken sleeps, longer each time, and looks
again, so that in a rush it lies unused while everybody sleeps. Here the next is woken at once.

This is order and no lock: SQLite's own still says who may write, to programs that know nothing of turns as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from functools import cache
from threading import Lock

SECONDS_IN_TURN = 20
"""Seconds, as SQLite's: after so long one tries without a turn."""


class Turns:
    """Of the threads of this process by a lock, of processes by a lock on a file beside the database."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.threads = Lock()
        self.file, self.process = -1, 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        if not self.threads.acquire(timeout=SECONDS_IN_TURN):
            yield
            return
        try:
            self._lock()
            yield
        finally:
            self._unlock()
            self.threads.release()

    def _lock(self) -> None:
        if self.process != os.getpid():  # an open file is shared with whom this process was forked from, and its lock
            self.file, self.process = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), os.getpid()
        flock(self.file, LOCK_EX)

    def _unlock(self) -> None:
        if self.process == os.getpid():
            flock(self.file, LOCK_UN)


@cache
def turns(database: str) -> Turns:
    return Turns(f"{database}-turn")

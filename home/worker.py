"""The worker: jobs, letters and the schedule, one loop."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

from activity.outbox import deliver_due
from kernel.db import db
from kernel.jobs import run_due, tick

log = logging.getLogger("tirazh.worker")
IDLE_SECONDS = 1.0
TICK_SECONDS = 30.0


def drain() -> int:
    """Do everything that is due now. Returns how much was tried."""
    return run_due() + deliver_due()


def run_forever(parent: int | None = None) -> None:
    """Work until SIGTERM or SIGINT, or until the process `parent` is no longer ours; finishes the piece in hand."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    ticked = 0.0
    while not stop.is_set() and (parent is None or os.getppid() == parent):
        try:
            if time.monotonic() - ticked > TICK_SECONDS:
                tick()
                ticked = time.monotonic()
            busy = drain()
        except Exception:
            log.exception("the worker stumbled; it goes on")
            busy = 0
            db.session.rollback()
        finally:
            db.session.remove()
        if not busy:
            stop.wait(IDLE_SECONDS)

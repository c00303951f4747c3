"""The worker: jobs and letters have a thread each, and one for what is heavy; the main one ticks and ends them.

While every thread is well the main one gives signs of life and renews the leases of what they have in hand.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial

from flask import Flask, current_app

from activity import waiting
from activity.outbox import deliver_due
from kernel.db import db
from kernel.jobs import run_due, tick
from kernel.leases import ANY, HEAVY, QUICK, ROWS_A_CLAIM, Lane, give_back_all, renew
from kernel.transaction import writing

log = logging.getLogger("tirazh.worker")
IDLE_SECONDS = 1.0
STUMBLED_SECONDS = 5.0
TICK_SECONDS = 30.0
GRACE_SECONDS = 45.0
"""How long a piece in hand may take after the order to stop: more than a mail server that has stopped answering."""
HUNG_SECONDS = 900.0
"""A thread that has been with one piece for so long is no sign of life."""
HUNG_IN_HEAVY_SECONDS = 4 * 3600.0
Piece = Callable[[Callable[[], bool]], int]
"""Does what is due and returns how much that was; asks now and then whether to stop."""


class Loop(threading.Thread):
    """Do piece after piece, each in a context of its own, until told to stop: looked at after each row."""

    def __init__(self, app: Flask, name: str, piece: Piece, stop: threading.Event, hung: float = HUNG_SECONDS) -> None:
        super().__init__(name=name, daemon=True)
        self.app, self.piece, self.stop, self.hung = app, piece, stop, hung
        self.turned = time.monotonic()

    def run(self) -> None:
        while not self.stopped():
            if pause := self._turn():
                self.stop.wait(pause)

    def stopped(self) -> bool:
        self.turned = time.monotonic()
        return self.stop.is_set()

    def _turn(self) -> float:
        """One piece. Returns how many seconds to rest."""
        with self.app.app_context():
            try:
                return 0 if self.piece(self.stopped) else IDLE_SECONDS
            except Exception:
                log.exception("%s stumbled; they go on", self.name)
                db.session.rollback()
                return STUMBLED_SECONDS

    @property
    def well(self) -> bool:
        return self.is_alive() and time.monotonic() - self.turned < self.hung


def _jobs(lane: Lane, stopped: Callable[[], bool]) -> int:
    return run_due(ROWS_A_CLAIM, lane, stopped)


def _letters(lane: Lane, stopped: Callable[[], bool]) -> int:
    return deliver_due(ROWS_A_CLAIM, lane, stopped)


def run_once() -> None:
    """Do everything that is due now and end, or after the piece in hand when told to stop."""
    stop, app = _told_to_stop(), current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=_keep_renewing, args=(app, stop), daemon=True).start()
    while not stop.is_set() and _jobs(ANY, stop.is_set) + _letters(ANY, stop.is_set):
        pass
    stop.set()


def _keep_renewing(app: Flask, stop: threading.Event) -> None:
    while not stop.wait(TICK_SECONDS):
        _done(app, renew)


def run_forever(parent: int | None = None) -> None:
    """Work until SIGTERM or SIGINT, or until the process `parent` is no longer ours; finishes the pieces in hand.

    A thread that has ended ends the worker: whoever started it starts another one.
    """
    stop, app = _told_to_stop(), current_app._get_current_object()  # type: ignore[attr-defined]
    _done(app, _try_held_letters)  # whoever mended the password starts the site anew
    loops = [
        Loop(app, "jobs", partial(_jobs, QUICK), stop),
        Loop(app, "heavy jobs", partial(_jobs, HEAVY), stop, HUNG_IN_HEAVY_SECONDS),
        Loop(app, "letters", partial(_letters, QUICK), stop),
        Loop(app, "heavy letters", partial(_letters, HEAVY), stop),
    ]
    for loop in loops:
        loop.start()
    next_tick = 0.0
    while not stop.is_set() and all(loop.is_alive() for loop in loops):
        if parent is not None and os.getppid() != parent:
            break
        if time.monotonic() >= next_tick and all(loop.well for loop in loops):
            well = _done(app, tick) and _done(app, renew)
            next_tick = time.monotonic() + (TICK_SECONDS if well else STUMBLED_SECONDS)
        stop.wait(IDLE_SECONDS)
    stop.set()
    until = time.monotonic() + GRACE_SECONDS
    for loop in loops:
        loop.join(max(0.0, until - time.monotonic()))
    _done(app, give_back_all)


def _try_held_letters() -> None:
    with writing():
        waiting.ask_again()


def _done(app: Flask, deed: Callable[[], None]) -> bool:
    with app.app_context():
        try:
            deed()
        except Exception:
            log.exception("the worker stumbled; it goes on")
            db.session.rollback()
            return False
    return True


def _told_to_stop() -> threading.Event:
    """Set by SIGTERM and SIGINT from now on."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop

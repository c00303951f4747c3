"""A worker whose leases are short: `python -m tests.home.slow_worker`. Its jobs write down what they do, and when."""

from __future__ import annotations

import os
import time
from pathlib import Path

from kernel.feature import JobKind, registry
from kernel.leases import Urgency

LEASE_SECONDS = 2.0
STEPS = 25
STEP_SECONDS = 0.2


def say(word: str) -> None:
    with Path(os.environ["SLOW_WORKER_LOG"]).open("a") as log:
        log.write(f"{word} {os.getpid()} {time.time()}\n")


def handbook() -> None:
    """Takes five seconds: longer than two leases."""
    say("begun")
    for _page in range(STEPS):
        time.sleep(STEP_SECONDS)
    say("ended")


def note(number: int) -> None:
    say(f"note-{number}")


KINDS = (
    JobKind("slow-handbook", handbook, urgency=Urgency.heavy),
    JobKind("slow-note", note, urgency=Urgency.waited_for),
)


def main() -> None:
    from datetime import timedelta

    from app import create_app
    from home import worker
    from kernel import jobs

    jobs.LEASE = timedelta(seconds=LEASE_SECONDS)
    worker.TICK_SECONDS = 0.5
    worker.IDLE_SECONDS = 0.1
    worker.GRACE_SECONDS = 0.5
    with create_app().app_context():
        registry().jobs.update((kind.name, kind) for kind in KINDS)
        worker.run_forever()


if __name__ == "__main__":
    main()

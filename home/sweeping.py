"""What a command leaves behind when it is ended in the middle: nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Waits until the pipe from us closes, as it does when we end in whatever way, and outlives what ends us.
SWEEPER = 'trap "" HUP INT TERM; while read -r _; do :; done; rm -rf -- "$1"'


@contextmanager
def swept(folder: Path) -> Iterator[None]:
    """Remove the folder afterwards; a child does it when this process is killed outright."""
    sweeper = subprocess.Popen(
        ["/bin/sh", "-c", SWEEPER, "sh", str(folder.resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
    )
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        sweeper.communicate()


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the work as Ctrl-C does: by way of everything that tidies up."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def settled(part: Path, place: Path) -> None:
    """Give what is whole and on the disk its real name."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(place)

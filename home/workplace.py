"""Where a copy is made before it is in place: a locked folder, swept when its owner was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import click

WORKPLACE_PREFIX, LOCK = ".tirazh-", ".lock"


@contextmanager
def folder_in(parent: Path) -> Iterator[Path]:
    """A folder for work in `parent`, nobody else's to read, gone afterwards.

    It goes when the command is ended by a signal, too; after SIGKILL the next command sweeps it, for it holds a copy
    of the database.
    """
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=WORKPLACE_PREFIX, dir=parent))
    try:
        with _ended_by_signals(), (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder)


def _sweep(parent: Path) -> None:
    """Remove folders whose owner no longer lives: the system has let go of their lock."""
    for folder in parent.glob(f"{WORKPLACE_PREFIX}*"):
        with suppress(OSError), (folder / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP leave by the way of an exception, so that everything is cleared away."""
    before = {}
    for one in (signal.SIGTERM, signal.SIGHUP):
        with suppress(ValueError):  # only the main thread hears signals
            before[one] = signal.signal(one, _leave)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def must_be_free(archive: Path) -> None:
    """Raises ClickException when the name is taken or cannot be."""
    if archive.exists():
        raise click.ClickException(f"{archive} is there already. Choose another name: nothing is written over.")
    if not os.access(archive.parent, os.W_OK):
        raise click.ClickException(f"{archive} cannot be written: Permission denied.")


def put_in_place(part: Path, archive: Path) -> None:
    """Give the whole archive its name; of two made at once under one name, the second is refused."""
    try:
        os.link(part, archive)
    except FileExistsError:
        must_be_free(archive)
    except OSError:  # a disk without hard links
        with suppress(FileExistsError):
            os.close(os.open(archive, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            part.replace(archive)
            return
        must_be_free(archive)

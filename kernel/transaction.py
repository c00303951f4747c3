"""One way to change data: `with writing():`, for requests, commands and jobs alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from time import sleep
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import OperationalError

from kernel import mode
from kernel.db import db
from kernel.turns import turns

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def writing() -> Iterator[None]:
    """Begin a writing transaction, commit on success, roll back on an exception.

    Whatever was loaded before is refreshed on next use, so checks made inside hold.
    Nested use joins the outer transaction. On SQLite the write lock is taken here
    and not earlier: do slow work before.
    """
    if mode.is_writing():
        yield
        return
    db.session.rollback()  # end the reading transaction: its snapshot must not be upgraded
    with _turn():
        token = mode.set_writing(True)
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        finally:
            mode.reset(token)


def _turn() -> AbstractContextManager[None]:
    url = db.engine.url
    return turns(url.database).taken() if url.get_backend_name() == "sqlite" and url.database else nullcontext()


def retried(operation: Callable[P, R], times: int = 3) -> Callable[P, R]:
    """Repeat `operation` (which opens its own `writing()`) when the database reports a deadlock."""

    @wraps(operation)
    def repeat(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(times):
            try:
                return operation(*args, **kwargs)
            except OperationalError as error:
                if attempt + 1 == times or not _is_deadlock(error):
                    raise
                sleep(0.02 * (attempt + 1))
        raise AssertionError("unreachable")

    return repeat


def write(deed: Callable[[], R]) -> R:
    """What `deed` gives, done inside `writing()`, from the beginning again when the database reports a deadlock.

    So `deed` changes nothing but the database: whatever it sets elsewhere would be set twice.
    """

    def once() -> R:
        with writing():
            return deed()

    return once() if mode.is_writing() else retried(once)()


def _is_deadlock(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}

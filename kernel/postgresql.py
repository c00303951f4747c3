"""PostgreSQL: fewer journeys to the server. What needs no answer of its own goes along with the next statement.

The driver begins no transaction by itself. Each is begun here, in words that say whether it may write, so nothing
depends on settings of a connection, which a pooler between us and the server would lose. BEGIN waits for the first
statement, and so does what is executed with the option ALONG (`kernel.db.along`). Nobody waits for the end of a
reading transaction: its answer is taken when the connection is used again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar, cast

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from kernel import mode
from kernel.db import ALONG, Columns, Record

RV = TypeVar("RV")
READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
"""What a page reads by several statements is of one moment, as it is on SQLite."""
WRITE = b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"


class Waiting(NamedTuple):
    statement: str | bytes
    values: Any = None
    rows: list[Record] | None = None
    """Where its answer goes; None: of a BEGIN, which has none."""


class Driver(psycopg.Connection[Any]):
    """psycopg's connection, which begins its transactions with the first statement and leaves them without waiting."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting: list[Waiting] = []
        self.reading = False
        self.left = False

    def begin(self, *, writing: bool) -> None:
        self.reading = not writing
        self.waiting = [Waiting(WRITE if writing else READ)]

    def leave(self) -> None:
        """End what only read. Not by ROLLBACK: there psycopg forgets the statements it has prepared on the server."""
        self.waiting, self.reading = [], False
        if self.pgconn.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            self.pgconn.send_query(b"END")
            self.pgconn.flush()
            self.left = True

    def rollback(self) -> None:
        if not self.left:
            super().rollback()

    def wait(self, gen: PQGen[RV], *args: Any, **kwargs: Any) -> RV:
        if self.left:
            self.left = False
            while self.pgconn.get_result() is not None:
                pass
        return super().wait(gen, *args, **kwargs)


def serve(engine: Engine) -> None:
    """Give the engine such connections, and what its transactions need."""
    told: dict[str, Callable[..., Any]] = {
        "do_connect": _connect,
        "begin": _begin,
        "do_execute": _execute,
        "do_execute_no_params": _execute_no_params,
        "do_executemany": _execute_many,
        "commit": _commit,
        "rollback": _rollback,
    }
    for name, listener in told.items():
        event.listen(engine, name, listener)


def _connect(_dialect: object, _record: object, arguments: Any, options: Columns) -> Driver:
    return Driver.connect(*arguments, **options, autocommit=True)


@contextmanager
def _with_what_waits(driver: Driver) -> Iterator[None]:
    """What is executed inside goes to the server together with what waits, and is answered together with it."""
    waiting, driver.waiting = driver.waiting, []
    with driver.pipeline():
        sent = [
            driver.execute(one.statement, one.values, prepare=None if one.rows is not None else False)
            for one in waiting
        ]
        yield
    for one, cursor in zip(waiting, sent, strict=True):
        if one.rows is not None and cursor.description:
            one.rows.extend(cursor.fetchall())


def _execute(cursor: Any, statement: str, values: Any, context: Any) -> bool:
    driver: Driver = cursor.connection
    if ALONG in context.execution_options:
        driver.waiting.append(Waiting(statement, values, context.execution_options[ALONG]))
        return True
    if not driver.waiting:
        return False
    with _with_what_waits(driver):
        cursor.execute(statement, values)
    return True


def _execute_no_params(cursor: Any, statement: str, context: Any) -> bool:
    return _execute(cursor, statement, None, context)


def _execute_many(cursor: Any, statement: str, values: Any, _context: Any) -> bool:
    if not cursor.connection.waiting:
        return False
    with _with_what_waits(cursor.connection):
        cursor.executemany(statement, values)
    return True


def _begin(connection: Connection) -> None:
    if driver := _driver_of(connection):
        driver.begin(writing=mode.is_writing())


def _commit(connection: Connection) -> None:
    if driver := _driver_of(connection):
        if any(one.rows is not None for one in driver.waiting):
            connection.exec_driver_sql("SELECT 1")  # what waits is sent, and its errors are told as any other's
        driver.waiting = []


def _rollback(connection: Connection) -> None:
    if driver := _driver_of(connection):
        driver.waiting = []
        if driver.reading:
            driver.leave()


def _driver_of(connection: Connection) -> Driver | None:
    """None of a connection that is lost."""
    return None if connection.invalidated else cast(Driver, connection.connection.dbapi_connection)

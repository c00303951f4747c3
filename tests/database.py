"""Real databases for tests: each test begins with a fresh copy of a template that migrations made.

SQLite copies a file; PostgreSQL (TEST_POSTGRES_URL names the server) copies a database. The copy is made when the
test's first connection wants it: most of what is tested without a database needs none.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from kernel import mode

TEMPLATE = "template"
UNDER_TEST = "test"
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")


class SQLiteDatabases:
    """A template file and its copies in `folder`."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}.sqlite3"

    def create(self, name: str) -> None:
        self.drop(name)

    def copy(self, template: str, name: str) -> None:
        self.drop(name)
        shutil.copyfile(self.folder / f"{template}.sqlite3", self.folder / f"{name}.sqlite3")

    def close(self) -> None:
        """Nothing is open."""

    def drop(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            (self.folder / f"{name}.sqlite3{suffix}").unlink(missing_ok=True)


class PostgresDatabases:
    """A template database and its copies on one server."""

    kind = "postgresql"

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.connection: psycopg.Connection[Any] | None = None

    def url(self, name: str) -> str:
        base, _, query = POSTGRES.partition("?")
        root = base.rsplit("/", 1)[0]
        return f"{root}/{self.prefix}_{name}" + (f"?{query}" if query else "")

    def create(self, name: str) -> None:
        self.drop(name)
        self._run(f'CREATE DATABASE "{self.prefix}_{name}"')

    def copy(self, template: str, name: str) -> None:
        self.drop(name)
        self._run(f'CREATE DATABASE "{self.prefix}_{name}" TEMPLATE "{self.prefix}_{template}"')

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{self.prefix}_{name}" WITH (FORCE)')

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()

    def _run(self, statement: str) -> None:
        """By one connection: each new one would first have to come to know the pages it copies, at three times the cost."""
        if self.connection is None:
            self.connection = psycopg.connect(POSTGRES, autocommit=True)
        self.connection.execute(statement)  # type: ignore[call-overload]


def databases(folder: Path, worker: str) -> Any:
    """The kind asked for by TIRAZH_TEST_DB ("sqlite" by default)."""
    if os.environ.get("TIRAZH_TEST_DB") == "postgresql":
        if not POSTGRES:
            raise RuntimeError("TEST_POSTGRES_URL is not set: run the suite by `make test`.")
        return PostgresDatabases(f"t_{worker}")
    return SQLiteDatabases(folder)


class Copied:
    """The database under test. Only this process copies it: those it starts find it ready."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.only_read = False
        self._wanted = ""
        self._holds = ""
        """What it is an untouched copy of."""
        self._number = 0
        self._lock = Lock()
        self._process = os.getpid()
        event.listen(Engine, "do_connect", self._connecting)
        event.listen(Engine, "connect", self._connected)
        event.listen(Engine, "begin", self._begin)

    def begin(self, source: str) -> None:
        """The next connection finds a fresh copy of `source`; tests that only read share one."""
        self._wanted = source

    def ready(self) -> None:
        """Make the copy now, for those who do not come through an engine of this process."""
        with self._lock:
            if self._wanted:
                if self._holds != self._wanted:
                    self.server.copy(self._wanted, UNDER_TEST)
                self._holds, self._wanted = self._wanted if self.only_read else "", ""

    def keep(self) -> str:
        """Keep what the database holds now, for later copies; nobody is connected to it."""
        self.ready()
        self._number += 1
        name = f"kept_{self._number}"
        self.server.copy(UNDER_TEST, name)
        self._holds = name
        return name

    def _connecting(self, *_: Any) -> None:
        if os.getpid() == self._process:
            self.ready()

    def _connected(self, connection: Any, _record: object) -> None:
        """A test does not outlive a power cut: nothing waits for the disk."""
        if type(connection).__module__.startswith("sqlite3"):
            connection.execute("PRAGMA synchronous=OFF")

    def _begin(self, _connection: Any) -> None:
        if self.only_read and mode.is_writing():
            raise AssertionError("A test marked `reads` writes: it shares its database with others.")

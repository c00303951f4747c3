"""Real databases for tests: each test begins with a fresh copy of a template that migrations made.

SQLite copies a file; PostgreSQL (TEST_POSTGRES_URL names the server) copies a database.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import psycopg

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

    def drop(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            (self.folder / f"{name}.sqlite3{suffix}").unlink(missing_ok=True)


class PostgresDatabases:
    """A template database and its copies on one server."""

    kind = "postgresql"

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

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

    def _run(self, statement: str) -> None:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


def databases(folder: Path, worker: str) -> Any:
    """The kind asked for by TIRAZH_TEST_DB ("sqlite" by default)."""
    if os.environ.get("TIRAZH_TEST_DB") == "postgresql":
        if not POSTGRES:
            raise RuntimeError("TEST_POSTGRES_URL is not set: run the suite by `make test`.")
        return PostgresDatabases(f"t_{worker}")
    return SQLiteDatabases(folder)

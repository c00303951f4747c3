from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event

from accounts import passwords
from accounts.models import User
from app import create_app
from kernel import db as kernel_db
from kernel import pages
from kernel.db import db
from kernel.transaction import writing
from kernel.translations import compile_catalog
from tests import choice, factories
from tests.client import PageClient
from tests.database import TEMPLATE, UNDER_TEST, Copied, databases
from tests.registrations import crowd
from tests.worlds import Worlds

T = TypeVar("T")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
NOW = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)
"""The tests' clock: noon of 1 March 2027 in Irkutsk, registration for the test forum open."""

KEY = "f0c4a9e1d27b5386fe10ab94c7d2385e6b19d04f73ac8e52c6b7401f9e3d8a25"
"""As production wants them: made by chance."""

OF_PRODUCTION = passwords._hasher()
passwords._hasher = cache(lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""What a password costs is tested once; an office that signs in need not pay for it."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if sample := os.environ.get("TIRAZH_TEST_SAMPLE"):
        items[:], waiting = choice.chosen(items, sample)
        config.hook.pytest_deselected(items=waiting)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write each phase's seconds down for bin/test.py, once: workers send their reports to the process they serve."""
    times = os.environ.get("TIRAZH_TEST_TIMES")
    if times and WORKER == "main":
        with Path(times).open("a", encoding="utf-8") as file:
            print(json.dumps([report.nodeid, os.environ.get("TIRAZH_TEST_DB", ""), report.duration]), file=file)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made = databases(tmp_path_factory.mktemp("databases"), WORKER)
    yield made
    made.close()


@pytest.fixture(scope="session")
def worlds(server: Any) -> Iterator[Worlds]:
    yield Worlds(Copied(server))
    crowd.part()


@pytest.fixture(scope="session")
def application(server: Any, worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    var = tmp_path_factory.mktemp("var")
    server.create(TEMPLATE)
    app = create_app(settings(server.url(TEMPLATE), var))
    compile_catalog(app)
    with app.app_context():
        upgrade()
        with writing():
            factories.base_world()
        db.session.remove()
        db.engine.dispose()
    return create_app(settings(server.url(UNDER_TEST), var))


def settings(url: str, var: Path) -> dict[str, Any]:
    return {
        "TESTING": True,
        "ENVIRONMENT": "test",
        "RAISE_UNEXPECTED": True,
        "SECRET_KEY": KEY,
        "SQLALCHEMY_DATABASE_URI": url.replace("postgresql://", "postgresql+psycopg://"),
        "VAR": var,
        "FILES": var / "files",
        "PUBLIC_URL": "https://forum.example.org",
        "SESSION_COOKIE_SECURE": False,
    }


@pytest.fixture
def app(application: Flask, worlds: Worlds, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a fresh copy of the template database, with the tests' clock.

    Tests marked `reads` share the copy with those before them, and its engine refuses writes.
    """
    kernel_db.set_clock(lambda: NOW)
    pages.forget()
    worlds.copied.only_read = request.node.get_closest_marker("reads") is not None
    with application.app_context():
        db.engine.dispose()
        worlds.copied.begin(TEMPLATE)
        if request.node.get_closest_marker("processes"):
            worlds.copied.ready()
        yield application
        db.session.remove()
        db.engine.dispose()
    kernel_db.set_clock(None)


@pytest.fixture
def kept(app: Flask, worlds: Worlds) -> Callable[[Callable[[], T]], T]:
    """`kept(build)` gives the world that `build()` makes, in a database of the test's own; see `tests.worlds`."""
    return worlds.enter


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A visitor who checks every page."""
    return PageClient(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[User], PageClient]:
    """`sign_in(user)` gives a client with that user's session."""

    def enter(user: User) -> PageClient:
        client = PageClient(app)
        identity = user.get_id()
        with client.session_transaction() as session:
            session["_user_id"] = identity
            session["_fresh"] = True
        return client

    return enter


class Counted:
    """How many statements ran."""

    number = 0


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], Any]:
    """`with count_queries() as counted:` counts SQL statements, transaction control left out."""

    @contextmanager
    def counting() -> Iterator[Counted]:
        counted = Counted()

        def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                counted.number += 1

        event.listen(db.engine, "before_cursor_execute", count)
        try:
            yield counted
        finally:
            event.remove(db.engine, "before_cursor_execute", count)

    return counting

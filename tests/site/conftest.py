from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from accounts.models import User
from app import create_app
from home.demo.load import load
from kernel import pages
from kernel.db import db
from tests.conftest import settings
from tests.database import TEMPLATE
from tests.site.foreign import Foreign, make_foreign, make_native, make_stranger


class DemoWorld(NamedTuple):
    """The name of its database, and its folder."""

    database: str
    var: Path


@pytest.fixture(scope="session")
def demo_world(application: Flask, server: Any, tmp_path_factory: pytest.TempPathFactory) -> DemoWorld:
    """The demo world in a database that went through every migration, loaded once for this worker; to be copied."""
    made = DemoWorld("demo_world", tmp_path_factory.mktemp("demo"))
    server.copy(TEMPLATE, made.database)
    app = create_app(settings(server.url(made.database), made.var) | {"ENVIRONMENT": "development", "DEMO": True})
    pages.forget()
    with app.app_context():
        load(lambda _line: None)
        db.session.remove()
        db.engine.dispose()
    return made


@pytest.fixture
def foreign(app: Flask) -> Foreign:
    return make_foreign()


@pytest.fixture
def stranger(foreign: Foreign) -> User:
    """Somebody who holds every role that has a scope, all of them elsewhere."""
    return make_stranger()


@pytest.fixture
def native(foreign: Foreign) -> User:
    """The same roles held here: what the stranger must not see, this person does."""
    return make_native(foreign)

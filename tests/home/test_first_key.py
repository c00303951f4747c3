"""A new production refuses a key that is no secret; one at work starts and warns."""

from __future__ import annotations

import logging

import pytest

from app import create_app
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.conftest import KEY, settings

pytestmark = pytest.mark.differs

PRODUCTION = {"ENVIRONMENT": "production", "MAIL_URL": "smtp://127.0.0.1:9"}
EXAMPLE = "64 hexadecimal digits from: openssl rand -hex 32"


@pytest.fixture
def start(app, server):
    def begin(key, **more):
        made = create_app(settings(server.url("test"), app.config["VAR"]) | PRODUCTION | {"SECRET_KEY": key} | more)
        with made.app_context():
            db.engine.dispose()
        return made

    return begin


@pytest.mark.parametrize("key", ["x", EXAMPLE, "a" * 64])
def test_a_new_production_refuses_a_poor_key(start, key):
    with pytest.raises(RuntimeError, match="token_hex"):
        start(key)


def test_neither_does_one_without_any_tables(start, tmp_path):
    with pytest.raises(RuntimeError, match="SECRET_KEY"):
        start("x", SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/new.sqlite3")


def test_one_at_work_starts_and_warns(start, caplog):
    with writing():
        factories.administrator()
    with caplog.at_level(logging.WARNING, logger="tirazh"):
        start(EXAMPLE)
    assert "is no secret" in caplog.text
    assert EXAMPLE not in caplog.text


def test_a_database_that_does_not_answer_is_no_reason_not_to_start(start):
    start("x", SQLALCHEMY_DATABASE_URI="postgresql+psycopg://nobody@127.0.0.1:9/none?connect_timeout=1")


def test_a_good_key_asks_the_database_nothing(start, count_queries):
    with count_queries() as counted:
        start(KEY)
    assert counted.number == 0


def test_elsewhere_any_key_will_do(start):
    start("x", ENVIRONMENT="development")

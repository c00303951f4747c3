from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import InternalError, OperationalError

from accounts.models import Setting
from kernel.db import db
from kernel.transaction import writing

pytestmark = pytest.mark.differs


def test_a_writing_block_commits(app):
    with writing():
        db.session.add(Setting(name="operator", value="Центр"))
    db.session.rollback()
    assert db.session.scalar(select(Setting.value)) == "Центр"


def test_an_exception_leaves_nothing_behind(app):
    with pytest.raises(ZeroDivisionError), writing():
        db.session.add(Setting(name="operator", value="Центр"))
        db.session.flush()
        raise ZeroDivisionError
    assert db.session.scalar(select(Setting.value)) is None


def test_reading_transactions_refuse_to_write(app):
    db.session.add(Setting(name="operator", value="Центр"))
    with pytest.raises((OperationalError, InternalError)):
        db.session.flush()
    db.session.rollback()


def test_a_nested_block_joins_the_outer_one(app):
    with pytest.raises(ZeroDivisionError), writing():
        with writing():
            db.session.add(Setting(name="operator", value="Центр"))
        raise ZeroDivisionError
    assert db.session.scalar(select(Setting.value)) is None


def test_what_was_loaded_before_is_refreshed_inside(app):
    with writing():
        db.session.add(Setting(name="operator", value="старое"))
    setting = db.session.scalar(select(Setting))
    with db.engine.connect() as other:
        from kernel import mode

        db.session.rollback()
        token = mode.set_writing(True)
        other.exec_driver_sql("UPDATE site_setting SET value = 'новое'")
        other.commit()
        mode.reset(token)
    with writing():
        assert setting.value == "новое"


def test_what_is_read_by_several_statements_is_of_one_moment(app):
    """Else a calendar tells the new hour under the old version: on PostgreSQL it did."""
    with writing():
        db.session.add_all([Setting(name="operator", value="старое"), Setting(name="name", value="старое")])

    def change() -> None:
        with app.app_context(), writing():
            db.session.execute(update(Setting).values(value="новое"))

    def value(name: str) -> str | None:
        return db.session.scalar(select(Setting.value).where(Setting.name == name))

    assert value("operator") == "старое"
    other = Thread(target=change)
    other.start()
    other.join()
    assert value("name") == "старое"
    db.session.rollback()
    assert value("name") == "новое"

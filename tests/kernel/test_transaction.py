from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError

from accounts.models import Consent, Setting
from kernel.db import along, db, dialect, utcnow
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


def lose_settings() -> None:
    """As behind a pooler: the next transaction finds a server that knows nothing of what was said at the connection."""
    if dialect() == "postgresql":
        db.session.rollback()
        connection = db.engine.raw_connection()
        connection.cursor().execute("DISCARD ALL")
        connection.close()


@pytest.mark.parametrize("before", [lambda: None, lambda: db.session.rollback(), lose_settings])
def test_a_stray_write_is_refused_whatever_came_before(app, before):
    with writing():
        db.session.add(Setting(name="operator", value="Центр"))
    assert db.session.scalar(select(Setting.value)) == "Центр"
    before()
    for statement in (update(Setting).values(value="иное"), text("DELETE FROM site_setting")):
        with pytest.raises((OperationalError, InternalError)):
            db.session.execute(statement)
        db.session.rollback()
    assert db.session.scalar(select(Setting.value)) == "Центр"


def test_after_a_refused_write_the_same_connection_writes_where_it_may(app):
    for _turn in range(3):
        with pytest.raises((OperationalError, InternalError)):
            db.session.execute(update(Setting).values(value="иное"))
        with writing():
            db.session.merge(Setting(name="operator", value="Центр"))
        assert db.session.scalar(select(Setting.value)) == "Центр"


CONSENT = {"text_id": 999_999, "subject_type": "registration", "subject_id": 1, "given_at": utcnow()}


def test_what_goes_along_is_there_for_the_next_statement_and_after_the_commit(app):
    with writing():
        along(insert(Setting).inline(), {"name": "operator", "value": "Центр"})
        assert db.session.scalar(select(Setting.value)) == "Центр"
        along(insert(Setting).inline(), {"name": "region", "value": "25000000"})
    assert set(db.session.scalars(select(Setting.name))) == {"operator", "region"}


def test_what_goes_along_gives_its_rows_with_the_next_statement(app):
    with writing():
        rows = along(insert(Setting).values(name="operator", value="Центр").returning(Setting.name), {})
        db.session.scalar(select(Setting.value))
        assert [tuple(row) for row in rows] == [("operator",)]


def test_a_constraint_broken_by_what_goes_along_is_told_by_the_next_statement(app):
    with pytest.raises(IntegrityError), writing():
        along(insert(Consent).inline(), CONSENT)
        db.session.scalar(select(Setting.value))
        raise AssertionError("nobody was told")
    assert db.session.scalar(select(Consent.id)) is None


def test_a_constraint_broken_by_what_went_along_last_is_told_by_the_commit(app):
    with pytest.raises(IntegrityError), writing():
        along(insert(Consent).inline(), CONSENT)
    assert db.session.scalar(select(Consent.id)) is None


def test_a_failed_transaction_leaves_nothing_waiting(app):
    with pytest.raises(ZeroDivisionError), writing():
        along(insert(Setting).inline(), {"name": "operator", "value": "Центр"})
        raise ZeroDivisionError
    with writing():
        db.session.add(Setting(name="region", value="25000000"))
    assert list(db.session.scalars(select(Setting.name))) == ["region"]


def test_a_connection_that_the_server_ended_between_two_requests_is_replaced(app):
    if dialect() != "postgresql":
        pytest.skip("a file ends no connections")
    db.session.scalar(select(Setting.value))
    with db.engine.connect() as other:
        mine = db.session.scalar(text("SELECT pg_backend_pid()"))
        db.session.remove()
        other.execute(text("SELECT pg_terminate_backend(:mine)"), {"mine": mine})
    with pytest.raises(OperationalError):
        for _turn in range(2):  # whichever of the two connections the pool gives
            db.session.scalar(select(Setting.value))
            db.session.rollback()
            db.session.connection().exec_driver_sql("SELECT 1")
            db.session.scalar(select(Setting.value))
            db.session.rollback()
    db.session.rollback()
    assert db.session.scalar(select(Setting.value)) is None

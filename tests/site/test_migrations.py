"""Migrations on the loaded demo world, on both databases."""

from __future__ import annotations

import pytest
from alembic.script import ScriptDirectory
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect, select, text

from activity.operations import record
from app import create_app
from forum.models import Forum
from home.demo.load import load
from kernel.db import db
from kernel.shelving import PREFIX
from kernel.transaction import writing
from practices.models import PracticeEdition
from speakers.models import Speaker
from speakers.operations import withdraw_consent
from tests import factories
from tests.conftest import settings


@pytest.fixture
def loaded(server, tmp_path):
    """An application whose own database went through every migration and holds the demo world."""
    server.create("migrated")
    app = create_app(settings(server.url("migrated"), tmp_path) | {"ENVIRONMENT": "development", "DEMO": True})
    with app.app_context():
        upgrade()
        load(lambda _line: None)
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()
    server.drop("migrated")


def counts() -> dict[str, int]:
    """Rows of every table; foreign keys that point nowhere count as a fault."""
    with db.engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith("search_")]
        found = {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).fetchall() == []
        return found


def documents() -> dict[int, list[str]]:
    """Titles of the sample documents that the newest edition of each practice keeps."""
    rows = db.session.execute(select(PracticeEdition).order_by(PracticeEdition.number)).scalars()
    found = {row.practice_id: [one["title"] for one in row.content["documents"]] for row in rows}
    db.session.rollback()
    return found


def revisions(app) -> list[str]:
    """From the first to the newest."""
    script = ScriptDirectory(f"{app.root_path}/migrations")
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def test_each_step_down_and_up_keeps_every_row(loaded):
    before, named = counts(), documents()
    assert before["slot"] > 70
    assert sum(map(len, named.values())) >= 7
    assert before["registration"] > 2_900
    for previous in reversed(revisions(loaded)[:-1]):
        downgrade(revision=previous)
        upgrade()
        db.engine.dispose()
        assert counts() == before, previous
    assert documents() == named


def test_all_the_way_down_and_up_again_keeps_every_row(loaded):
    before = counts()
    downgrade(revision="base")
    db.engine.dispose()
    assert {name for name in counts() if not name.startswith(PREFIX)} <= {"alembic_version"}
    upgrade()
    db.engine.dispose()
    assert counts() == before


def test_what_is_added_after_a_way_up_gets_numbers_of_its_own(loaded):
    downgrade(revision="base")
    upgrade()
    db.engine.dispose()
    with writing():
        record(None, "settings.changed", db.session.get_one(Forum, 1))
    assert counts()["activity_entry"] > 0


def test_a_table_on_the_shelf_that_is_another_is_not_taken_back(loaded, caplog):
    downgrade(revision="0001")
    with writing():
        db.session.execute(text("ALTER TABLE shelved_worker_beat RENAME COLUMN at TO moment"))
    with pytest.raises(SystemExit):
        upgrade()
    assert "shelved_worker_beat has other columns" in caplog.text


def test_a_name_without_a_consent_in_force_is_hidden(server, tmp_path):
    """Of before 0012: those who agreed stay, those who were not asked or withdrew do not come back by a step down."""
    server.create("named")
    app = create_app(settings(server.url("named"), tmp_path))
    with app.app_context():
        upgrade()
        with writing():
            factories.base_world()
            series = factories.series()
            factories.speaker(series, "Согласный Савва")
            factories.speaker(series, "Неспрошенный Наум", agreed=False)
            withdraw_consent(factories.speaker(series, "Отозвавший Олег"), by=None)
        downgrade(revision="0011")
        with writing():
            db.session.execute(text("UPDATE speaker SET hidden = false WHERE name <> 'Отозвавший Олег'"))
        for step in (upgrade, lambda: downgrade(revision="0011"), upgrade):
            step()
            shown = db.session.scalars(select(Speaker.name).where(Speaker.hidden.is_(False))).all()
            db.session.remove()
            assert shown == ["Согласный Савва"]
        db.engine.dispose()
    server.drop("named")


def test_models_and_migrations_agree(loaded):
    check()

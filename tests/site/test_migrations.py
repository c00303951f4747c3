"""Migrations on the loaded demo world, on both databases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import JSON, column, inspect, select, table, text, update

from accounts.enums import Role
from accounts.models import User
from activity.models import Entry
from activity.operations import record
from adoption.models import Adoption, Confirmer
from app import create_app
from forum import operations as forums
from forum.models import Forum, ForumStatus
from kernel.db import db, utcnow
from kernel.shelving import SHELF_PREFIX
from kernel.transaction import writing
from practices.models import Admission, DocumentState, Practice, PracticeEdition, Readiness, SampleDocument
from programme.models import Slot
from programme.operations import cancel_slot
from registrations.models import Registration
from speakers.models import Speaker
from speakers.operations import withdraw_consent
from tests import factories
from tests.choice import EVERYTHING
from tests.conftest import settings
from tests.registrations.conftest import enrol

pytestmark = pytest.mark.differs


RELEASED = "0015"
"""The newest migration of the last release: what came before it is walked by `make test-all`."""


@pytest.fixture
def loaded(server, demo_world):
    """An application whose own database went through every migration and holds the demo world."""
    server.copy(demo_world.database, "migrated")
    app = create_app(
        settings(server.url("migrated"), demo_world.var) | {"ENVIRONMENT": "development", "DEMO": True},
    )
    with app.app_context():
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


def everything() -> dict[str, list[Any]]:
    """Every value of every row, whatever the order of columns and however JSON is written."""
    with db.engine.connect() as connection:
        found = {}
        for name in inspect(connection).get_table_names():
            if (
                not name.startswith("search_") and name != "content_version"
            ):  # a step may tell pages that they are stale
                rows = connection.execute(text(f'SELECT * FROM "{name}"')).mappings()
                found[name] = sorted(repr(sorted((key, plain(value)) for key, value in row.items())) for row in rows)
        return found


def plain(value: Any) -> Any:
    """JSON as what it says: SQLite gives it as text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        value = json.loads(value)
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


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


@pytest.fixture
def filled(loaded):
    """Every column that a step down drops holds a value unlike the one that its step up sets by itself."""
    with writing():
        for number, state in enumerate(DocumentState, 1):
            db.session.get_one(SampleDocument, number).state = state
        person = db.session.scalars(select(User).order_by(User.id)).first()
        person.ended_sessions, person.suspension_reason = ["one"], "Уволен"
        adoption = db.session.scalars(select(Adoption).order_by(Adoption.id)).first()
        adoption.contact_phone = "+7 395 200-00-00"
        step = adoption.steps[0]
        step.refused_at, step.refused_by_id, step.refused_as = utcnow(), person.id, Confirmer.mentor
        step.refusal, step.confirmed_as = "Ещё не запущена.", Confirmer.curator
        practice, other = db.session.scalars(select(Practice).order_by(Practice.id).limit(2))
        practice.contact_public, practice.readiness, practice.graded_at = True, Readiness.ready, utcnow()
        practice.working, practice.archive_reason = {"goal": "Иначе", "documents": []}, "Закрыта"
        other.admission, other.working = Admission.accepted, {"documents": [{"id": 1}]}
        entries = db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(2)).all()
        db.session.get_one(Slot, 1).announced = True
        gone = db.session.scalars(select(Registration).order_by(Registration.id)).first()
        gone.erased_at, gone.erased_key = utcnow(), "A" * 26
        entries[0].within, entries[1].within = "forum:99", "territory:99"
    return loaded


def test_each_step_down_and_up_keeps_every_value(filled):
    before, rows_before, named = everything(), counts(), documents()
    assert rows_before["slot"] > 70
    assert rows_before["registration"] > 2_900
    assert sum(map(len, named.values())) >= 7
    walked = revisions(filled)
    for previous in reversed(walked[:-1] if EVERYTHING else walked[walked.index(RELEASED) : -1]):
        downgrade(revision=previous)
        upgrade()
        db.engine.dispose()
        assert counts() == rows_before, previous
        after = everything()
        for name, rows in before.items():
            assert after[name] == rows, (previous, name)
    assert documents() == named


def test_what_the_release_before_has_changed_stays(filled):
    """Between a step down and the step up somebody works on: only what that release could not know comes back."""
    draft, gone = (
        db.session.scalars(select(SampleDocument.id).where(SampleDocument.state == state)).first()
        for state in (DocumentState.draft, DocumentState.leaving)
    )
    practice, other = db.session.scalars(select(Practice.id).order_by(Practice.id).limit(2)).all()
    db.session.remove()  # on PostgreSQL the step would wait for what this transaction has read
    downgrade(revision="0009")
    with writing():
        db.session.execute(text("DELETE FROM sample_document WHERE id = :id"), {"id": gone})
        db.session.execute(text("UPDATE sample_document SET title = 'Новое' WHERE id = :id"), {"id": draft})
        db.session.execute(text("UPDATE practice SET admission = 'returned' WHERE id = :id"), {"id": other})
        rows = table("practice", column("id"), column("working", JSON))
        db.session.execute(update(rows).where(rows.c.id == practice).values(working={"goal": "Ещё иначе"}))
    upgrade()
    db.engine.dispose()
    db.session.remove()
    kept = db.session.get_one(SampleDocument, draft)
    assert (kept.title, kept.state) == ("Новое", DocumentState.draft)
    assert db.session.get(SampleDocument, gone) is None
    assert db.session.get_one(Practice, practice).working == {"goal": "Ещё иначе", "documents": []}
    assert db.session.get_one(Practice, other).admission is Admission.returned


def test_all_the_way_down_and_up_again_keeps_every_row(loaded):
    before = counts()
    downgrade(revision="base")
    db.engine.dispose()
    assert {name for name in counts() if not name.startswith(SHELF_PREFIX)} <= {"alembic_version"}
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


def test_of_equal_roles_everywhere_the_oldest_stays(server, tmp_path):
    """Of before 0014, when the unique key told two roles without a scope apart."""
    server.create("roles")
    app = create_app(settings(server.url("roles"), tmp_path))
    with app.app_context():
        upgrade()
        with writing():
            factories.base_world()
            people = [factories.give(factories.administrator(), Role.expert), factories.methodist()]
            forum = factories.forum()
            people.append(factories.door_volunteer(forum))
        kept = [(one.id, one.role.value) for person in people for one in person.assignments]
        assert len(kept) == 4
        db.session.remove()
        downgrade(revision="0013")
        with writing():
            db.session.execute(
                text(
                    "INSERT INTO role_assignment (user_id, role, scope_kind, scope_id, scope_name, created_at) "
                    "SELECT user_id, role, scope_kind, scope_id, scope_name, created_at FROM role_assignment "
                    "WHERE scope_id IS NULL AND role <> 'expert'"
                )
            )
        assert counts()["role_assignment"] == 6
        upgrade()
        db.engine.dispose()
        left = db.session.execute(text("SELECT id, role FROM role_assignment ORDER BY id")).all()
        assert [tuple(row) for row in left] == kept
        db.session.remove()
        db.engine.dispose()
    server.drop("roles")


def test_the_log_tells_which_cancelled_items_had_been_seen(server, tmp_path):
    """Of before 0015: what was cancelled in a public programme stays in it."""
    server.create("cancelled")
    app = create_app(settings(server.url("cancelled"), tmp_path))
    with app.app_context():
        upgrade()
        with writing():
            factories.base_world()
            forum = factories.forum(status=ForumStatus.draft, programme_published=False)
            section = factories.section(forum)
            slots = [factories.slot(section, title) for title in ("до", "черновик", "на виду", "скрыта", "идёт")]
            steps = (
                None,
                lambda: forums.publish_programme(forum, True, by=None),
                lambda: forums.set_status(forum, ForumStatus.announced, by=None),
                lambda: forums.publish_programme(forum, False, by=None),
            )
            for slot, step in zip(slots, steps, strict=False):
                if step:
                    step()
                cancel_slot(slot, True, by=None)
            forums.publish_programme(forum, True, by=None)
        downgrade(revision="0014")
        with writing():
            db.session.execute(text(f"DROP TABLE {SHELF_PREFIX}slot__0015"))
        upgrade()
        db.engine.dispose()
        assert db.session.scalars(select(Slot.title).where(Slot.announced)).all() == ["на виду"]
        db.session.remove()
        db.engine.dispose()
    server.drop("cancelled")


def test_keys_of_names_hold_their_signs(server, tmp_path):
    """Of before 0026, when «Семья+» and «Семья» had one key."""
    server.create("signs")
    app = create_app(settings(server.url("signs"), tmp_path))
    with app.app_context():
        upgrade()
        with writing():
            factories.base_world()
            forum = factories.forum(name="Форум 50+")
            factories.organisation("Клуб «Семья+»")
            speaker = factories.speaker(forum.series, "Плюсов Борис+")
            speaker.identity_key += " @ 25636000"
        enrol(forum, "Плюсова Анна+", "plus@example.org")
        db.session.remove()
        kept = keys_of_signed()
        downgrade(revision="0025")
        with writing():
            assert [key for key, *_others in keys_of_signed()][1:] == ["плюсова анна", "клуб семья", "плюсов борис"]
            db.session.execute(text("UPDATE registration SET identity = 'plus@example.org|плюсова анна'"))
            db.session.execute(text("UPDATE speaker SET identity_key = 'плюсов борис @ 25636000'"))
        upgrade()
        assert keys_of_signed() == kept
        assert kept[3] == ("плюсов борис+", "плюсов борис+ @ 25636000")
        db.session.remove()
        db.engine.dispose()
    server.drop("signs")


def keys_of_signed() -> list[tuple[str, ...]]:
    statements = (
        "SELECT name_key FROM forum",
        "SELECT name_key, identity FROM registration",
        "SELECT name_key FROM organisation WHERE name LIKE '%+%'",
        "SELECT name_key, identity_key FROM speaker",
    )
    with db.engine.connect() as connection:  # closed again: a step waits for whoever still reads
        return [tuple(connection.execute(text(statement)).one()) for statement in statements]


def test_models_and_migrations_agree(loaded):
    check()


def test_what_sqlite_deleted_before_it_overwrote_is_taken_out_of_the_file(server, tmp_path):
    server.create("vacuumed")
    app = create_app(settings(server.url("vacuumed"), tmp_path))
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            upgrade(revision="0015")
            raw = db.engine.raw_connection()
            raw.execute("PRAGMA secure_delete=OFF")
            raw.execute("INSERT INTO site_setting (name, value) VALUES ('gone', 'Стирайкина Аглая')")
            raw.execute("DELETE FROM site_setting WHERE name = 'gone'")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.close()
            db.engine.dispose()
            file = Path(db.engine.url.database)
            assert "Стирайкина".encode() in file.read_bytes()
            upgrade()
            db.engine.dispose()
            assert "Стирайкина".encode() not in file.read_bytes()
    server.drop("vacuumed")

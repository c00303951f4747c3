"""What two people, or two presses of one button, do at the same moment; on the database under test."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from accounts import operations
from accounts.models import User
from forum.models import Forum, Venue
from kernel.db import Base, db
from kernel.files import Upload, write
from kernel.imports import ImportPreview
from kernel.secrets import token
from kernel.transaction import writing
from programme.models import Slot
from tests import factories
from tests.conftest import settings
from tests.registrations.conftest import fill
from tests.registrations.crowd import Crowd

pytestmark = pytest.mark.processes
REPETITIONS = int(os.environ.get("TIRAZH_REPETITIONS", "4"))
FORUM = "/manage/forums/prosemyu-2027"
PROGRAMME = (
    "Дата;Начало;Окончание;Секция;Зал;Название;Спикер\n22.04.2027;{hour}:00;{hour}:15;Секция {hour};Зал;Доклад {hour};"
)
PRACTICES = "Название;Территория\nПрактика {hour};Тулун\n"


@pytest.fixture(scope="module")
def pair(application: Any, server: Any) -> Iterator[Crowd]:
    made = Crowd(2, settings(server.url("test"), application.config["VAR"]) | {"RAISE_UNEXPECTED": False})
    yield made
    made.close()


@pytest.fixture
def chief(app: Any) -> User:
    with writing():
        factories.forum()
        return factories.administrator()


def rows(table: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0


@pytest.mark.parametrize(
    ("kind", "page", "table", "text"),
    [
        ("programme", f"{FORUM}/programme/import", "slot", PROGRAMME),
        ("practices", "/manage/practices/import", "practice", PRACTICES),
    ],
)
def test_a_file_confirmed_twice_at_once_comes_in_once(pair, chief, kind, page, table, text):
    """Fails on PostgreSQL when nothing locks the forum or the preview: tried, an error of ours, or two practices."""
    pair.meet(f"{FORUM}/places", chief.get_id())
    for repetition in range(REPETITIONS):
        before, stored = rows(table), write(Upload("f.csv", "text/csv", text.format(hour=10 + repetition).encode()))
        with writing():
            scope = None if kind == "practices" else db.session.scalars(select(Forum.id)).one()
            preview = ImportPreview(kind=kind, scope_id=scope, user_id=chief.id, file=stored)
            db.session.add(preview)
            db.session.flush()
            address = f"{page}/{preview.uuid}/confirmation"
        answers = pair.send([(address, {})] * 2)
        assert {status for status, _ in answers} == {302}, repetition
        assert rows(table) == before + 1, repetition


def test_an_invitation_opened_twice_at_once_sets_one_password(pair, chief):
    """Fails on PostgreSQL when the account is not locked: tried, both were let in and the last password stood."""
    for repetition in range(REPETITIONS):
        with writing():
            guest = factories.user(f"guest{repetition}@example.org")
            operations.invite(guest, by=None)
            path = f"/invitation/{guest.uuid}.{token('invitation', guest.uuid, guest.invitation_generation)}"
        pair.meet(path)
        words = [f"{word} лошадь батарея скрепка" for word in ("верная", "другая")]
        answers = pair.send([(path, {"password": word, "repeat": word}) for word in words])
        assert sorted(status for status, _ in answers) == [302, 404], repetition


def test_a_section_removed_while_a_participant_is_added_is_no_error_of_ours(pair, chief):
    """Fails on PostgreSQL when the lost race has no page: tried, 500."""
    pair.meet(f"{FORUM}/registrations/new", chief.get_id())
    for repetition in range(REPETITIONS):
        with writing():
            section = factories.section(db.session.scalars(select(Forum)).one(), f"gone-{repetition}").id
        person = fill(None, email=f"p{repetition}@example.org", sections=str(section))  # type: ignore[arg-type]
        answers = pair.send(
            [(f"{FORUM}/registrations/new", person), (f"{FORUM}/sections/gone-{repetition}/removal", {})]
        )
        assert {status for status, _ in answers} <= {302, 303, 422}, repetition


def test_a_place_removed_while_others_work_on_it_is_no_error_of_ours(pair, chief):
    """Fails on PostgreSQL when a room is added without locking its venue, or a lost race has no page: tried, 500."""
    pair.meet(f"{FORUM}/places", chief.get_id())
    for repetition in range(REPETITIONS):
        with writing():
            venue = Venue(forum_id=db.session.scalars(select(Forum.id)).one(), name=f"Площадка {repetition}")
            db.session.add(venue)
            db.session.flush()
            page = f"{FORUM}/venues/{venue.id}"
            room = {"venue": str(venue.id), "name": f"Зал {repetition}"}
        removal = (f"{page}/removal", {})
        other = (f"{FORUM}/rooms", room) if repetition % 2 else (page, {"name": "Иначе"})
        answers = pair.send([removal, other, removal])
        assert {status for status, _ in answers} <= {302, 404, 409, 422}, repetition


@pytest.mark.skipif(os.environ.get("TIRAZH_TEST_DB") != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.parametrize(
    ("tail", "data"),
    [
        ("programme/slots/{code}/cancellation", {"cancelled": "yes"}),
        ("programme-publication", {"published": "no"}),
        ("status", {"status": "draft"}),
    ],
)
def test_what_goes_from_sight_waits_for_the_forum_before_its_items(pair, chief, server, tail, data):
    """Whoever changes an item holds the forum first: in the other order the two would lock each other out.

    Fails on PostgreSQL when the forum is not held first: tried, the items were locked.
    """
    with writing():
        section = factories.section(db.session.scalars(select(Forum)).one())
        gone, stays = factories.slot(section), factories.slot(section, "Второй доклад")
        forum_id, code, other = section.forum_id, gone.code, stays.id
    pair.meet(f"{FORUM}/places", chief.get_id())
    status, free = behind_the_forum(pair, server, forum_id, f"{FORUM}/{tail.format(code=code)}", data, other)
    assert (status, free) == (302, [(other,)])
    db.session.rollback()
    assert db.session.scalar(select(Slot.announced).where(Slot.id == other)) is True


@pytest.mark.skipif(os.environ.get("TIRAZH_TEST_DB") != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.parametrize("parent", ["section", "room", "venue"])
def test_what_events_hang_on_waits_for_the_forum_too(pair, chief, server, parent):
    """Fails on PostgreSQL when the parent is changed first: of two who raise an item's version one would be lost."""
    with writing():
        forum = db.session.scalars(select(Forum)).one()
        room = factories.room(forum)
        section = factories.section(forum, room_id=room.id)
        item = factories.slot(section, room_id=None)
        forum_id, item_id = forum.id, item.id
        page, data = {
            "section": (f"sections/{section.slug}", {"room": "", "version": "1"}),
            "room": (f"rooms/{room.id}", {}),
            "venue": (f"venues/{room.venue_id}", {}),
        }[parent]
    pair.meet(f"{FORUM}/places", chief.get_id())
    data |= {"name": "Иначе"}
    assert behind_the_forum(pair, server, forum_id, f"{FORUM}/{page}", data, item_id) == (302, [(item_id,)])
    db.session.rollback()
    assert db.session.scalar(select(Slot.sequence).where(Slot.id == item_id)) == 1


def behind_the_forum(pair, server, forum_id, path, data, item_id):
    """Send a request while the forum is locked: the answer's status once it is free, and whether the item was."""
    with psycopg.connect(server.url("test")) as mine, psycopg.connect(server.url("test"), autocommit=True) as watch:
        mine.execute("SELECT 1 FROM forum WHERE id = %s FOR UPDATE", (forum_id,))
        for pipe, requests in zip(pair.pipes, ([(path, data)], []), strict=True):
            pipe.send(requests)
        waits = "SELECT 1 FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
        until = time.monotonic() + 30
        while not watch.execute(waits, (mine.info.backend_pid,)).fetchall():
            assert time.monotonic() < until
            time.sleep(0.01)
        free = watch.execute("SELECT id FROM slot WHERE id = %s FOR UPDATE SKIP LOCKED", (item_id,)).fetchall()
        mine.rollback()
    (status, _where), *_ = [answer for pipe in pair.pipes for answer in pipe.recv()]
    return status, free


def test_an_item_cancelled_twice_at_once_is_cancelled_once(pair, chief):
    """Fails on PostgreSQL when the item is not read again once the forum is held: tried, one was told of a conflict."""
    with writing():
        section = factories.section(db.session.scalars(select(Forum)).one())
    pair.meet(f"{FORUM}/places", chief.get_id())
    for repetition in range(REPETITIONS):
        with writing():
            item = factories.slot(section, f"Доклад {repetition}")
            address, item_id = f"{FORUM}/programme/slots/{item.code}/cancellation", item.id
        answers = pair.send([(address, {"cancelled": "yes"})] * 2)
        assert {status for status, _ in answers} == {302}, repetition
        db.session.rollback()
        assert db.session.scalar(select(Slot.sequence).where(Slot.id == item_id)) == 1

"""After the consent is withdrawn nothing leads to the person: database, its log, files, exports."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import current_app
from sqlalchemy import func, inspect, select, text, update

from accounts.models import Consent, User
from activity.models import Entry, Letter
from activity.operations import record
from activity.outbox import deliver_due
from forum.models import Format
from kernel import db as kernel_db
from kernel import mail
from kernel.db import db, dialect
from kernel.i18n import speaking
from kernel.imports import Verdict
from kernel.jobs import run_due
from kernel.transaction import writing
from registrations import operations, queries
from registrations.desk import exports, importer
from registrations.desk import operations as desk_operations
from registrations.desk import queries as desk_queries
from registrations.door import attendance
from registrations.door import queries as door_queries
from registrations.models import Interest, Registration, RegistrationStatus
from registrations.own.tickets import link_path
from tests import factories
from tests.client import PageClient
from tests.conftest import NOW
from tests.registrations.conftest import enrol, fill, set_capacity, text_of

pytestmark = pytest.mark.differs

NAME, EMAIL = "Стирайкина Аглая Модестовна", "aglaya@vymysel.example"
ORGANISATION, POSITION = "Дом выдуманных пропаж", "хранительница пустот"
SIGN_UP = "/forums/prosemyu-2027/registration"
LIST = (
    f"ФИО;Почта;Формат;Организация\n{NAME};{EMAIL};очно;{ORGANISATION}\nДругой Иван;ivan@example.org;очно;\n".encode()
)


def traces() -> list[str]:
    """Where anything of the person can still be read, in whatever spelling it is kept."""
    words = [NAME, NAME.casefold(), EMAIL, ORGANISATION, POSITION]
    spellings = {word.encode() for word in words} | {json.dumps(word)[1:-1].encode() for word in words}
    found = [name for name, body in bodies() if any(word in body for word in spellings)]
    forum = db.session.scalars(select(Registration)).first().forum
    shown = (
        exports.csv(forum, desk_queries.Narrowing()) + str(list(exports.rows(forum, desk_queries.Narrowing()))).encode()
    )
    return found + (["export"] if any(word in shown for word in spellings) else [])


def desk(forum) -> User:
    with writing():
        return factories.organiser(forum.series)


def admin() -> User:
    with writing():
        return factories.administrator()


def bodies():
    db.session.rollback()
    if dialect() == "sqlite":
        for path in Path(db.engine.url.database).parent.glob(Path(db.engine.url.database).name + "*"):
            yield path.name, path.read_bytes()
    with db.engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            yield name, repr(connection.execute(text(f'SELECT * FROM "{name}"')).all()).encode()
    for path in Path(current_app.config["FILES"]).rglob("*"):
        if path.is_file():
            yield "file", path.read_bytes()


@pytest.fixture
def aglaya(client, forum, sign_in) -> Registration:
    """Signed up, written to, loaded from a file that waits, put on shelves, named in the log."""
    data = fill(forum, name=NAME, email=EMAIL, organisation=ORGANISATION, position=POSITION)
    client.submit(
        SIGN_UP, data | {"sections": str(forum.sections[0].id)}, environ_overrides={"REMOTE_ADDR": "2001:db8::7"}
    )
    client.submit(SIGN_UP + "/resend", {"email": EMAIL})
    run_due()
    with writing():
        person = db.session.scalars(select(Registration)).one()
        record(None, "registration.corrected", person, old=NAME)
        db.session.execute(update(Entry).where(Entry.subject_type == "registration").values(subject_name=NAME))
        for shelf, columns in (("registration__0009", "id, name, organisation, email"), ("activity_letter", "*")):
            source = shelf.partition("__")[0]
            db.session.execute(text(f"CREATE TABLE shelved_{shelf} AS SELECT {columns} FROM {source}"))
    organiser = sign_in(desk(forum))
    here = "/manage/forums/prosemyu-2027/registrations/import"
    with_file = {"file": (io.BytesIO(LIST), "list.csv"), "consents": "y"}
    assert organiser.submit(here, with_file, content_type="multipart/form-data").status_code == 303
    return person


def test_the_person_erases_what_is_kept_and_nothing_can_be_found(client, forum, aglaya):
    path = link_path(aglaya)
    assert len(traces()) >= 6  # the test sees what there is
    page = text_of(client.get(f"{path}/erasure"))
    for said in ("Что удаляется", "Строка без имени в показателях форума", "через 30 дней", "Место освободится"):
        assert said in page
    assert NAME in text_of(client.get(path))
    answer = client.submit(f"{path}/erasure")
    assert (answer.status_code, answer.location) == (303, SIGN_UP + "/erased")
    assert "Данные удалены" in text_of(client.get(answer.location))
    for gone in ("", "/erasure", "/ticket.pdf", "/calendar.ics"):
        dead = client.get(path + gone)
        assert (dead.status_code, "удалены по просьбе" in text_of(dead)) == (404, True)
    run_due()
    assert traces() == []
    kernel_db.set_clock(lambda: NOW + timedelta(hours=2))
    run_due()
    assert traces() == []


def test_sqlite_overwrites_what_is_deleted(app):
    """However the library was built."""
    if dialect() == "sqlite":
        assert db.session.execute(text("PRAGMA secure_delete")).scalar_one() == 1


def test_what_stays_counts_without_a_name(client, forum, aglaya):
    client.submit(f"{link_path(aglaya)}/erasure")
    row = db.session.scalars(select(Registration)).one()
    assert (row.name, row.email, row.organisation, row.position) == ("", "", "", "")
    assert (row.status, row.format) == (RegistrationStatus.cancelled, Format.in_person)
    assert row.territory.oktmo == factories.TAYSHET
    assert db.session.scalar(select(func.count()).select_from(Interest)) == 0
    consent = db.session.scalars(select(Consent)).one()
    assert (consent.address, consent.withdrawn_at) == ("", NOW)
    assert {entry.action for entry in db.session.scalars(select(Entry))} >= {
        "registration.added",
        "registration.erased",
    }
    assert queries.quota(forum.id, Format.in_person).taken == 0


def test_whoever_came_still_counts_as_having_come(client, forum, noon_of_the_day, sign_in):
    person = enrol(forum, NAME, EMAIL)
    with writing():
        volunteer = desk(forum)
        attendance.admit(forum.id, person.uuid, nonce="n", user_id=volunteer.id)
    client.submit(f"{link_path(person)}/erasure")
    assert door_queries.last_entry(forum.id, volunteer.id) is None  # the scanner names nobody who was erased
    row = db.session.scalars(select(Registration)).one()
    assert (row.status, row.name) == (RegistrationStatus.confirmed, "")
    assert queries.inside_now(row) is not None
    organiser = sign_in(desk(forum))
    page = text_of(organiser.get("/manage/forums/prosemyu-2027/registrations"))
    assert "Персональные данные удалены" in page
    assert organiser.get(f"/manage/forums/prosemyu-2027/registrations/{row.uuid}").status_code == 404


def test_the_next_in_line_gets_the_place(client, forum):
    set_capacity(forum, 1)
    person, waiting = enrol(forum, NAME, EMAIL), enrol(forum, "Другая Алла", "alla@example.org")
    client.submit(f"{link_path(person)}/erasure")
    db.session.refresh(waiting)
    assert waiting.status is RegistrationStatus.confirmed
    assert {letter.to for letter in db.session.scalars(select(Letter))} == {"alla@example.org"}


def test_colleagues_in_the_same_mailbox_keep_their_letters(client, forum):
    person, other = enrol(forum, NAME, EMAIL), enrol(forum, "Другая Алла", EMAIL)
    with writing():
        operations.send_all(forum, EMAIL, language="ru")
    assert "Сам почтовый адрес" in text_of(client.get(f"{link_path(person)}/erasure"))
    client.submit(f"{link_path(person)}/erasure")
    kept = {(letter.kind, letter.argument.get("registration_id")) for letter in db.session.scalars(select(Letter))}
    assert kept == {("registration_ticket", other.id), ("registration_list", None)}
    assert client.get(link_path(other)).status_code == 200


def test_an_administrator_erases_the_person_at_every_forum(app, forum, sign_in):
    with writing():
        second = factories.forum("second", forum.series)
    person, again, other = enrol(forum, NAME, EMAIL), enrol(second, NAME, EMAIL), enrol(second, "Другая Алла", EMAIL)
    address = f"/manage/forums/prosemyu-2027/registrations/{person.uuid}"
    organiser, administrator = sign_in(desk(forum)), sign_in(admin())
    assert organiser.get(f"{address}/erasure").status_code == 404
    assert "Удалить персональные данные" not in text_of(organiser.get(address))
    assert "Удалить персональные данные" in text_of(administrator.get(address))
    assert "данные удалятся везде" in text_of(administrator.get(f"{address}/erasure"))
    token = administrator.token(f"{address}/erasure")
    assert PageClient(app).post(f"{address}/erasure").status_code in (302, 401)
    answer = administrator.post(f"{address}/erasure", data={"csrf_token": token})
    assert answer.status_code == 303
    db.session.expire_all()
    assert [one.name for one in (person, again, other)] == ["", "", "Другая Алла"]
    assert administrator.post(f"{address}/erasure", data={"csrf_token": token}).status_code == 404
    log = text_of(administrator.get("/manage/activity"))
    assert "данные участника удалены" in log
    assert NAME not in log


def test_a_list_loaded_again_does_not_bring_the_person_back(client, forum, aglaya):
    client.submit(f"{link_path(aglaya)}/erasure")
    with speaking("ru"):
        plan = importer.plan(forum, ("list.csv", LIST))
    plan.leave_doubts()
    assert [row.verdict for row in plan.rows] == [Verdict.doubt, Verdict.create]
    assert plan.rows[0].doubts == ["Этот человек просил удалить данные. Он дал новое согласие?"]
    with writing():
        desk_operations.carry_out(plan, forum, None, letters=False)
    assert sorted(db.session.scalars(select(Registration.name))) == ["", "Другой Иван"]


def test_a_short_name_sweeps_nothing_of_others(client, forum):
    """A stranger called «и», or anna@… beside joanna@…, empties no shelf of the migrations."""
    db.session.rollback()
    with writing():
        db.session.execute(text("CREATE TABLE shelved_practice (id INTEGER, name TEXT, contact TEXT)"))
        db.session.execute(text("INSERT INTO shelved_practice VALUES (1, 'Няня и школа', 'joanna@example.org')"))
        db.session.execute(text("INSERT INTO shelved_practice VALUES (2, 'и', 'x@example.org')"))
    try:
        for name, email in (("и", "one@example.org"), ("Анна Аннова", "anna@example.org")):
            client.submit(f"{link_path(enrol(forum, name, email))}/erasure")
        db.session.rollback()
        assert db.session.execute(text("SELECT id FROM shelved_practice")).scalars().all() == [1]
    finally:
        db.session.rollback()
        with writing():
            db.session.execute(text("DROP TABLE shelved_practice"))


def test_whoever_was_erased_may_sign_up_again_and_be_erased_again(client, forum):
    for _time in range(2):
        path = client.submit(SIGN_UP, fill(forum, name=NAME, email=EMAIL)).location
        assert client.submit(f"{path}/erasure").status_code == 303
    assert db.session.scalars(select(Registration.name)).all() == ["", ""]
    assert len(queries.erased_keys()) == 1


def test_a_letter_on_its_way_to_whoever_was_erased_does_not_leave(client, forum, monkeypatch):
    person = enrol(forum, NAME, EMAIL)
    client.submit(f"{link_path(person)}/erasure")
    sent: list[object] = []
    monkeypatch.setattr(mail, "deliver", sent.append)
    deliver_due()
    assert sent == []

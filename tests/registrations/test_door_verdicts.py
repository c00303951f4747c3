"""At the door: who is let in, who hears why not, and what the page answers."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from accounts.enums import Role, ScopeKind
from forum.models import Format
from kernel import db as kernel_db
from kernel.db import db, utcnow
from kernel.documents.qr import png
from kernel.i18n import day
from kernel.transaction import writing
from registrations import operations
from registrations.door import attendance
from registrations.door.attendance import Answer
from registrations.door.codes import read_code
from registrations.models import Attendance, AttendanceKind, Inside
from registrations.own.tickets import qr_text, short_code
from tests import factories
from tests.registrations.conftest import ANNA, enrol, set_capacity, text_of
from tests.registrations.door import PATH, count, scan

pytestmark = pytest.mark.usefixtures("noon_of_the_day")


def test_a_ticket_lets_one_person_in_once(forum):
    person = enrol(forum, territory_id=factories.territory().id)
    first, second = scan(forum, person), scan(forum, person)
    assert (first.answer, first.name, first.inside, first.capacity) == (Answer.go, ANNA, 1, 100)
    assert (second.answer, second.inside) == (Answer.again, 1)
    assert count(Inside) == count(Attendance) == 1


def test_a_retry_hears_the_same(forum):
    person = enrol(forum)
    assert [scan(forum, person, "one").answer for _attempt in range(3)] == [Answer.go] * 3
    assert count(Attendance) == 1


def test_one_nonce_does_not_let_a_second_person_in_unseen(forum):
    first, second = enrol(forum), enrol(forum, "Другая Алла")
    assert [scan(forum, person, "one").answer for person in (first, second)] == [Answer.go] * 2
    assert count(Inside) == count(Attendance) == 2


def test_let_in_anyway_is_written_down(forum):
    person = enrol(forum)
    scan(forum, person)
    assert scan(forum, person, force=True).answer is Answer.go
    assert (count(Attendance), count(Inside)) == (2, 1)


def test_undo_keeps_the_log_and_lets_in_again(forum):
    person = enrol(forum)
    verdict = scan(forum, person)
    with writing():
        assert attendance.undo(forum.id, verdict.nonce, user_id=None)
    with writing():
        assert not attendance.undo(forum.id, verdict.nonce, user_id=None)
    kinds = db.session.scalars(select(Attendance.kind).order_by(Attendance.id)).all()
    assert kinds == [AttendanceKind.entry, AttendanceKind.undo]
    assert count(Inside) == 0
    assert scan(forum, person).answer is Answer.go


def test_who_may_not_enter_hears_why(forum):
    cancelled, moved, remote = (
        enrol(forum),
        enrol(forum, "Другая Алла"),
        enrol(forum, "Третий Лев", format=Format.remote),
    )
    old = qr_text(moved)
    with writing():
        operations.cancel(cancelled)
        operations.change_format(moved, Format.remote)
    set_capacity(forum, 0)
    waiting = enrol(forum, "Четвёртая Ева")
    assert [scan(forum, person).answer for person in (cancelled, remote, waiting, moved)] == [
        Answer.cancelled,
        Answer.remote,
        Answer.waitlisted,
        Answer.remote,
    ]
    with writing():
        assert attendance.scan(forum.id, read_code(old), nonce="n", user_id=None).answer is Answer.unknown
    revoked, unknown = (attendance.formerly(forum.id, [code]) for code in (read_code(old), "A" * 26))
    assert (revoked.answer, revoked.name) == (Answer.revoked, "Другая Алла")
    assert unknown.answer is Answer.unknown
    assert count(Inside) == 0


def test_a_ticket_of_another_forum_names_the_forum_and_nobody(forum):
    with writing():
        other = factories.forum("other", forum.series, name="Другой форум")
    person = enrol(other)
    verdict = scan(forum, person)
    assert (verdict.answer, verdict.other, verdict.name) == (Answer.other_forum, "Другой форум", "")


def test_the_link_does_not_open_the_door(forum):
    from registrations.own.tickets import OWN_LINK

    person = enrol(forum)
    with writing():
        assert attendance.scan(forum.id, OWN_LINK.token(person), nonce="n", user_id=None).answer is Answer.unknown


def test_the_page_without_javascript(forum, volunteer):
    person = enrol(forum)
    page = volunteer.submit(PATH + "/scans", {"code": short_code(person), "nonce": "a"}, page=PATH)
    assert page.status_code == 200
    assert "Вход" in text_of(page)
    assert ANNA in text_of(page)
    again = text_of(volunteer.submit(PATH + "/scans", {"code": short_code(person), "nonce": "b"}, page=PATH))
    assert "Уже прошла" in again
    assert "Вход в 12:00" in again
    assert "Отменить тот вход" in again
    assert "Всё равно впустить" in again
    assert "1 из 1 записавшихся очно" in text_of(volunteer.get(PATH))


def test_the_last_entry_may_be_taken_back_from_the_doors_page(forum, volunteer):
    person = enrol(forum)
    answer = volunteer.submit(PATH + "/scans", {"code": qr_text(person), "nonce": "a"}, page=PATH)
    assert "Отменить тот вход" not in text_of(answer)
    page = text_of(volunteer.get(PATH))
    assert "Последний: Примерова А. С., 12:00" in page
    entry = re.search(r'name="entry" value="([^"]+)"', page)[1]
    assert volunteer.submit(PATH + "/undo", {"entry": entry}, page=PATH).status_code == 303
    assert count(Inside) == 0
    page = text_of(volunteer.get(PATH))
    assert "Последний:" not in page
    assert "Вход отменён: Примерова А. С." in page


def test_after_ten_minutes_an_entry_is_no_slip(forum, volunteer):
    person = enrol(forum)
    volunteer.submit(PATH + "/scans", {"code": qr_text(person), "nonce": "a"}, page=PATH)
    later = utcnow() + timedelta(minutes=11)
    kernel_db.set_clock(lambda: later)
    assert "Последний:" not in text_of(volunteer.get(PATH))
    again = text_of(volunteer.submit(PATH + "/scans", {"code": qr_text(person), "nonce": "b"}, page=PATH))
    assert "Уже прошла" in again
    assert "Отменить тот вход" not in again


def test_yesterdays_entry_is_told_with_its_day(forum, volunteer):
    person = enrol(forum)
    volunteer.submit(PATH + "/scans", {"code": qr_text(person), "nonce": "a"}, page=PATH)
    with writing():
        db.session.scalars(select(Inside)).one().entered_at -= timedelta(days=1)
    again = text_of(volunteer.submit(PATH + "/scans", {"code": qr_text(person), "nonce": "b"}, page=PATH))
    told = day(utcnow().date() - timedelta(days=1)).replace("\N{NO-BREAK SPACE}", " ")
    assert f"Вход {told} в 12:00" in again


def test_a_second_tap_on_undo_takes_out_nobody_else(forum, volunteer):
    for name in (ANNA, "Другая Алла"):
        volunteer.submit(PATH + "/scans", {"code": qr_text(enrol(forum, name)), "nonce": name}, page=PATH)
    entry = re.search(r'name="entry" value="([^"]+)"', text_of(volunteer.get(PATH)))[1]
    for _tap in range(2):
        volunteer.submit(PATH + "/undo", {"entry": entry}, page=PATH)
        page = text_of(volunteer.get(PATH))
        assert "Вход отменён: Другая А." in page
        assert 'name="entry"' not in page
    assert count(Inside) == 1
    data = {"entry": entry, "csrf_token": volunteer.token(PATH)}
    told = volunteer.post(PATH + "/undo", data=data, headers={"Accept": "application/json"}).get_json()["last"]
    assert "Вход отменён" in told
    volunteer.submit(PATH + "/scans", {"code": qr_text(enrol(forum, "Третий Лев")), "nonce": "c"}, page=PATH)
    assert "Последний: Третий Л." in text_of(volunteer.get(PATH))


def test_the_door_has_a_way_out_and_a_way_to_other_work(forum, volunteer, sign_in):
    page = text_of(volunteer.get(PATH))
    assert 'action="/logout"' in page
    assert "Мои задачи" not in page
    with writing():
        chief = factories.organiser(forum.series)
    assert "Мои задачи" in text_of(sign_in(chief).get(PATH))


def test_a_photo_is_read_on_the_server(forum, volunteer):
    person = enrol(forum)
    photo = (io.BytesIO(png(qr_text(person))), "photo.png")
    page = volunteer.submit(PATH + "/scans", {"photo": photo, "nonce": "a"}, page=PATH)
    assert ANNA in text_of(page)
    for body in (b"\x89PNG\r\n\x1a\nbroken", b"text", png("https://example.org/")):
        page = volunteer.submit(PATH + "/scans", {"photo": (io.BytesIO(body), "p.png"), "nonce": "a"}, page=PATH)
        assert "Билет не найден" in text_of(page)


def test_a_lost_place_comes_back_by_one_tap(forum, volunteer):
    person = enrol(forum)
    with writing():
        operations.change_format(person, Format.remote)
    page = text_of(volunteer.submit(PATH + "/scans", {"registration": person.uuid, "nonce": "a"}, page=PATH))
    assert "Вернуть очное место" in page
    page = text_of(volunteer.submit(PATH + "/places", {"registration": person.uuid, "nonce": "b"}, page=PATH))
    assert "Вход" in page
    assert count(Inside) == 1
    assert (person.format, person.code_generation) == (Format.in_person, 3)


def test_who_never_had_a_place_is_given_one(forum, volunteer):
    person = enrol(forum, format=Format.remote)
    page = text_of(volunteer.submit(PATH + "/scans", {"registration": person.uuid, "nonce": "a"}, page=PATH))
    assert "Дать место в зале" in page
    assert "Вернуть очное место" not in page


def test_without_a_free_place_it_stays_lost(forum, volunteer):
    person = enrol(forum, format=Format.remote)
    set_capacity(forum, 0)
    page = text_of(volunteer.submit(PATH + "/places", {"registration": person.uuid, "nonce": "b"}, page=PATH))
    assert "Пригласите к стойке" in page
    assert count(Inside) == 0


def test_the_scanner_speaks_json(forum, volunteer):
    person = enrol(forum)
    data = {"code": qr_text(person), "nonce": "a", "csrf_token": volunteer.token(PATH)}
    answer = volunteer.post(PATH + "/scans", data=data, headers={"Accept": "application/json"}).get_json()
    assert (answer["kind"], answer["answer"], answer["name"], answer["inside"]) == ("go", "go", ANNA, 1)
    assert 'data-verdict="go"' in answer["html"]
    data = {"entry": answer["entry"], "csrf_token": data["csrf_token"]}
    undone = volunteer.post(PATH + "/undo", data=data, headers={"Accept": "application/json"}).get_json()
    assert undone["kind"] == "undone"
    assert count(Inside) == 0
    assert volunteer.get(PATH + "/count").get_json()["inside"] == 0


def test_a_scan_costs_five_statements_once_the_forum_is_known(forum, volunteer):
    codes = [qr_text(enrol(forum)), qr_text(enrol(forum, "Другая Алла"))]
    token = volunteer.token(PATH)
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for code in codes:
            statements.clear()
            data = {"code": code, "nonce": uuid4().hex, "csrf_token": token}
            volunteer.post(PATH + "/scans", data=data, headers={"Accept": "application/json"})
            db.session.rollback()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) == 5, statements


def test_the_door_of_one_forum_is_shut_to_volunteers_of_another(forum, sign_in, client):
    with writing():
        other = factories.forum("other", forum.series)
        stranger = factories.door_volunteer(other)
        outsider = factories.user()
        chief = factories.give(factories.user(), Role.organiser, ScopeKind.series, forum.series_id)
    person = enrol(forum)
    visitor = sign_in(stranger)
    token = visitor.token("/door/other")
    for method, path in (("get", PATH), ("get", PATH + "/count"), ("post", PATH + "/scans"), ("post", PATH + "/undo")):
        assert getattr(visitor, method)(path, data={"csrf_token": token}).status_code == 404
    foreign = visitor.post("/door/other/places", data={"csrf_token": token, "registration": person.uuid})
    assert foreign.status_code == 404
    assert sign_in(outsider).get("/door/").status_code == 404
    assert client.get(PATH).status_code == 302
    assert visitor.get("/door/").location == "/door/other"
    assert "/door/other" in text_of(sign_in(chief).get("/door/"))
    assert visitor.get("/door/other/scans").status_code == 405


def test_many_enter_at_once(forum):
    people = [enrol(forum, f"Человек Номер{i}", f"p{i}@example.org") for i in range(5)]
    moment = people[0].created_at
    scan(forum, people[0])
    with writing():
        assert attendance.admit_many(forum, [(person.id, moment) for person in people]) == 4
    with writing():
        assert attendance.admit_many(forum, [(person.id, moment) for person in people]) == 0
    assert (count(Inside), count(Attendance)) == (5, 5)
    assert scan(forum, people[1]).answer is Answer.again

"""The door on another day: a check that writes nothing, and entries that the volunteer wants written."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from forum.models import Format
from kernel import db as kernel_db
from kernel.transaction import writing
from registrations import operations
from registrations.door import attendance
from registrations.door.attendance import Answer
from registrations.door.codes import read_code
from registrations.models import Attendance, Inside
from registrations.own.tickets import qr_text, short_code
from tests import factories
from tests.registrations.conftest import ANNA, enrol, text_of
from tests.registrations.door import PATH, count, scan

pytestmark = pytest.mark.usefixtures("noon_of_the_day")


def the_day_before() -> None:
    kernel_db.set_clock(lambda: datetime(2027, 4, 21, 4, tzinfo=UTC))


def test_on_another_day_nobody_is_let_in_before_the_question_is_answered(forum, volunteer):
    person = enrol(forum)
    assert "Это проверка?" not in text_of(volunteer.get(PATH))
    the_day_before()
    page = text_of(volunteer.get(PATH))
    assert "Сегодня не день форума. Это проверка?" in page
    assert 'name="code"' not in page
    tried = {"code": qr_text(person), "registration": person.uuid, "nonce": "a", "entry": "a"}
    for end in ("/scans", "/places", "/undo"):
        for mode in ({}, {"mode": "nonsense"}):
            answer = volunteer.submit(PATH + end, tried | mode, page=PATH)
            assert (answer.status_code, answer.location) == (303, PATH)
    assert count(Attendance) == 0


def test_a_check_shows_verdicts_and_writes_nothing(forum, volunteer):
    person, moved = enrol(forum), enrol(forum, "Другая Алла")
    with writing():
        operations.change_format(moved, Format.remote)
    the_day_before()
    checking = PATH + "?mode=practice"
    page = text_of(volunteer.get(checking + "&q=прим"))
    assert page.count('name="mode" value="practice"') == 4
    assert 'data-mode="practice"' in page
    for sent in ({"code": qr_text(person)}, {"registration": person.uuid}, {"code": short_code(person), "typed": "1"}):
        for _time in range(2):
            answer = text_of(volunteer.submit(PATH + "/scans", sent | {"mode": "practice"}, page=checking))
            assert 'data-verdict="go"' in answer
            assert ANNA in answer
            assert "Проверка: вход не записан" in answer
            assert "/undo" not in answer
            assert f'href="{PATH}?mode=practice"' in answer
    lost = {"registration": moved.uuid, "mode": "practice"}
    assert "Вернуть очное место" in text_of(volunteer.submit(PATH + "/scans", lost, page=checking))
    given = text_of(volunteer.submit(PATH + "/places", lost, page=checking))
    assert "Проверка: вход не записан" in given
    assert 'data-verdict="go"' in given
    unknown = volunteer.submit(PATH + "/scans", {"code": "A" * 26, "mode": "practice"}, page=checking)
    assert "Билет не найден" in text_of(unknown)
    assert moved.format is Format.remote
    assert count(Inside) == count(Attendance) == 0


def test_a_check_by_the_scanner_is_marked_in_json(forum, volunteer):
    person = enrol(forum)
    the_day_before()
    data = {"code": qr_text(person), "mode": "practice", "csrf_token": volunteer.token(PATH + "?mode=practice")}
    answer = volunteer.post(PATH + "/scans", data=data, headers={"Accept": "application/json"}).get_json()
    assert (answer["answer"], answer["practice"], answer["entry"]) == ("go", True, "")
    assert "last" not in answer
    assert count(Attendance) == 0


def test_a_check_says_who_is_in_already(forum):
    person = enrol(forum)
    scan(forum, person)
    assert attendance.rehearse(forum.id, code=read_code(qr_text(person))).answer is Answer.again
    assert attendance.rehearse(forum.id, uuid=person.uuid, force=True).answer is Answer.go
    with writing():
        other = factories.forum("other", forum.series, name="Другой форум")
    elsewhere = attendance.rehearse(other.id, code=read_code(qr_text(person)))
    assert (elsewhere.answer, elsewhere.name) == (Answer.other_forum, "")
    assert attendance.rehearse(other.id, uuid=person.uuid).answer is Answer.unknown
    assert count(Attendance) == 1


def test_on_another_day_entries_are_written_when_the_volunteer_says_so(forum, volunteer):
    person = enrol(forum)
    the_day_before()
    recording = PATH + "?mode=record"
    page = volunteer.submit(PATH + "/scans", {"code": qr_text(person), "mode": "record", "nonce": "a"}, page=recording)
    assert "Проверка" not in text_of(page)
    assert count(Inside) == 1
    told = "Вход записывается, хотя сегодня не день форума: 22 апреля 2027 года"
    page = text_of(volunteer.get(recording))
    assert told in page
    entry = re.search(r'name="entry" value="([^"]+)"', page)[1]
    undone = volunteer.submit(PATH + "/undo", {"entry": entry, "mode": "record"}, page=recording)
    assert undone.location == recording
    assert count(Inside) == 0


def test_on_the_day_a_page_left_in_the_check_writes_all_the_same(forum, volunteer):
    person = enrol(forum)
    answer = volunteer.submit(PATH + "/scans", {"code": qr_text(person), "mode": "practice", "nonce": "a"}, page=PATH)
    assert "Проверка" not in text_of(answer)
    assert count(Inside) == 1

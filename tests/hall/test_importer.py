"""The provider's attendance list: people found by e-mail and name, minutes united with ours, the file repeatable."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from forum.models import Format
from forum.queries import section_of
from hall import counts, importer, queries
from hall.cells import read_minutes, read_moment
from hall.models import PresenceHour
from kernel.db import db
from kernel.imports import ImportPreview, Verdict
from kernel.transaction import writing
from registrations import erasing
from registrations.models import Attendance
from tests import factories
from tests.hall.conftest import TEN, at
from tests.hall.test_presence import span, tell
from tests.registrations.conftest import enrol, text_of

ONLINE = "/manage/forums/prosemyu-2027/online"
FILE = """Имя;Email;Join time;Leave time
Примерова Анна Сергеевна;anna@example.org;22.04.2027 10:05:10;22.04.2027 10:25:00
Примерова Анна Сергеевна;anna@example.org;22.04.2027 10:20:00;22.04.2027 10:30:00
Борис Борисов;;10:00;10:16
Чужая Чара;chara@example.org;10:00;10:16
Верина Вера;v@example.org;что-то;
"""


@pytest.fixture
def people(forum, anna):
    boris = enrol(forum, "Борисов Борис Ильич", "b@example.org", format=Format.remote)
    vera = enrol(forum, "Верина Вера", "v@example.org", format=Format.remote)
    at(TEN + timedelta(hours=3))
    return anna, boris, vera


def planned(forum, text=FILE, section="early-help"):
    found = section_of(forum, section) if section else None
    return importer.plan(forum, found, importer.read("list.csv", text.encode()))


def test_each_row_has_its_verdict(forum, people):
    plan = planned(forum)
    assert [row.stands for row in plan.rows] == ["create", "create", "doubt", "error", "error"]
    assert "Это Борисов Борис Ильич?" in plan.rows[2].doubts[0]
    assert "не зарегистрирован" in plan.rows[3].messages[0]
    assert "Не удалось прочитать" in plan.rows[4].messages[0]


def test_minutes_are_united_with_our_own_and_the_file_may_come_again(client, forum, people, sign_in):
    anna, boris, _vera = people
    tell(client, anna, *span(TEN, 10))
    with writing():
        organiser = factories.organiser(forum.series)
    desk = sign_in(organiser)
    for _time in range(2):
        token = desk.token(f"{ONLINE}/attendance")
        upload = {"csrf_token": token, "section": "early-help", "file": (BytesIO(FILE.encode()), "list.csv")}
        answer = desk.post(f"{ONLINE}/attendance", data=upload)
        assert answer.status_code == 303
        page = text_of(desk.get(answer.location))
        assert "Чужая Чара" in page
        done = desk.post(answer.location, data={"csrf_token": token, "sure": planned(forum).signature})
        assert done.status_code == 303
        assert queries.minutes_of(anna) == 30  # 10:00–10:10 of ours, 10:05–10:30 of theirs
        assert queries.minutes_of(boris) == 16
    assert counts.figures(forum).sources == {"link": 1, "export": 2}
    assert [row.verdict for row in planned(forum).rows[:3]] == [Verdict.same] * 3
    rest = desk.get(f"{ONLINE}/attendance/{answer.location.split('/')[-1].split('?')[0]}/left-out.xlsx")
    assert rest.status_code == 200


def test_of_the_forum_as_a_whole_a_total_is_kept_and_put_right(forum, people, sign_in):
    anna = people[0]
    with writing():
        organiser = factories.organiser(forum.series)
    for minutes in (95, 40):
        text = f"Имя;E-mail;Минуты\n;anna@example.org;{minutes} мин\n"
        with writing():
            importer.carry_out(planned(forum, text, section=""), forum, None, organiser)
        assert queries.minutes_of(anna) == minutes
    assert db.session.query(Attendance).count() == 1


def test_two_people_of_one_mailbox_are_told_apart_by_name(forum, people):
    enrol(forum, "Соседова Света", "anna@example.org", format=Format.remote)
    text = "Имя;E-mail;Минуты\nСоседова Света;anna@example.org;5\nНекто;anna@example.org;5\n"
    plan = planned(forum, text)
    assert [row.stands for row in plan.rows] == ["create", "error"]


def test_outside_the_sections_hours_nothing_counts(forum, people):
    text = "Имя;E-mail;Вошёл;Вышел\n;anna@example.org;09:50;10:05\n"
    plan = planned(forum, text)
    assert "10 минут вне часов секции" in plan.rows[0].warnings[0].replace("\N{NO-BREAK SPACE}", " ")
    assert sum(map(int.bit_count, plan.actions[0].new.values())) == 5


def test_lists_go_with_whoever_is_erased(forum, people, sign_in):
    with writing():
        organiser = factories.organiser(forum.series)
    desk = sign_in(organiser)
    upload = {
        "csrf_token": desk.token(f"{ONLINE}/attendance"),
        "section": "",
        "file": (BytesIO(FILE.encode()), "list.csv"),
    }
    assert desk.post(f"{ONLINE}/attendance", data=upload).status_code == 303
    erasing.erase([people[2]])
    assert db.session.query(ImportPreview).count() == 0


def test_the_organisers_word_holds_the_last_time(forum, people, sign_in):
    with writing():
        organiser = factories.organiser(forum.series)
    desk, vera = sign_in(organiser), people[2]
    card = f"/manage/forums/prosemyu-2027/registrations/{vera.uuid}"
    for minutes in ("90", "20"):
        data = {"csrf_token": desk.token(card), "hand-minutes": minutes}
        assert desk.post(f"{ONLINE}/participants/{vera.uuid}", data=data).status_code == 303
    page = text_of(desk.get(card))
    assert "20 минут" in page
    assert "участие засчитано" in page
    assert db.session.query(PresenceHour).count() == 0


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("22.04.2027 10:05:10", datetime(2027, 4, 22, 10, 5, 10)),
        ("2027-04-23 9:05", datetime(2027, 4, 23, 9, 5)),
        ("04/22/2027 01:05:00 PM", datetime(2027, 4, 22, 13, 5)),
        ("2027-04-22T02:05:00Z", datetime(2027, 4, 22, 10, 5)),
        ("10:05", datetime(2027, 4, 22, 10, 5)),
        (time(10, 5), datetime(2027, 4, 22, 10, 5)),
        (datetime(2027, 4, 22, 10, 5), datetime(2027, 4, 22, 10, 5)),
        ("25:99", None),
        ("", None),
        (None, None),
    ],
)
def test_moments_as_providers_write_them(value, read):
    assert read_moment(value, date(2027, 4, 22), ZoneInfo("Asia/Irkutsk")) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [(32, 32), ("32", 32), ("32 мин", 32), ("1 ч 5 мин", 65), ("1:05:59", 65), ("12:30", 12), (time(1, 5), 65), ("32,7", 32), ("нет", None), ("", None)],
)  # fmt: skip
def test_minutes_as_providers_write_them(value, read):
    assert read_minutes(value) == read

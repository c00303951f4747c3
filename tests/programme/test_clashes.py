"""What can hardly be at once is asked about once, in every way an item is made or changed, and never refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from forum.models import Forum, Room, Section
from kernel.db import db
from kernel.documents import sheets
from kernel.documents.sheets import Column
from kernel.transaction import writing
from programme import operations
from programme.clashes import Entry, Kind, find
from programme.importing import importer
from programme.models import Slot, SlotKind
from tests import factories
from tests.client import PageClient

LIST = "/manage/forums/prosemyu-2027/programme"
NEW = f"{LIST}/slots/new"
SECTIONS = "/manage/forums/prosemyu-2027/sections"
HELD = "В это время зал занимает другая секция: «Домашний консультант», 10:00–10:20"
TWO = "В секции одновременно два выступления: «Домашний консультант», 10:00–10:20"
TAKEN = "Зал в это время занят: «Домашний консультант», 10:00–10:20"
BARE = "В секции одновременно два пункта, а зал не указан: «Домашний консультант», 10:00–10:20"
PERSON = "Спикер оказался бы в двух местах сразу: «Домашний консультант», 10:00–10:20"


def entry(key: int, begin: int, end: int, **columns: Any) -> Entry:
    values = {"section": "A", "room": None, "hall": None, "on_stage": True, "people": frozenset()} | columns
    return Entry(key, str(key), datetime(2027, 4, 22, begin), datetime(2027, 4, 22, end), **values)


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ({}, {}, {Kind.place}),
        ({"hall": 1}, {"section": "B", "room": 1}, {Kind.place}),
        ({"hall": 1}, {"section": "B", "hall": 1}, {Kind.place}),
        ({"hall": 1}, {"section": "B", "hall": 2}, set()),
        ({"hall": 1, "room": 2}, {"section": "B", "hall": 1}, set()),
        ({"room": 1}, {"room": 2}, {Kind.section}),
        ({"room": 1}, {"room": 2, "on_stage": False}, set()),
        ({"hall": 1}, {"on_stage": False, "hall": 1}, {Kind.place}),
        (
            {"section": "A", "people": frozenset({"я"})},
            {"section": "B", "people": frozenset({"я", "ты"})},
            {Kind.people},
        ),
    ],
)
def test_what_clashes(one, other, kinds):
    found = find([entry(1, 9, 11, **one), entry(2, 10, 12, **other)])
    assert {clash.kind for clash in found} == kinds
    assert [(clash.mine.key, clash.other.key) for clash in found] == [(1, 2), (2, 1)] * len(kinds)
    assert find([entry(1, 9, 10, **one), entry(2, 10, 12, **other)]) == []


@dataclass(frozen=True)
class TwoHalls:
    """A talk at ten in the first section's room, and another section with a room of its own."""

    forum: Forum
    room: Room
    other: Room
    first: Section
    second: Section
    desk: PageClient


@pytest.fixture
def two_halls(app, sign_in) -> TwoHalls:
    with writing():
        forum = factories.forum()
        room, other = factories.room(forum), factories.room(forum, "Зал 2")
        section = factories.section(forum, room_id=room.id)
        second = factories.section(forum, "second", "Вторая", room_id=other.id, position=1)
        talk = factories.slot(section, room_id=None)
        factories.appearance(talk, factories.speaker(forum.series))
        desk = factories.organiser(forum.series)
    return TwoHalls(forum=forum, room=room, other=other, first=section, second=second, desk=sign_in(desk))


def fill(two_halls, section, room, **changes):
    values = {
        "title": "Новый доклад",
        "kind": "talk",
        "section": str(getattr(two_halls, section).id),
        "room": str(getattr(two_halls, room).id) if room else "",
        "day": "2027-04-22",
        "starts": "10:10",
        "ends": "10:30",
        "format": "in_person",
        "practice": "",
        "people-0-name": "Тестов Иван Петрович",
    }
    return values | changes


def text(answer):
    return answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")


def sure(page):
    return re.search(r'name="sure" value="(\w+)"', page).group(1)


def version_of(desk, page):
    return re.search(r'name="version" value="(\d+)"', text(desk.get(page))).group(1)


def titles():
    db.session.rollback()
    return list(db.session.scalars(select(Slot.title).where(Slot.cancelled.is_(False)).order_by(Slot.id)))


@pytest.mark.parametrize(
    ("section", "room", "changes", "words"),
    [
        ("first", None, {}, TAKEN),
        ("first", "other", {}, TWO),
        ("second", "room", {}, HELD),
        ("second", None, {"people-0-name": "Примерова Анна Сергеевна"}, PERSON),
        ("first", "room", {"kind": "break"}, TAKEN),
    ],
    ids=["section", "two-rooms", "held", "person", "break"],
)
def test_a_new_item_is_asked_about_once(two_halls, section, room, changes, words):
    form, desk = fill(two_halls, section, room, **changes), two_halls.desk
    answer = desk.submit(NEW, form)
    page = text(answer)
    assert answer.status_code == 422
    assert words in page
    assert 'value="Новый доклад"' in page
    assert titles() == ["Домашний консультант"]
    assert desk.submit(NEW, form | {"sure": sure(page)}).status_code == 302
    assert titles() == ["Домашний консультант", "Новый доклад"]
    made = db.session.scalars(select(Slot).where(Slot.title == "Новый доклад")).one()
    place = f"{LIST}/slots/{made.code}"
    form |= {"title": "Иначе", "version": version_of(desk, place)}
    assert desk.submit(place, form).status_code == 302
    assert titles() == ["Домашний консультант", "Иначе"]


def test_a_section_without_any_room_has_one_thing_at_a_time(two_halls):
    with writing():
        two_halls.first.room_id = None
    assert BARE in text(two_halls.desk.submit(NEW, fill(two_halls, "first", None)))


def test_a_confirmation_is_good_for_what_was_asked_alone(two_halls):
    desk = two_halls.desk
    first = sure(text(desk.submit(NEW, fill(two_halls, "first", None))))
    with writing():
        factories.slot(two_halls.second, "Ещё один", datetime(2027, 4, 22, 10), room_id=two_halls.room.id)
    answer = desk.submit(NEW, fill(two_halls, "first", None, sure=first))
    assert answer.status_code == 422
    assert "«Ещё один»" in text(answer)


def test_another_room_beside_no_clash_is_not_asked_about(two_halls):
    assert two_halls.desk.submit(NEW, fill(two_halls, "second", None)).status_code == 302
    after = fill(two_halls, "first", None, starts="10:20", ends="10:40", **{"people-0-name": "Другой Пётр Ильич"})
    assert two_halls.desk.submit(NEW, after).status_code == 302


def test_a_section_that_moves_into_a_room_that_is_held_is_asked_about(two_halls):
    desk, page = two_halls.desk, f"{SECTIONS}/second"
    with writing():
        factories.slot(two_halls.second, "Занятие", datetime(2027, 4, 22, 10), room_id=None)
    form = {"name": "Вторая", "room": str(two_halls.room.id), "version": version_of(desk, page)}
    answer = desk.submit(page, form)
    assert answer.status_code == 422
    assert HELD in text(answer)
    assert desk.submit(page, form | {"sure": sure(text(answer))}).status_code == 302
    db.session.rollback()
    assert two_halls.second.room_id == two_halls.room.id


ROWS = [
    ("10:10", "10:30", "Ранняя помощь", "", "В секции"),
    ("10:10", "10:30", "Вторая", "Зал 1", "В зале секции"),
    ("11:00", "11:20", "Вторая", "", "Первый"),
    ("11:10", "11:30", "Вторая", "Зал 3", "Второй"),
    ("12:00", "12:20", "Вторая", "", "Один"),
]


def test_a_workbook_tells_of_them_too(two_halls):
    head = [Column(name, 12) for name in ("Начало", "Окончание", "Секция", "Зал", "Название")]
    with writing():
        plan = importer.plan(two_halls.forum, "programme.xlsx", sheets.xlsx("Программа", head, [list(r) for r in ROWS]))
    told = {row.title[14:]: list(row.doubts) for row in plan.rows}
    assert {title: [re.sub("\N{NO-BREAK SPACE}", " ", text) for text in texts] for title, texts in told.items()} == {
        "В секции": [TAKEN + ".", "Зал в это время занят: строка 3."],
        "В зале секции": [HELD + ".", "В это время зал занимает другая секция: строка 2."],
        "Первый": ["В секции одновременно два выступления: строка 5."],
        "Второй": ["В секции одновременно два выступления: строка 4."],
        "Один": [],
    }
    assert plan.errors == 0


@pytest.mark.parametrize("name", ["Тестов Иван; Пробов Пётр", "Тестов Иван Ильич, Пробов Пётр Ильич"])
def test_two_people_in_one_row_are_asked_for_a_row_each(two_halls, name):
    """They would be one speaker here, and two when the programme is loaded back."""
    answer = two_halls.desk.submit(NEW, fill(two_halls, "second", None, **{"people-0-name": name}))
    assert answer.status_code == 422
    assert "В строке один человек: для остальных добавьте строки." in text(answer)
    assert f'value="{name}"' in text(answer)


def test_two_doubts_of_one_form_are_confirmed_one_after_the_other(two_halls):
    """An odd letter in a name is asked about at its field, a taken room beneath: neither answer hides the other."""
    name = "Примерoва Анна Сергеевна"  # a Latin «o»
    form = fill(two_halls, "first", "room", **{"people-0-name": name})
    asked = text(two_halls.desk.submit(NEW, form))
    assert f'name="meant" value="{name}"' in asked
    page = text(two_halls.desk.submit(NEW, form | {"meant": name}))
    assert TAKEN in page
    assert f'name="meant" value="{name}"' in page
    assert two_halls.desk.submit(NEW, form | {"meant": name, "sure": sure(page)}).status_code == 302


def test_a_row_is_not_loaded_onto_one_that_waits(two_halls):
    """The talk at ten is moved in doubt: left out, it stays, and what was to take its place has to wait as well."""
    with writing():
        factories.slot(two_halls.second, "Занимает", datetime(2027, 4, 22, 12), room_id=two_halls.other.id)
    head = [Column(name, 12) for name in ("Начало", "Окончание", "Секция", "Зал", "Название")]
    rows = [
        ["12:00", "12:20", "Ранняя помощь", "Зал 2", "Домашний консультант"],
        ["10:00", "10:20", "Вторая", "Зал 1", "На его место"],
        ["15:00", "15:20", "Вторая", "Зал 1", "Свободно"],
    ]
    with writing():
        plan = importer.plan(two_halls.forum, "programme.xlsx", sheets.xlsx("Программа", head, rows))
        told = [row.doubts for row in plan.rows]
        signed = plan.signature
        plan.leave_doubts()
        operations.carry_out(plan, two_halls.forum, by=None)
    assert [len(one) for one in told] == [1, 1, 0]
    assert ordinary(told[1][0]) == HELD + ". Строка 2 перенесёт этот пункт, когда её подтвердят."
    assert titles() == ["Домашний консультант", "Занимает", "Свободно"]
    with writing():
        plan = importer.plan(two_halls.forum, "programme.xlsx", sheets.xlsx("Программа", head, rows))
        assert plan.signature == signed
        plan.confirm_doubts()
        operations.carry_out(plan, two_halls.forum, by=None)
    assert "На его место" in titles()


def ordinary(words):
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_a_section_that_moves_to_its_own_exhibition_is_asked_about(two_halls):
    desk, page = two_halls.desk, f"{SECTIONS}/second"
    ten = datetime(2027, 4, 22, 10)
    with writing():
        foyer = factories.room(two_halls.forum, "Фойе")
        factories.slot(two_halls.second, "Занятие", ten, room_id=None)
        factories.slot(two_halls.second, "Выставка", ten, room_id=foyer.id, kind=SlotKind.film)
    form = {"name": "Вторая", "room": str(foyer.id), "version": version_of(desk, page)}
    answer = desk.submit(page, form)
    assert answer.status_code == 422
    assert text(answer).count("Зал в это время занят: «Выставка», 10:00–10:20") == 1
    assert desk.submit(page, form | {"sure": sure(text(answer))}).status_code == 302

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select

from kernel.db import db
from kernel.documents.sheets import Column, xlsx
from kernel.i18n import speaking
from kernel.imports import Verdict
from kernel.transaction import writing
from programme import operations
from programme.importing import importer
from programme.models import Slot
from speakers.models import Speaker
from tests import factories

HEAD = "ID,Дата,Начало,Окончание,Секция,Зал,Вид,Название,Спикер,Должность,Организация,Муниципалитет,Формат,Практика"
GOOD = [
    "1,22.04.2027,10:00,10:15,Ранняя помощь,Зал 1,Выступление,Первый доклад,Примерова Анна,психолог,Центр,Тулун,очно,",
    "2,22.04.2027,10:15,10:30,Ранняя помощь,Зал 1,Выступление,Второй доклад,Тестов Иван,врач,Больница,Братск,дистанционно,",
    "3,22.04.2027,10:30,10:40,Ранняя помощь,Зал 1,Перерыв,Кофе,,,,,,",
]


def table(*rows: str, head: str = HEAD):
    return importer.read("programme.csv", "\n".join([head, *rows]).encode(), None)


def load(forum, *rows: str, head: str = HEAD):
    """Plan in Russian and carry out what is good, doubts and all."""
    with speaking("ru"), writing():
        plan = importer.plan_table(forum, table(*rows, head=head))
        operations.carry_out(plan, forum, by=None)
    return plan


@pytest.fixture
def forum(app):
    with writing():
        return factories.forum()


def slots():
    return list(db.session.scalars(select(Slot).order_by(Slot.starts)))


def test_a_workbook_makes_sections_rooms_speakers_and_slots(forum):
    plan = load(forum, *GOOD)
    assert plan.summary() == "created 3, changed 0, skipped 0, errors 0"
    first, second, pause = slots()
    assert (first.title, first.starts) == ("Первый доклад", datetime(2027, 4, 22, 10, 0))
    assert first.section.name == "Ранняя помощь"
    assert first.room.name == "Зал 1"
    assert first.appearances[0].speaker.name == "Примерова Анна"
    assert first.appearances[0].territory.short_name == "Тулун"
    assert second.format.value == "remote"
    assert pause.kind.value == "break"
    assert pause.appearances == []


def test_a_new_section_sits_in_the_only_room_of_its_items(forum):
    load(forum, *GOOD)
    assert [slot.section.room.name for slot in slots()] == ["Зал 1"] * 3


def test_a_new_section_of_several_rooms_is_left_without_one(forum):
    load(forum, GOOD[0], GOOD[1].replace("Зал 1", "Зал 2"), GOOD[2].replace("Зал 1", ""))
    assert [slot.section.room_id for slot in slots()] == [None] * 3
    assert [slot.room.name for slot in slots()[:2]] == ["Зал 1", "Зал 2"]


def test_a_section_that_was_here_keeps_its_room(forum):
    with writing():
        factories.section(forum, "early", name="Ранняя помощь")
    load(forum, *GOOD)
    assert [slot.section.room_id for slot in slots()] == [None] * 3


def test_the_same_file_again_changes_nothing(forum):
    load(forum, *GOOD)
    before = [(slot.id, slot.sequence, slot.changed_at) for slot in slots()]
    plan = load(forum, *GOOD)
    assert plan.summary() == "created 0, changed 0, skipped 3, errors 0"
    assert [(slot.id, slot.sequence, slot.changed_at) for slot in slots()] == before
    assert db.session.scalar(select(func.count()).select_from(Speaker)) == 2


def test_a_moved_talk_keeps_its_identity_and_raises_its_sequence(forum):
    load(forum, *GOOD)
    code = slots()[0].code
    plan = load(forum, GOOD[0].replace("10:00,10:15", "11:00,11:15"))
    assert [row.messages for row in plan.rows] == [["время: 22.04 10:00–10:15 → 22.04 11:00–11:15"]]
    assert plan.absent == ["22.04 10:15 · Второй доклад", "22.04 10:30 · Кофе"]
    moved = next(slot for slot in slots() if slot.code == code)
    assert (moved.starts, moved.sequence) == (datetime(2027, 4, 22, 11, 0), 1)


def test_rows_without_an_id_are_matched_by_section_and_title(forum):
    head = HEAD.removeprefix("ID,")
    rows = [row.split(",", 1)[1] for row in GOOD]
    load(forum, *rows, head=head)
    plan = load(forum, rows[0].replace("психолог", "ведущий психолог"), *rows[1:], head=head)
    assert plan.summary() == "created 0, changed 1, skipped 2, errors 0"


BAD = {
    "a time that is none": (
        GOOD[0].replace("10:00", "полдень"),
        "Начало «полдень» — не время. Напишите так: 09:30.",
    ),
    "an end before the start": (GOOD[0].replace("10:15", "09:15"), "Окончание (09:15) раньше начала (10:00)."),
    "a day outside the forum": (GOOD[0].replace("22.04.2027", "23.04.2027"), "23 апреля 2027 года — не день форума."),
    "a date that is none": (
        GOOD[0].replace("22.04.2027", "32.04.2027"),
        "Дата «32.04.2027» не читается. Напишите так: 28.05.2026.",
    ),
    "an unknown kind": (
        GOOD[0].replace("Выступление", "Фокус"),
        "Неизвестный вид «Фокус». Известны: открытие, выступление, перерыв, обед, открытый микрофон, фильм, закрытие.",
    ),
    "no start": (GOOD[0].replace("10:00,", ","), "Начало не заполнено. Напишите его так: 09:30."),
    "no end": (
        GOOD[0].replace("10:15,", ","),
        "Окончание не заполнено. Напишите его так: 09:45 — или оба времени в столбце «Начало»: 09:30–09:45.",
    ),
    "no title": (GOOD[0].replace("Первый доклад", ""), "Название не заполнено."),
    "no section": (GOOD[0].replace("Ранняя помощь", ""), "Секция не указана."),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_is_explained_and_the_others_come_in(forum, case):
    row, message = BAD[case]
    plan = load(forum, row, GOOD[1])
    assert [r.verdict for r in plan.rows] == [Verdict.error, Verdict.create]
    assert plan.rows[0].messages[0].replace("\u00a0", " ") == message
    assert [slot.title for slot in slots()] == ["Второй доклад"]


def test_two_talks_in_one_room_at_once_are_both_in_doubt(forum):
    plan = load(forum, GOOD[0], GOOD[1].replace("10:15,10:30", "10:10,10:25"))
    assert [row.doubts for row in plan.rows] == [
        ["Зал в это время занят: строка 3."],
        ["Зал в это время занят: строка 2."],
    ]
    plan.leave_doubts()
    assert (plan.actions, plan.summary()) == ([], "created 0, changed 0, skipped 2, errors 0")


def test_a_clash_with_what_stays_in_the_programme_is_found(forum):
    load(forum, *GOOD)
    plan = load(forum, "9,22.04.2027,10:05,10:12,Другая,Зал 1,Выступление,Третий,Новиков Пробный,,,,,")
    assert plan.rows[0].doubts == ["Зал в это время занят: «Первый доклад», 10:00–10:15."]


def test_a_speaker_in_two_places_is_a_doubt(forum):
    other = (
        GOOD[1]
        .replace("10:15,10:30", "10:05,10:20")
        .replace("Зал 1", "Зал 2")
        .replace("Тестов Иван", "Примерова Анна")
        .replace("Братск", "Тулун")
    )
    plan = load(forum, GOOD[0], other)
    assert "Спикер оказался бы в двух местах сразу: строка 3." in plan.rows[0].doubts


def test_touching_talks_do_not_clash(forum):
    assert load(forum, *GOOD).doubtful == []


def test_an_id_given_twice_is_kept_by_the_first(forum):
    plan = load(forum, GOOD[0], GOOD[1].replace("2,", "1,", 1))
    assert plan.rows[1].warnings == ["ID 1 стоит и в строке 2."]
    assert [slot.source_id for slot in slots()] == ["1", None]


def test_a_row_written_twice_is_left_out_once(forum):
    plan = load(forum, GOOD[0], GOOD[0].replace("1,", "8,", 1))
    assert plan.rows[1].messages == ["То же, что строка 2. Оставьте одну из них."]
    assert [slot.title for slot in slots()] == ["Первый доклад"]


def test_good_rows_come_in_while_others_wait(forum):
    plan = load(forum, GOOD[0], GOOD[1].replace("10:15", "вечером"), GOOD[2])
    assert plan.summary() == "created 2, changed 0, skipped 0, errors 1"
    assert [slot.title for slot in slots()] == ["Первый доклад", "Кофе"]


def test_several_speakers_share_a_talk(forum):
    row = GOOD[0].replace("Примерова Анна,психолог", '"Примерова Анна; Тестов Пётр","психолог; врач"')
    load(forum, row)
    assert [(a.speaker.name, a.position) for a in slots()[0].appearances] == [
        ("Примерова Анна", "психолог"),
        ("Тестов Пётр", "врач"),
    ]


def test_an_unknown_practice_is_a_warning_with_a_suggestion(forum):
    with writing():
        factories.practice("Домашний консультант")
    plan = load(forum, GOOD[0] + "Домашний консультат")
    assert plan.errors == 0
    assert "Домашний консультант" in plan.rows[0].warnings[0]


def test_a_known_practice_is_linked(forum):
    with writing():
        made = factories.practice("Домашний консультант")
    load(forum, GOOD[0] + "домашний консультант")
    assert slots()[0].practice_id == made.id


def test_cp1251_and_semicolons_are_read(forum):
    text = "\r\n".join([HEAD, *GOOD]).replace(",", ";")
    read = importer.read("programme.csv", text.encode("cp1251"), forum)
    assert [row["title"] for _number, row in read.rows] == ["Первый доклад", "Второй доклад", "Кофе"]


def test_the_exported_workbook_reads_back_as_the_same(forum):
    load(forum, *GOOD)
    with speaking("ru"):
        plan = importer.plan(forum, "programme.xlsx", importer.workbook(forum))
    assert plan.summary() == "created 0, changed 0, skipped 3, errors 0"


def test_a_title_above_the_header_is_passed_over(forum):
    body = xlsx("x", [Column("Программа форума")], [[], [*HEAD.split(",")], *[row.split(",") for row in GOOD]])
    assert len(importer.read("p.xlsx", body, forum).rows) == 3


def test_a_file_without_the_needed_columns_is_refused(app):
    from kernel.files import FileRefused

    with speaking("ru"), pytest.raises(FileRefused, match=r"Не.найдена строка заголовков"):
        importer.read("x.csv", b"a,b\n1,2\n", None)


def test_a_place_that_may_be_mistyped_is_asked_about_and_any_other_kept_as_written(forum):
    plan = load(forum, GOOD[0].replace("Тулун", "Тулунн"), GOOD[1].replace("Братск", "Алматы"))
    assert [[text.replace("\N{NO-BREAK SPACE}", " ") for text in row.doubts] for row in plan.rows] == [
        [
            "«Тулунн» нет в списке территорий: сохранено как написано. "
            "Возможно: «город Тулун», «Тулунский муниципальный район»."
        ],
        [],
    ]
    assert plan.rows[1].warnings[-1].replace("\N{NO-BREAK SPACE}", " ") == (
        "«Алматы» нет в списке территорий: сохранено как написано."
    )
    assert [(a.territory_id, a.place) for slot in slots() for a in slot.appearances] == [
        (None, "Тулунн"),
        (None, "Алматы"),
    ]
    with speaking("ru"):
        again = importer.plan(forum, "programme.xlsx", importer.workbook(forum))
    assert again.summary() == "created 0, changed 0, skipped 2, errors 0"
    assert again.doubtful == []

from __future__ import annotations

import io

import python_calamine
from sqlalchemy import select

from activity.models import Letter
from activity.outbox import compose
from adoption.quarter import letters, operations
from kernel.db import db
from kernel.logs import mask
from kernel.transaction import writing
from tests.adoption.quarter_world import BY_LINK, NO_CHANGE, asked, link_of


def queued() -> list[Letter]:
    return list(db.session.scalars(select(Letter).order_by(Letter.id)))


def test_one_letter_a_municipality_with_the_link_and_the_form(tayshet):
    quarter = asked(tayshet, letters=True)
    found = queued()
    assert [(letter.kind, letter.to) for letter in found] == [
        ("quarter_question", quarter.people.coordinator.email),
        ("quarter_question", quarter.people.neighbour.email),
    ]
    message = compose(found[0])
    assert message["Subject"].replace("\u00a0", " ") == (
        "I квартал 2027 года: как дела с практиками? Ответьте до 5 апреля"
    )
    text = message.get_body(("plain",)).get_content()
    assert "Домашний консультант: Центр помощи семье Тайшетского округа" in text
    assert "Клуб отцов" in text
    assert f"https://forum.example.org{link_of(quarter.q_works)}" in text
    assert link_of(quarter.q_works) in message.get_body(("html",)).get_content()
    (form,) = message.iter_attachments()
    assert form.get_filename() == "Тайшетский муниципальный округ, I квартал 2027 года.xlsx"
    grid = python_calamine.load_workbook(io.BytesIO(form.get_content())).get_sheet_by_index(0).to_python()
    assert {row[0] for row in grid} >= {quarter.q_works.code, quarter.q_prepares.code}
    assert quarter.q_near.code not in {row[0] for row in grid}


def test_the_letter_tells_nothing_that_the_database_keeps(tayshet):
    asked(tayshet, letters=True)
    assert all(set(letter.argument) == {"ask_id", "user_id"} for letter in queued())


def test_nothing_is_left_to_say_once_everything_is_answered_or_summed_up(tayshet):
    quarter = asked(tayshet, letters=True)
    with writing():
        operations.answer(quarter.q_near, NO_CHANGE, BY_LINK, by=None)
    tayshet, kuytun = queued()
    assert compose(kuytun) is None
    assert compose(tayshet) is not None
    with writing():
        operations.close(quarter.round, by=None)
    assert compose(tayshet) is None


def test_who_has_answered_in_part_reads_what_is_left(tayshet):
    quarter = asked(tayshet)
    with writing():
        operations.answer(quarter.q_works, NO_CHANGE, BY_LINK, by=None)
        operations.remind(quarter.round, by=None)
    partly, silent = sorted(queued(), key=lambda letter: letter.to != quarter.people.coordinator.email)
    message = compose(partly)
    text = message.get_body(("plain",)).get_content().replace("\u00a0", " ")
    assert message["Subject"].replace("\u00a0", " ") == "Остался 1 ответ: I квартал 2027 года"
    assert "Спасибо за то, что уже ответили. Осталось 1 внедрение, ответьте, пожалуйста, до 5 апреля 2027 года:" in text
    assert f"Здравствуйте, {quarter.people.coordinator.name}!" in text
    assert "Клуб отцов" in text
    assert "Домашний консультант" not in text
    other = compose(silent)
    assert other["Subject"].replace("\u00a0", " ") == "Ждём вашего ответа: I квартал 2027 года"
    assert "Спасибо за то" not in other.get_body(("plain",)).get_content()


def test_the_worker_reminds_by_itself(tayshet):
    from datetime import UTC, datetime

    from kernel import db as kernel_db

    asked(tayshet)
    letters.remind_of_quarter()
    assert queued() == []
    kernel_db.set_clock(lambda: datetime(2027, 4, 2, 3, tzinfo=UTC))
    letters.remind_of_quarter()
    letters.remind_of_quarter()
    assert [letter.kind for letter in queued()] == ["quarter_reminder"] * 2
    assert compose(queued()[0])["Subject"].replace("\u00a0", " ") == "Ждём вашего ответа: I квартал 2027 года"


def test_secrets_do_not_reach_the_log():
    assert mask("/answer/ABCDEF/stages/X") == "/answer/***/stages/X"
    assert mask("/launch/ABCDEF-GHIJ") == "/launch/***"

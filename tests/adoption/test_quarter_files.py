"""The Excel form taken away and handed in: in the cabinet, by the link, by the organiser."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from adoption.models import Exit, ExitReason
from adoption.quarter import operations
from adoption.quarter.models import Answer, AnswerKind, Question, Way
from adoption.quarter.rules import Said
from adoption.quarter.views.files import Place, confirm
from kernel import limits
from kernel.db import db
from kernel.imports import ImportPreview
from kernel.transaction import writing
from tests.adoption.quarter_world import (
    BY_LINK,
    Quarter,
    asked,
    book,
    fresh,
    grid_of,
    hand_in,
    link_of,
    rows_of,
    text_of,
    verdicts,
)
from tests.conftest import NOW


@pytest.fixture
def quarter(tayshet) -> Quarter:
    return asked(tayshet)


def answers() -> int:
    return db.session.scalar(select(func.count()).select_from(Answer))


def test_the_form_says_everything_and_holds_only_what_is_ours(quarter):
    body = quarter.coordinator.get("/cabinet/quarter.xlsx").data
    grid = grid_of(body)
    assert str(grid[0][0]).replace("\u00a0", " ") == "I квартал 2027 года · Тайшетский муниципальный округ"
    assert "Ответить до 5 апреля 2027 года" in str(grid[1][0]).replace("\u00a0", " ")
    rows = rows_of(body)
    assert {row["ID"] for row in rows} == {quarter.q_works.code, quarter.q_prepares.code}
    first = next(row for row in rows if row["ID"] == quarter.q_works.code)
    assert (first["Практика"], first["Сейчас"], first["Ответ"]) == ("Домашний консультант", "Работает", "")


def test_the_form_offers_the_answers_to_choose_from(quarter):
    import io
    import zipfile

    body = quarter.coordinator.get("/cabinet/quarter.xlsx").data
    sheet = zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<dataValidation ") == 5
    assert sheet.count('type="list"') == 3
    assert sheet.count('type="whole"') == 2


def test_the_form_reads_back_as_it_is(quarter):
    """Whatever is answered stands in the form, and handing it in unchanged changes nothing."""
    with writing():
        operations.answer(quarter.q_works, Said(AnswerKind.progress, 21, 3, "=Новая группа"), BY_LINK, by=None)
        stopped = Said(AnswerKind.stopped, exit=Exit.paused, reason=ExitReason.leadership)
        operations.answer(quarter.q_near, stopped, BY_LINK, by=None)
    body = quarter.coordinator.get("/cabinet/quarter.xlsx").data
    assert next(row for row in rows_of(body) if row["ID"] == quarter.q_works.code)["Помогли с начала"] == 21
    answer = hand_in(quarter.coordinator, "/cabinet/quarter/file", body)
    assert [one[0] for one in verdicts(quarter.coordinator, answer.location)] == ["без изменений"] * 2
    whole = quarter.organiser.get(f"/manage/rounds/{quarter.round.code}/25622000/quarter.xlsx").data
    assert rows_of(whole) == []  # what is interrupted is not asked any more
    assert answers() == 2


def test_by_excel_in_the_cabinet(quarter):
    client = quarter.coordinator
    body = book([{"ID": quarter.q_works.code, "Ответ": "Есть сдвиг", "Помогли с начала": 20}])
    answer = hand_in(client, "/cabinet/quarter/file", body)
    page = text_of(client.get(answer.location))
    assert "1 элемент есть здесь" in page or "Клуб отцов" in page  # what the file leaves out is named
    done = client.submit(f"{answer.location}/confirmation", page="/cabinet/quarter")
    assert done.location == "/cabinet/"
    assert "Готово. Добавлено: 1, изменено: 0, без изменений: 0." in text_of(client.get("/cabinet/"))
    fresh(quarter.q_works)
    kept = quarter.q_works.current
    assert (kept.way, kept.answered_by, kept.served) == (Way.excel, "Районная Рита Тестовна", 20)
    again = client.submit(f"{answer.location}/confirmation", page="/cabinet/quarter")
    assert again.location == "/cabinet/"
    assert "Этот файл уже загружен." in text_of(client.get("/cabinet/"))


def test_a_link_does_not_fill_the_disk(quarter, client):
    link = link_of(quarter.q_works)
    body = book([{"ID": quarter.q_works.code, "Ответ": "Без изменений"}])
    limits.count(*[(limits.LINK_FILES, f"quarter:{quarter.q_works.ask.id}")] * (limits.LINK_FILES.hits - 1))
    assert [hand_in(client, f"{link}/file", body).status_code for _time in range(2)] == [303, 429]
    assert db.session.scalar(select(func.count()).select_from(ImportPreview)) == 1


def test_by_excel_through_the_link(quarter, client):
    link = link_of(quarter.q_works)
    form = client.get(f"{link}/quarter.xlsx")
    assert form.headers["Cache-Control"] == "private, no-store"
    rows = [{"ID": row["ID"], "Ответ": "Без изменений", "Кто ответил": "Заместитель Зоя"} for row in rows_of(form.data)]
    answer = hand_in(client, f"{link}/file", book(rows))
    assert answer.location.startswith(f"{link}/file/")
    assert [one[0] for one in verdicts(client, answer.location)] == ["будет добавлено"] * 2
    assert client.submit(f"{answer.location}/confirmation", page=link).location == link
    fresh(quarter.q_works)
    kept = quarter.q_works.current
    assert (kept.way, kept.answered_by, kept.user_id) == (Way.excel, "Заместитель Зоя", None)
    uuid = answer.location.rsplit("/", 1)[1]
    assert client.get(f"{link_of(quarter.q_near)}/file/{uuid}").status_code == 404
    assert quarter.coordinator.get(f"/cabinet/quarter/file/{uuid}").status_code == 404


def test_by_excel_sent_to_the_organiser(quarter):
    client, code = quarter.organiser, quarter.round.code
    rows = [
        {"ID": getattr(quarter, name).code, "Ответ": "Без изменений", "Кто ответил": "Начальник Нина"}
        for name in ("q_works", "q_near")
    ]
    answer = hand_in(client, f"/manage/rounds/{code}/file", book(rows))
    assert client.submit(f"{answer.location}/confirmation", page=f"/manage/rounds/{code}").status_code == 303
    fresh(quarter.q_near)
    kept = quarter.q_near.current
    assert (kept.way, kept.answered_by) == (Way.excel, "Начальник Нина")
    assert kept.user_id == quarter.people.organiser.id
    uuid = answer.location.rsplit("/", 1)[1]
    assert quarter.coordinator.get(f"/manage/rounds/{code}/file/{uuid}").status_code == 404
    assert quarter.curator.get(f"/manage/rounds/{code}/file").status_code == 404


def test_an_answer_given_after_the_preview_is_judged_anew(quarter, client):
    """The plan is made again when it is confirmed: the row is a change by then, not a second answer."""
    place = quarter.coordinator
    body = book([{"ID": quarter.q_works.code, "Ответ": "Есть сдвиг", "Помогли с начала": 20}])
    answer = hand_in(place, "/cabinet/quarter/file", body)
    with writing():
        operations.answer(quarter.q_works, Said(AnswerKind.no_change), BY_LINK, by=None)
    assert verdicts(place, answer.location)[0][0] == "изменится"
    place.submit(f"{answer.location}/confirmation", page="/cabinet/quarter")
    assert "Добавлено: 0, изменено: 1" in text_of(place.get("/cabinet/"))
    fresh(quarter.q_works)
    assert [one.replaced_at is None for one in quarter.q_works.answers] == [False, True]


def test_a_quarter_summed_up_meanwhile_takes_nothing(quarter):
    client = quarter.organiser
    place = f"/manage/rounds/{quarter.round.code}/file"
    answer = hand_in(client, place, book([{"ID": quarter.q_works.code, "Ответ": "Без изменений"}]))
    with writing():
        operations.close(quarter.round, by=None)
    assert "Итоги этого квартала уже подведены." in verdicts(client, answer.location)[0][1]
    done = client.submit(f"{answer.location}/confirmation", page="/manage/rounds/new")
    assert done.location == answer.location  # what is left out is shown
    assert answers() == 0


def test_an_answer_given_between_plan_and_lock_is_told(quarter, app):
    """What a second process may do on PostgreSQL after the rows of a plan were read and before they are locked."""
    question, client = quarter.q_works, quarter.coordinator
    body = book([{"ID": question.code, "Ответ": "Без изменений"}])
    uuid = hand_in(client, "/cabinet/quarter/file", body).location.rsplit("/", 1)[1]
    kept = db.session.scalars(select(ImportPreview)).one()

    def questions() -> list[Question]:
        found = db.session.get_one(Question, question.id)
        assert found.current is None
        values = {"question_id": found.id, "kind": AnswerKind.progress, "way": Way.link, "answered_by": "", "note": ""}
        db.session.execute(insert(Answer).values(**values, late=False, at=NOW))
        return [found]

    place = Place(kept.scope_id, kept.user_id, questions, None, "", "", ("", "/cabinet/"), "", str, str)
    with app.test_request_context():
        assert confirm(place, uuid).location == uuid
    assert db.session.scalars(select(ImportPreview.applied_at)).one() is None

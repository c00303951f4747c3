"""Answering in the cabinet and by the personal link."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from adoption.models import Exit, ExitReason, Stage
from adoption.quarter import operations
from adoption.quarter.models import Answer, AnswerKind, Question, Way
from adoption.quarter.rules import Said
from kernel import db as kernel_db
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.adoption.quarter_world import BY_LINK, NO_CHANGE, Quarter, asked, fresh, link_of, said, text_of

WHO = {"name": "Ответственная Ольга Тестовна"}


@pytest.fixture
def quarter(tayshet) -> Quarter:
    return asked(tayshet)


def answers() -> int:
    return db.session.scalar(select(func.count()).select_from(Answer))


def test_the_cabinet_says_what_is_due_and_how_long_it_takes(quarter):
    page = text_of(quarter.coordinator.get("/cabinet/"))
    assert "<h1>Сделать до 5 апреля: 2 дела, около 10 минут</h1>" in page
    assert "Клуб отцов: как дела за квартал?" in page
    for label in ("Без изменений", "Есть сдвиг", "Остановились", "Скачать таблицу Excel"):
        assert label in page
    assert "Отметить шаг" not in page  # an adoption that is asked about is not asked for its step too


def test_one_press_answers_and_the_step_comes_next(quarter):
    question = quarter.q_works
    data = said(question, "no_change", seen=0)
    answer = quarter.coordinator.submit("/cabinet/quarter", data, page="/cabinet/")
    assert (answer.status_code, answer.location) == (302, "/cabinet/")
    fresh(question)
    kept = question.current
    assert (kept.kind, kept.way, kept.answered_by) == (AnswerKind.no_change, Way.cabinet, "Районная Рита Тестовна")
    assert kept.user_id == quarter.people.coordinator.id
    page = text_of(quarter.coordinator.get("/cabinet/"))
    assert "<h1>Сделать до 5 апреля: 1 дело, около 5 минут</h1>" in page
    assert "Сохранён 1 ответ." in page


@pytest.mark.parametrize("way", ["link", "cabinet", "paper"])
def test_who_has_answered_in_part_sees_what_is_left(quarter, client, way):
    place = {
        "link": link_of(quarter.q_works),
        "cabinet": "/cabinet/quarter",
        "paper": f"/manage/rounds/{quarter.round.code}/{factories.TAYSHET}",
    }[way]
    reader = {"link": client, "cabinet": quarter.coordinator, "paper": quarter.organiser}[way]
    assert "Остался 1 ответ" not in text_of(reader.get(place))
    with writing():
        operations.answer(quarter.q_works, NO_CHANGE, BY_LINK, by=None)
    page = text_of(reader.get(place))
    assert "Остался 1 ответ" in page
    assert f'<a href="#q-{quarter.q_prepares.code}">Клуб отцов</a>' in page
    assert f'<a href="#q-{quarter.q_works.code}">' not in page
    with writing():
        operations.answer(quarter.q_prepares, NO_CHANGE, BY_LINK, by=None)
    assert "Остался 1 ответ" not in text_of(reader.get(place))


def test_progress_leads_to_the_stage_that_comes_next(quarter):
    data = said(quarter.q_prepares, "progress", seen=0, note="Приказ готов")
    answer = quarter.coordinator.submit("/cabinet/quarter", data)
    assert answer.location == f"/cabinet/adoptions/{quarter.prepares.code}"


def test_when_everything_is_answered_the_cabinet_is_quiet(quarter):
    data = said(quarter.q_works, "no_change") | said(quarter.q_prepares, "no_change")
    quarter.coordinator.submit("/cabinet/quarter", data)
    page = text_of(quarter.coordinator.get("/cabinet/"))
    assert "I квартал 2027 года: на всё отвечено. Спасибо." in page
    assert "<h1>Сделать: 1 дело, около 5 минут</h1>" in page  # the club's next step


def test_after_the_date_the_cabinet_says_so(quarter):
    kernel_db.set_clock(lambda: datetime(2027, 4, 6, 3, tzinfo=UTC))
    assert "<h1>Срок был 5 апреля: 2 дела, около 10 минут</h1>" in text_of(quarter.coordinator.get("/cabinet/"))
    assert "будут отмечены как поздние" in text_of(quarter.coordinator.get("/cabinet/quarter"))


def test_an_answer_chosen_on_the_way_is_chosen_on_the_page(quarter):
    code = quarter.q_works.code
    page = text_of(quarter.coordinator.get(f"/cabinet/quarter?question={code}&answer=stopped"))
    assert re.search(rf'name="{code}-said"[^>]*value="stopped" checked', page)
    assert page.count(" checked") == 1


def test_the_link_shows_every_question_and_changes_nothing_by_itself(quarter, client):
    answer = client.get(link_of(quarter.q_works))
    page = text_of(answer)
    assert "<h1>Как дела с практиками? 2 вопроса</h1>" in page
    assert "Домашний консультант" in page
    assert "Клуб отцов" in page
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answers() == 0
    assert client.head(link_of(quarter.q_works)).status_code == 200


def test_all_at_once_by_the_link(quarter, client):
    link, works, prepares = link_of(quarter.q_works), quarter.q_works, quarter.q_prepares
    data = WHO | said(works, "progress", seen=0, served=21, staff=2, note="Новая группа")
    data |= said(prepares, "no_change", seen=0)
    answer = client.submit(link, data)
    assert (answer.status_code, answer.location) == (303, link)
    fresh(works, prepares)
    kept = works.current
    assert (kept.kind, kept.served, kept.staff, kept.note) == (AnswerKind.progress, 21, 2, "Новая группа")
    assert (kept.way, kept.answered_by, kept.user_id) == (Way.link, WHO["name"], None)
    assert prepares.current.kind is AnswerKind.no_change
    page = text_of(client.get(link))
    assert "Спасибо: на всё отвечено" in page
    assert "Сохранены 2 ответа." in page
    assert f'value="{WHO["name"]}"' in page
    assert "Сделано: отметить стадию" in page


def test_one_by_one_by_the_link(quarter, client):
    link = link_of(quarter.q_works)
    client.submit(link, WHO | said(quarter.q_works, "no_change", seen=0) | {"save": quarter.q_works.code})
    assert answers() == 1
    assert "<h1>Остался 1 ответ</h1>" in text_of(client.get(link))


def test_what_is_right_is_kept_and_what_is_wrong_comes_back_as_typed(quarter, client):
    link = link_of(quarter.q_works)
    data = WHO | said(quarter.q_works, "progress", seen=0, served="много", note="Открыли группу")
    data |= said(quarter.q_prepares, "no_change", seen=0)
    answer = client.submit(link, data)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Сохранён 1 ответ." in page
    assert "Укажите целое число от 0 до 1 000 000, например 12." in page
    assert "Открыли группу</textarea>" in page
    assert 'value="много"' in page
    assert answers() == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"said": "progress"}, "Укажите, скольким помогли с начала. Пока никому — напишите 0."),
        ({"said": "progress", "served": "-3"}, "Укажите целое число от 0 до 1 000 000, например 12."),
        ({"said": "progress", "served": "1000001"}, "Укажите целое число от 0 до 1 000 000, например 12."),
        ({"said": "no_change", "staff": "10001"}, "Укажите целое число от 0 до 10 000, например 12."),
        ({"said": "", "note": "Забыли выбрать"}, "Выберите один из трёх ответов."),
        ({"said": "maybe"}, "Выберите один из трёх ответов."),
        ({"said": "stopped"}, "Укажите, что решили: пауза или завершение."),
        ({"said": "stopped", "exit": "paused"}, "Укажите причину: это поможет другим не споткнуться там же."),
        ({"said": "stopped", "exit": "declined", "reason": "money"}, "Это не подходит к достигнутой стадии."),
        ({"said": "stopped", "exit": "paused", "reason": "other"}, "Назовите причину в нескольких словах."),
        ({"said": "progress", "served": "17"}, "В прошлый раз было 18: число с начала стало меньше. Проверьте его."),
        ({"said": "progress", "served": "500"}, "В прошлый раз было 18: число выросло больше чем в десять раз."),
    ],
)
def test_a_wrong_answer_is_explained_and_nothing_is_kept(quarter, client, fields, message):
    question = quarter.q_works
    data = WHO | {f"{question.code}-{name}": value for name, value in fields.items()}
    answer = client.submit(link_of(question), data)
    assert answer.status_code == 422
    assert message in text_of(answer)
    assert answers() == 0
    fresh(quarter.works)
    assert (quarter.works.exit, quarter.works.units) == (None, 18)


def test_a_number_that_fell_is_taken_once_it_is_ticked(quarter, client):
    question = quarter.q_works
    data = WHO | said(question, "progress", seen=0, served=17)
    assert "В прошлый раз: 18." in text_of(client.get(link_of(question)))
    page = text_of(client.submit(link_of(question), data))
    assert f'<label for="{question.code}-sure">Число верное</label>' in page
    signed = re.search(rf'name="{question.code}-sure"[^>]*value="([^"]+)"', page)[1]
    for sent in (
        {f"{question.code}-sure": "y"},
        said(question, "progress", served=1) | {f"{question.code}-sure": signed},
    ):
        again = client.submit(link_of(question), data | sent)  # no tick of ours, or one for another number
        assert again.status_code == 422
        assert "checked" not in re.search(rf'<input[^>]*name="{question.code}-sure"[^>]*>', text_of(again))[0]
    assert client.submit(link_of(question), data | {f"{question.code}-sure": signed}).status_code == 303
    fresh(question, quarter.works)
    assert (question.current.served, quarter.works.units) == (17, 17)


def test_who_answers_must_be_named(quarter, client):
    answer = client.submit(link_of(quarter.q_works), {"name": ""} | said(quarter.q_works, "no_change"))
    assert answer.status_code == 422
    assert re.search(rf'name="{quarter.q_works.code}-said"[^>]*value="no_change" checked', text_of(answer))
    assert answers() == 0


def test_a_page_left_open_does_not_write_over_a_colleague(quarter, client):
    question = quarter.q_works
    with writing():
        operations.answer(question, NO_CHANGE, BY_LINK, by=None)
    data = WHO | said(question, "progress", seen=0, served=20)
    answer = client.submit(link_of(question), data)
    assert answer.status_code == 409
    assert "пришёл другой ответ: «Без изменений»" in text_of(answer)
    assert answers() == 1
    again = re.search(rf'name="{question.code}-seen"[^>]*value="(\d+)"', text_of(answer)).group(1)
    assert client.submit(link_of(question), data | {f"{question.code}-seen": again}).status_code == 303
    assert answers() == 2


def test_an_untouched_card_of_an_old_page_changes_nothing(quarter, client):
    question, other = quarter.q_works, quarter.q_prepares
    with writing():
        operations.answer(question, NO_CHANGE, BY_LINK, by=None)
    opened_with = question.current.id
    with writing():
        operations.answer(question, Said(AnswerKind.progress, 20), BY_LINK, by=None)
    data = WHO | said(question, "no_change", seen=opened_with) | said(other, "no_change", seen=0)
    assert client.submit(link_of(question), data).status_code == 303
    fresh(question, other)
    assert (question.current.kind, other.current.kind) == (AnswerKind.progress, AnswerKind.no_change)


def test_a_stopped_practice_is_interrupted_and_history_is_shown(quarter, client):
    question = quarter.q_works
    link = link_of(question)
    client.submit(link, WHO | said(question, "stopped", seen=0, exit="paused", reason="money", note="Нет ставки"))
    fresh(question, quarter.works)
    assert (quarter.works.exit, quarter.works.exit_reason) == (Exit.paused, ExitReason.money)
    client.submit(link, WHO | said(question, "no_change", seen=question.current.id))
    fresh(quarter.works)
    assert quarter.works.exit is None
    page = text_of(client.get(link))
    assert "На вопрос ответили 2 раза" in page
    assert "Нет ставки" in page


def test_html_in_a_note_is_only_text(quarter, client):
    question = quarter.q_works
    note = "<script>alert(1)</script> & «кавычки»"
    client.submit(link_of(question), WHO | said(question, "no_change", seen=0, note=note))
    fresh(question)
    assert question.current.note == note
    assert "<script>alert" not in client.get(link_of(question)).get_data(as_text=True)


def test_the_next_stage_is_noted_by_the_link(quarter, client):
    question, adoption = quarter.q_prepares, quarter.prepares
    link = link_of(question)
    path = f"{link}/stages/{question.code}"
    assert client.get(path).status_code == 404  # only after «there is progress»
    client.submit(link, WHO | said(question, "progress", seen=0))
    page = text_of(client.get(path))
    assert "Договориться, как будете проверять, что главное в практике не меняется" in page
    fresh(adoption)
    data = {"version": str(adoption.version), "safeguards_done": "y", "safeguards_on": "2027-02-20"}
    assert client.submit(path, data | {"safeguards_on": "2027-03-02"}, page=path).status_code == 422
    assert client.submit(path, data | {"version": "1"}, page=path).status_code == 409
    assert client.submit(path, data, page=path).location == link
    fresh(adoption)
    assert adoption.stage is Stage.safeguards


def test_a_stage_noted_meanwhile_is_told_and_nothing_typed_is_lost(quarter, client):
    """The form does not come back with the next stage in it: pressed once more, it would note that one."""
    question, adoption = quarter.q_prepares, quarter.prepares
    link = link_of(question)
    path = f"{link}/stages/{question.code}"
    client.submit(link, WHO | said(question, "progress", seen=0))
    fresh(adoption)
    data = {"version": str(adoption.version), "safeguards_done": "y", "safeguards_on": "2027-02-20"}
    assert client.submit(path, data, page=path).location == link
    answer = client.submit(path, data | {"safeguards_evidence": "Чек-лист куратора"}, page=path)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "2027-02-20 Чек-лист куратора" in page
    assert f'href="{link}"' in page
    assert 'name="launched_done"' not in page
    fresh(adoption)
    assert adoption.stage is Stage.safeguards


def test_a_summed_up_quarter_is_read_not_changed(quarter, client):
    question = quarter.q_works
    with writing():
        operations.answer(question, NO_CHANGE, BY_LINK, by=None)
    token, inside = client.token(link_of(question)), quarter.coordinator.token("/cabinet/quarter")
    with writing():
        operations.close(quarter.round, by=None)
    page = text_of(client.get(link_of(question)))
    assert "Итоги квартала подведены" in page
    assert "Без изменений" in page
    assert f'name="{question.code}-said"' not in page
    data = WHO | said(question, "progress", served=30) | {"csrf_token": token}
    client.post(link_of(question), data=data)
    assert answers() == 1
    page = text_of(client.get(link_of(question)))
    assert "Не сохранено: пока страница была открыта" in page
    assert "Ничего не изменилось" not in page
    quarter.coordinator.post("/cabinet/quarter", data=data | {"csrf_token": inside})
    assert "Не сохранено: пока страница была открыта" in text_of(quarter.coordinator.get("/cabinet/"))
    assert "Сейчас вопросов нет" in text_of(quarter.coordinator.get("/cabinet/quarter"))


def test_nobody_answers_for_another_municipality(quarter, client):
    data = said(quarter.q_near, "no_change", seen=0)
    quarter.coordinator.submit("/cabinet/quarter", data)
    client.submit(link_of(quarter.q_works), WHO | data)
    assert answers() == 0
    assert client.get("/answer/AAAAAAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    assert client.get("/cabinet/quarter").status_code == 302
    assert quarter.outsider.get("/cabinet/quarter").status_code == 404
    assert quarter.curator.get("/cabinet/quarter").status_code == 404


def test_a_post_needs_the_pages_token_and_keeps_what_was_typed(quarter, client):
    question = quarter.q_works
    client.get(link_of(question))
    data = WHO | said(question, "no_change", note="Не потеряйте") | {"csrf_token": "old"}
    answer = client.post(link_of(question), data=data)
    assert answer.status_code == 422
    assert "Не потеряйте</textarea>" in text_of(answer)
    assert "Нажмите «Сохранить» ещё раз." in text_of(answer)
    assert answers() == 0


def test_pages_read_as_well_in_english(quarter, client):
    assert "How are your practices? 2 questions" in client.get("/en" + link_of(quarter.q_works)).get_data(as_text=True)
    page = quarter.coordinator.get("/en/cabinet/").get_data(as_text=True)
    assert "To do by 5\u00a0April: 2 things, about 10 minutes" in page
    assert quarter.coordinator.get("/en/cabinet/quarter").status_code == 200


def test_the_pages_cost_the_same_however_many_questions(quarter, client, count_queries):
    link = link_of(quarter.q_works)

    def cost(reader, path):
        reader.get(path)
        with count_queries() as counted:
            reader.get(path)
        return counted.number

    paths = [(client, link), (quarter.coordinator, "/cabinet/quarter"), (quarter.coordinator, "/cabinet/")]
    few = [cost(*path) for path in paths]
    with writing():
        for number in range(6):
            made = factories.adoption(factories.practice(f"Практика {number}"))
            quarter.q_works.ask.questions.append(Question(round_id=quarter.round.id, adoption_id=made.id))
    assert [cost(*path) for path in paths] == few
    assert "Как дела с практиками? 8 вопросов" in text_of(client.get(link))

"""The organiser: asking, seeing who is silent, typing in what came on paper."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from activity.models import Letter
from adoption.quarter import operations
from adoption.quarter.models import Answer, AnswerKind, Ask, Round, Way
from adoption.quarter.rules import Said
from kernel import db as kernel_db
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.adoption.conftest import adoption
from tests.adoption.quarter_world import BY_LINK, NO_CHANGE, Quarter, asked, fresh, grid_of, link_of, said, text_of

LETTER = {"letter_number": "12-34/07", "letter_date": "2027-02-25", "name": "Начальник Нина Пробовна"}


@pytest.fixture
def asking(tayshet) -> Quarter:
    return asked(tayshet)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def home(tayshet, oktmo="") -> str:
    return f"/manage/rounds/{tayshet.round.code}" + (f"/{oktmo}" if oktmo else "")


def test_a_quarter_is_asked_about_once(tayshet):
    client = tayshet.organiser
    assert "Спросить пока некого" in text_of(client.get("/manage/rounds/new"))
    with writing():
        adoption(tayshet.practice, tayshet.organisation)
        adoption(factories.practice("Клуб"), factories.organisation(oktmo=factories.TULUN))
    page = text_of(client.get("/manage/rounds/new"))
    assert "Вопрос получат 2 муниципалитета, 2 внедрения." in page
    assert "1 муниципалитет без адреса: письмо само туда не уйдёт" in page
    assert "<p>Тулун</p>" in page
    assert 'value="2027-04-05"' in page
    data = {"region": factories.REGION, "quarter": "2027-1", "due": "2027-04-05"}
    first = client.submit("/manage/rounds/new", data)
    assert count(Letter) == 1
    again = client.submit("/manage/rounds/new", data)
    assert first.location == again.location
    assert (count(Round), count(Ask), count(Letter)) == (1, 2, 1)
    assert "За этот квартал уже спросили" in text_of(client.get(again.location))
    assert "I квартал 2027 года" in text_of(client.get("/manage/rounds"))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"due": "2027-02-28"}, "Этот день уже прошёл."),
        ({"due": ""}, "Укажите дату."),
        ({"due": "завтра"}, "Укажите дату."),
        ({"due": "2027-12-01"}, "Это слишком далеко"),
        ({"quarter": "2028-1"}, "Выберите"),
        ({"region": "38000000"}, "Выберите"),
    ],
)
def test_a_wrong_quarter_is_not_asked_about(asking, fields, message):
    data = {"region": factories.REGION, "quarter": "2026-4", "due": "2027-04-05"} | fields
    answer = asking.organiser.submit("/manage/rounds/new", data)
    assert answer.status_code == 422
    assert count(Round) == 1
    if message != "Выберите":
        assert message in text_of(answer)


def test_the_round_shows_who_answered_by_which_way_and_who_did_not(asking):
    with writing():
        operations.answer(asking.q_near, Said(AnswerKind.progress, 12), BY_LINK, by=None)
    client = asking.organiser
    page = text_of(client.get(home(asking)))
    assert "<h1>I квартал 2027 года</h1>" in page
    assert "1 из 3" in page
    assert "1 из 2" in page
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr><th.*?</tr>", page, re.DOTALL)]
    assert rows[-2].startswith("Тайшетский 0 из 2")
    assert rows[-1].startswith("Куйтунский 1 из 1 по ссылке 01.03.2027 12:00 Ответственная Ольга Тестовна")
    by_name = text_of(client.get(home(asking) + "?sort=territory"))
    assert by_name.index("Куйтунский") < by_name.index("Тайшетский")
    assert "Тайшетский" not in text_of(client.get(home(asking) + "?state=answered"))
    assert "Куйтунский" not in text_of(client.get(home(asking) + "?state=waiting"))


def test_the_list_of_municipalities_costs_the_same_however_long(asking, count_queries):
    def cost():
        with count_queries() as counted:
            asking.organiser.get(home(asking))
        return counted.number

    cost()
    few = cost()
    with writing():
        for oktmo in (factories.TULUN, factories.IRKUTSK, "25746000"):
            organisation = factories.organisation(oktmo=oktmo)
            made = adoption(factories.practice(f"Практика {oktmo}"), organisation)
            ask = operations._new_ask(asking.round, made.territory_id)
            ask.questions.append(type(asking.q_works)(round_id=asking.round.id, adoption_id=made.id))
    assert cost() == few


def test_the_export_has_a_row_for_each_question(asking):
    with writing():
        operations.answer(asking.q_near, Said(AnswerKind.progress, 12, note="=2+2"), BY_LINK, by=None)
    body = asking.organiser.get(home(asking) + ".xlsx").data
    grid = grid_of(body)
    assert len(grid) == 4
    row = next(row for row in grid if row[0] == "Куйтунский муниципальный район")
    assert row[3:5] == ["Есть сдвиг", 12.0]
    assert row[6] == "'=2+2"
    assert [line[3] for line in grid[1:]].count("нет ответа") == 2


def test_a_paper_answer_is_typed_in_with_its_letter_and_scan(asking):
    client, question = asking.organiser, asking.q_works
    data = LETTER | said(question, "progress", seen=0, served=20) | {"file": (io.BytesIO(b"%PDF-1.7"), "letter.pdf")}
    answer = client.submit(home(asking, factories.TAYSHET), data)
    assert (answer.status_code, answer.location) == (302, home(asking))
    fresh(question)
    kept = question.current
    assert (kept.way, kept.letter_number, kept.letter_date) == (Way.paper, "12-34/07", date(2027, 2, 25))
    assert (kept.answered_by, kept.user.name) == (LETTER["name"], "Устроитель Олег Пробович")
    page = text_of(client.get(home(asking, factories.TAYSHET)))
    assert "бумажным письмом по письму № 12-34/07 от 25.02.2027, Начальник Нина Пробовна" in page
    assert "внесено: Устроитель Олег Пробович" in page
    assert client.get(home(asking, f"scans/{kept.id}")).data == b"%PDF-1.7"
    assert asking.coordinator.get(home(asking, f"scans/{kept.id}")).status_code == 404
    assert "по письму № 12-34/07 от 25.02.2027" in text_of(client.get(home(asking)))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"letter_number": ""}, "Номер письма: Заполните это поле"),
        ({"letter_date": ""}, "Укажите дату письма."),
        ({"letter_date": "2027-03-02"}, "Эта дата ещё не наступила."),
        ({"letter_date": "2024-03-02"}, "Это больше двух лет назад. Проверьте год."),
        ({"file": (io.BytesIO(b"MZ"), "virus.exe")}, "Скан письма: "),
    ],
)
def test_a_letter_without_number_or_date_is_not_taken(asking, fields, message):
    question = asking.q_works
    data = LETTER | said(question, "no_change", seen=0, note="Не потеряйте") | fields
    answer = asking.organiser.submit(home(asking, factories.TAYSHET), data)
    assert answer.status_code == 422
    assert message in text_of(answer)
    assert "Не потеряйте</textarea>" in text_of(answer)
    assert ("приложите скан ещё раз" in text_of(answer)) is ("file" in fields)
    assert count(Answer) == 0


def test_letters_reminders_and_links_from_the_desk(asking):
    client, place = asking.organiser, home(asking, factories.TAYSHET)
    with writing():
        operations.answer(asking.q_near, NO_CHANGE, BY_LINK, by=None)
    kernel_db.set_clock(lambda: datetime(2027, 3, 10, tzinfo=UTC))
    reminders = home(asking) + "/reminders"
    assert f'href="{reminders}"' in text_of(client.get(home(asking)))
    asked_first = text_of(client.get(reminders))
    assert "<b>Молчат: 1</b>" in asked_first
    assert "<b>Ответили не на всё: 0</b>" in asked_first
    assert "Районная Рита Тестовна · писем не было" in asked_first
    assert "Куйтунский" not in asked_first
    assert count(Letter) == 0  # looking sends nothing
    none = client.submit(reminders, {})
    assert (none.status_code, count(Letter)) == (422, 0)
    assert "Отметьте, кому напомнить." in text_of(none)
    client.submit(reminders, {"silent": "y", "partly": "y"})
    assert "1 напоминание отправляется." in text_of(client.get(home(asking)))
    again = text_of(client.get(reminders))
    assert "Напоминать сейчас некому" in again
    assert "1 муниципалитету сегодня уже писали" in again
    assert "последнее письмо 10.03.2027" in again
    client.submit(reminders, {"silent": "y"}, page=place)
    assert "Напоминать некому" in text_of(client.get(home(asking)))
    assert count(Letter) == 1
    kernel_db.set_clock(lambda: datetime(2027, 3, 11, tzinfo=UTC))
    with writing():
        operations.answer(asking.q_works, NO_CHANGE, BY_LINK, by=None)
    partly = text_of(client.get(reminders))
    assert "<b>Ответили не на всё: 1</b>" in partly
    assert "остался 1 ответ" in partly
    client.submit(reminders, {"silent": "y"})  # the box of those who have answered in part was taken away
    assert count(Letter) == 1
    kernel_db.set_clock(lambda: datetime(2027, 3, 10, 1, tzinfo=UTC))
    client.submit(f"{place}/letter", {"address": ""}, page=place)
    assert count(Letter) == 2
    old = link_of(asking.q_works)
    client.submit(f"{place}/link", page=place)
    db.session.expire_all()
    assert link_of(asking.q_works) != old
    assert client.get(old).status_code == 404


def test_reminders_are_for_those_who_lead_the_round(asking):
    for name in ("coordinator", "curator", "outsider"):
        assert getattr(asking, name).get(home(asking) + "/reminders").status_code == 404
        assert getattr(asking, name).post(home(asking) + "/reminders").status_code == 404
    assert count(Letter) == 0


def test_the_list_of_those_to_remind_costs_the_same_however_long(asking, count_queries):
    def cost():
        with count_queries() as counted:
            asking.organiser.get(home(asking) + "/reminders")
        return counted.number

    cost()
    few = cost()
    with writing():
        for oktmo in (factories.TULUN, factories.IRKUTSK, "25746000"):
            made = adoption(factories.practice(f"Практика {oktmo}"), factories.organisation(oktmo=oktmo))
            factories.coordinator(oktmo)
            ask = operations._new_ask(asking.round, made.territory_id)
            ask.questions.append(type(asking.q_works)(round_id=asking.round.id, adoption_id=made.id))
    assert cost() == few
    assert "<b>Молчат: 5</b>" in text_of(asking.organiser.get(home(asking) + "/reminders"))


def test_the_first_screen_tells_how_far_the_round_has_come(asking):
    def told(name):
        page = " ".join(
            re.sub(r"<[^>]+>", " ", text_of(getattr(asking, name).get("/work", follow_redirects=True))).split()
        )
        return re.findall(r"Вопрос за I квартал 2027 года (.*?) Ответы до", page)

    assert told("organiser") == ["Ответили 0 из 2, молчат 2."]
    for question in ("q_near", "q_works"):
        with writing():
            operations.answer(getattr(asking, question), NO_CHANGE, BY_LINK, by=None)
    assert told("organiser") == ["Ответили 1 из 2, молчат 0, ответили не на всё — 1."]
    assert f'href="{home(asking)}/reminders"' in text_of(asking.organiser.get("/work"))
    assert told("curator") == told("coordinator") == []
    with writing():
        operations.close(asking.round, by=None)
    assert told("organiser") == []


def test_a_bad_address_is_refused(asking):
    place = home(asking, factories.KUYTUN)
    with writing():
        asking.people.neighbour.assignments.clear()
    client = asking.organiser
    client.submit(f"{place}/letter", {"address": "куда-то"}, page=place)
    assert "Это не похоже на" in text_of(client.get(place))
    client.submit(f"{place}/letter", {"address": ""}, page=place)
    assert "Писать некому" in text_of(client.get(place))
    assert count(Letter) == 0
    assert "писать некому" in text_of(client.get(home(asking)))
    client.submit(f"{place}/letter", {"address": "Kuytun@Example.org"}, page=place)
    assert [letter.to for letter in db.session.scalars(select(Letter))] == ["kuytun@example.org"]


def test_summing_up_asks_first_and_can_be_taken_back(asking):
    client, made = asking.organiser, asking.round
    page = text_of(client.submit(home(asking) + "/closing", {"confirm": "ask"}, page=home(asking, "25536000")))
    assert "О 3 внедрениях ответа ещё нет." in page
    assert "Молчат 2 муниципалитета. Ответы принимаются до 5 апреля 2027 года: срок ещё не вышел." in page
    assert "Молчат 2 муниципалитета." in text_of(client.get(home(asking)))
    fresh(made)
    assert made.is_open
    client.submit(home(asking) + "/closing", {"confirm": "yes"}, page=home(asking, "25536000"))
    fresh(made)
    assert not made.is_open
    assert "Итоги подведены 1 марта 2027 года" in text_of(client.get(home(asking)))
    assert 'name="letter_number"' not in text_of(client.get(home(asking, "25536000")))
    client.submit(home(asking) + "/reopening", page="/manage/rounds/new")
    fresh(made)
    assert made.is_open


def test_only_those_who_lead_the_region_see_its_rounds(asking, sign_in):
    with writing():
        other = factories.series("other", territory_id=factories.territory("38000000").id)
        stranger = factories.organiser(other)
    client = sign_in(stranger)
    assert "Вопросов ещё не задавали" in text_of(client.get("/manage/rounds"))
    for tail in ("", ".xlsx", "/25536000", "/file", "/25536000/quarter.xlsx"):
        assert client.get(home(asking) + tail).status_code == 404
    for name in ("coordinator", "curator", "outsider"):
        assert getattr(asking, name).get("/manage/rounds").status_code == 404
    assert asking.organiser.get(home(asking, factories.TULUN)).status_code == 404
    assert asking.organiser.get(home(asking) + "/closing").status_code == 404


def test_the_figures_agree_with_their_words(asking):
    from adoption.models import Exit, ExitReason

    with writing():
        stopped = Said(AnswerKind.stopped, note="Нет людей", exit=Exit.paused, reason=ExitReason.staff)
        operations.answer(asking.q_near, stopped, BY_LINK, by=None)
    page = text_of(asking.organiser.get(home(asking)))
    assert "<b>1</b> <span>внедрение остановилось</span>" in page
    assert "<b>0</b> <span>внедрений со сдвигом</span>" in page

"""One list of questions for the hall and the screens, seen by the section's moderator alone."""

from __future__ import annotations

import pytest

from accounts.enums import Role, ScopeKind
from forum.models import Format
from forum.queries import section_of
from hall import queries
from hall.models import QuestionState
from kernel.transaction import writing
from registrations import erasing
from registrations.own.tickets import link_path
from tests import factories
from tests.hall.conftest import TEN, at
from tests.registrations.conftest import enrol, text_of

ORDER = "/running-order/prosemyu-2027/"


@pytest.fixture
def chair(forum, sign_in):
    with writing():
        section = section_of(forum, "young")
        person = factories.give(factories.user(), Role.section_moderator, ScopeKind.section, section.id)
    return sign_in(person)


def ask(client, person, text, section="young"):
    path = link_path(person)
    data = {"csrf_token": client.token(path + "/live"), "question-text": text}
    return client.post(f"{path}/question?section={section}", data=data)


def test_hall_and_screen_ask_into_one_list_and_the_chair_settles_it(client, forum, anna, chair):
    at(TEN)
    hall = enrol(forum, "Залов Зиновий", "z@example.org", format=Format.in_person)
    assert ask(client, anna, "Сколько это стоит?").status_code == 303
    assert ask(client, hall, "Кто обучает?").status_code == 303
    assert ask(client, anna, "").status_code == 422
    page = text_of(chair.get(ORDER + "young"))
    assert "Рябина" in page
    assert page.index("Сколько это стоит?") < page.index("Кто обучает?")
    first, second = queries.questions_of(section_of(forum, "young").id)
    token = chair.token(ORDER + "young")
    answer = chair.post(f"{ORDER}young/questions/{first.id}", data={"csrf_token": token, "state": "asked"})
    assert answer.status_code == 303
    assert [one.state for one in queries.questions_of(first.section_id)] == [QuestionState.new, QuestionState.asked]
    assert (
        chair.post(f"{ORDER}young/questions/{second.id}", data={"csrf_token": token, "state": "x"}).status_code == 404
    )
    other = f"{ORDER}early-help/questions/{second.id}"
    assert chair.post(other, data={"csrf_token": token, "state": "asked"}).status_code == 404


def test_twenty_questions_an_hour_are_enough(client, forum, anna):
    at(TEN)
    answers = [ask(client, anna, f"Вопрос {number}").status_code for number in range(21)]
    assert answers == [303] * 20 + [422]


def test_questions_go_with_whoever_is_erased(client, forum, anna):
    at(TEN)
    ask(client, anna, "Сколько это стоит?")
    erasing.erase([anna])
    assert queries.questions_of(section_of(forum, "young").id) == []


def test_one_tap_of_three_and_the_last_holds(client, forum, anna):
    from datetime import timedelta

    at(TEN + timedelta(hours=2))
    path = link_path(anna)
    token = client.token(path + "/live")
    for mark, status in (("3", 303), ("2", 303), ("4", 404), ("x", 404)):
        data = {"csrf_token": token, "section": "young", "mark": mark}
        assert client.post(path + "/feedback", data=data).status_code == status
    assert queries.marks_of(anna.id) == {section_of(forum, "young").id: 2}

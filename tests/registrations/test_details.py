"""Every question asked of a participant, those added later among them, goes the whole way."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from kernel.db import db
from kernel.documents.sheets import Column, read_table, xlsx
from kernel.transaction import writing
from registrations import erasing
from registrations.desk import exports, importer, operations
from registrations.desk.cells import PARTICIPANT_HEADINGS, PARTICIPANT_NEEDS
from registrations.desk.queries import Narrowing
from registrations.details import QUESTIONS, Details, details_of, questions_named
from registrations.models import Registration
from registrations.own.tickets import link_path
from registrations.signup import quotas
from tests import factories
from tests.registrations.conftest import enrol, fill, text_of

ANSWERS = {key: f"Ответ «{key}» № {number}" for number, key in enumerate(QUESTIONS)}
BASE = "/manage/forums/prosemyu-2027/registrations"


def only() -> Registration:
    return db.session.scalars(select(Registration)).one()


@pytest.fixture
def organiser(forum, sign_in):
    with writing():
        person = factories.organiser(forum.series)
    return sign_in(person)


def test_from_the_form_to_the_row_the_own_page_and_the_card(forum, client, organiser):
    client.submit("/forums/prosemyu-2027/registration", fill(forum, **ANSWERS))
    person = only()
    assert details_of(person).answers == ANSWERS
    for page in (client.get(link_path(person)), organiser.get(f"{BASE}/{person.uuid}")):
        for key, question in QUESTIONS.items():
            assert f"<dt>{question.label}</dt>" in text_of(page).replace("\n", "")
            assert f"<dd>{ANSWERS[key]}</dd>" in text_of(page)
    shown = text_of(organiser.get(BASE))
    assert {key for key in QUESTIONS if ANSWERS[key] in shown} >= {
        key for key, question in QUESTIONS.items() if question.listed
    }


def test_by_hand_and_put_right(forum, organiser):
    organiser.submit(f"{BASE}/new", fill(forum, **ANSWERS))
    assert details_of(only()).answers == ANSWERS
    page = f"{BASE}/{only().uuid}/edit"
    for answer in ANSWERS.values():
        assert f'value="{answer}"' in text_of(organiser.get(page))
    organiser.submit(page, dict.fromkeys(QUESTIONS, ""))
    assert set(details_of(only()).answers.values()) == {""}


def test_out_into_the_workbook_and_in_again(forum):
    enrol(forum, **ANSWERS)
    name, body = "list.xlsx", exports.xlsx(forum, Narrowing())
    [(_number, values)] = read_table(name, body, PARTICIPANT_HEADINGS, PARTICIPANT_NEEDS).rows
    assert {key: values[key] for key in QUESTIONS} == ANSWERS
    assert importer.plan(forum, (name, body)).actions == []
    changed = {key: f"{answer}, иначе" for key, answer in ANSWERS.items()}
    columns = [Column(str(PARTICIPANT_HEADINGS[key][0]), 20) for key in ("name", "email", *QUESTIONS)]
    row = [only().name, only().email, *changed.values()]
    plan = importer.plan(forum, (name, xlsx("Список", columns, [row], [])))
    assert [len(one.messages) for one in plan.rows] == [len(QUESTIONS)]
    with writing():
        operations.carry_out(plan, forum, None, False)
    assert details_of(only()).answers == changed


def test_new_people_of_a_list(forum):
    columns = [Column(str(PARTICIPANT_HEADINGS[key][0]), 20) for key in ("name", "email", *QUESTIONS)]
    body = xlsx("Список", columns, [["Примерова Анна", "anna@example.org", *ANSWERS.values()]], [])
    with writing():
        quotas.lock_counters(forum.id)
        operations.carry_out(importer.plan(forum, ("list.xlsx", body)), forum, None, False)
    assert details_of(only()).answers == ANSWERS


def test_the_template_asks_everything(forum):
    body = io.BytesIO(importer.template())
    headings = CalamineWorkbook.from_filelike(body).get_sheet_by_index(0).to_python()[0]
    asked = [question.headings[0] for question in QUESTIONS.values()]
    assert headings == ["ФИО", "Электронная почта", "Формат", "Муниципалитет", *asked, "Секции"]


def test_nothing_of_it_is_left_of_whoever_is_erased(forum, client):
    person = enrol(forum, **ANSWERS)
    assert questions_named() in text_of(client.get(link_path(person) + "/erasure"))
    assert questions_named() in text_of(client.get("/privacy"))
    erasing.erase([person])
    assert set(details_of(only()).answers.values()) == {""}


def test_a_place_that_was_only_written_goes_when_one_of_the_list_is_chosen():
    known = Details("Анна", "a@example.org", None, "Астана", {"position": "врач"})
    assert Details("", "", 7, answers={"position": ""}).added_to(known) == known._replace(territory_id=7, place="")
    assert Details("", "", None, "Алматы").added_to(known).place == "Алматы"
    assert known._replace(territory_id=7, place="").replacing(known).place == ""
    assert known._replace(place="").replacing(known).place == "Астана"

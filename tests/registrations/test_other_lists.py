"""Lists of participants from Google Forms and sign-up services, and people from anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from forum.models import Format
from kernel.files import FileRefused
from kernel.i18n import speaking
from kernel.transaction import writing
from registrations.desk import importer
from registrations.desk.cells import is_gone, is_no, read_format, take_sections
from tests import factories
from tests.registrations.test_importer import book, bring, people

CASES = Path(__file__).parents[1] / "cases"


def planned(forum, source):
    with speaking("ru"):
        return importer.plan(forum, source)


def said(row):
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in [*row.messages, *row.warnings]]


def test_first_and_last_name(forum):
    plan = planned(forum, ("12-first-last-name.csv", (CASES / "12-first-last-name.csv").read_bytes()))
    assert [(entry.details.name, entry.details.email) for entry in plan.actions] == [
        ("Primerova Anna", "anna@example.org"),
        ("Primerov Boris", "boris@example.org"),
    ]
    assert plan.errors == 0


def test_google_forms(forum):
    with writing():
        employers = factories.section(forum, "employers", name="Работодатели и семья")
        special = factories.section(forum, "special", name="Особый ребёнок")
    plan = planned(forum, ("12-google-forms.csv", (CASES / "12-google-forms.csv").read_bytes()))
    assert plan.errors == 0
    assert [(entry.details.name, entry.format, entry.section_ids) for entry in plan.actions] == [
        ("Формин Гугл Ильич", Format.in_person, tuple(sorted((employers.id, special.id)))),
        ("Анкетова Яна Ильинична", Format.in_person, (special.id,)),
    ]
    assert [note.replace("\N{NO-BREAK SPACE}", " ") for note in plan.notes] == [
        "Не читаются столбцы: «Отметка времени»."
    ]


def test_questions_for_headings_consents_and_statuses(forum):
    head = (
        "Ваши фамилия, имя и отчество (полностью)",
        "Укажите вашу электронную почту",
        "Как вы планируете участвовать: очно или онлайн?",
        "Из какого вы города?",
        "Согласны ли вы на обработку персональных данных?",
        "Хотите получать рассылку? Согласен",
        "Статус",
    )
    rows = [
        ("Примерова Анна", "a@example.org", "Онлайн, из дома", "Тулун", "Да, согласна", "Нет", "Оплачено"),
        ("Примеров Пётр", "b@example.org", "Приеду лично", "Тулун", "Нет", "", ""),
        ("Примеров Олег", "c@example.org", "очно", "Тулун", "", "", ""),
        ("Примеров Иван", "d@example.org", "очно", "Тулун", "Да", "", "Заявка отменена"),
    ]
    plan = planned(forum, book(*rows, head=head))
    assert [row.verdict.value for row in plan.rows] == ["create", "error", "create", "same"]
    assert [said(row) for row in plan.rows] == [
        [],
        ["В столбце согласия стоит «Нет»: без согласия записать нельзя."],
        ["Согласие в файле не отмечено: убедитесь, что оно у вас есть."],
        ["Состояние «Заявка отменена»: запись не создаётся."],
    ]
    assert plan.actions[0].format is Format.remote


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("", Format.in_person),
        ("Офлайн", Format.in_person),
        ("Оффлайн", Format.in_person),
        ("Offline", Format.in_person),
        ("очное участие", Format.in_person),
        ("In-person", Format.in_person),
        ("Онлайн", Format.remote),
        ("заочно", Format.remote),
        ("Буду смотреть трансляцию", Format.remote),
        ("очно или онлайн", None),
        ("как получится", None),
    ],
)
def test_ways_of_taking_part(text, format):
    assert read_format(text) is format


def test_sections_whose_names_hold_commas():
    known = {"работа дом и школа", "отцы", "село"}
    assert take_sections("Работа, дом и школа, Секция 2. Отцы, Космос, Село", known) == (
        ["работа дом и школа", "отцы", "село"],
        ["Космос"],
    )


def test_words_of_services():
    assert [is_gone(text) for text in ("Attending", "Not Attending", "Refunded", "возврат")] == [
        False,
        True,
        True,
        True,
    ]
    assert [is_no(text) for text in ("Да", "Нет", "не согласен", "I agree", "")] == [False, True, True, False, False]


HEAD = ("ФИО", "Email", "Город", "Регион")


@pytest.mark.parametrize(
    ("town", "region", "territory", "place", "asked"),
    [
        ("Тулун", "", "город Тулун", "", 0),
        ("Иркутская область, г. Тулун", "", "город Тулун", "", 0),
        ("Тулун", "Иркутская область", "город Тулун", "", 0),
        ("Бийск", "Алтайский край", "Алтайский край", "Бийск, Алтайский край", 0),
        ("", "Алтайский край", "Алтайский край", "", 0),
        ("Алматы", "Казахстан", "", "Алматы, Казахстан", 1),
        ("Тулунн", "", "", "Тулунн", 1),
    ],
)
def test_people_of_any_region_or_country(forum, town, region, territory, place, asked):
    plan = bring(forum, book(("Примерова Анна", "a@example.org", town, region), head=HEAD))
    assert plan.errors == 0
    [person] = people(forum)
    assert (person.territory.name if person.territory else "", person.place) == (territory, place)
    assert len(plan.rows[0].warnings + plan.rows[0].doubts) == asked


@pytest.fixture
def organiser(forum, sign_in):
    with writing():
        person = factories.organiser(forum.series)
    return sign_in(person)


def test_a_place_as_written_is_shown_exported_and_replaced_by_one_of_the_list(organiser, forum):
    source = book(("Примерова Анна", "a@example.org", "Алматы", "Казахстан"), head=HEAD)
    bring(forum, source)
    assert bring(forum, source).summary() == "created 0, changed 0, skipped 1, errors 0"
    base = "/manage/forums/prosemyu-2027/registrations"
    [person] = people(forum)
    for page in (base, f"{base}/{person.uuid}"):
        assert "Алматы, Казахстан" in organiser.get(page).get_data(as_text=True)
    bring(forum, book(("Примерова Анна", "a@example.org", "Тулун", ""), head=HEAD))
    [person] = people(forum)
    assert (person.territory.name, person.place) == ("город Тулун", "")


def test_a_list_without_names_is_told_what_is_missing(forum):
    with speaking("ru"), pytest.raises(FileRefused) as refused:
        importer.plan(forum, ("a.csv", "Почта;Город\na@example.org;Тулун".encode()))
    assert str(refused.value).replace("\N{NO-BREAK SPACE}", " ") == (
        "Нашлись заголовки «Почта», «Город», не хватает: «ФИО». Назовите столбцы так или возьмите наш образец."
    )

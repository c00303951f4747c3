from __future__ import annotations

import csv
import io
import re
from contextlib import contextmanager

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import create_engine, delete, event, func, select

from accounts.models import Consent
from activity.models import Letter
from forum.models import Format, Section
from kernel import listing, mode
from kernel.db import db
from kernel.transaction import writing
from registrations import operations
from registrations.door import attendance
from registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.registrations.conftest import ANNA, enrol, fill, set_capacity, text_of

pytestmark = pytest.mark.differs

PATH = "/manage/forums/prosemyu-2027/registrations"


@pytest.fixture
def organiser(forum, sign_in):
    with writing():
        person = factories.organiser(forum.series)
    return sign_in(person)


@pytest.fixture
def people(forum):
    tayshet, irkutsk = factories.territory(factories.TAYSHET).id, factories.territory().id
    section = forum.sections[0].id
    made = [
        enrol(forum, ANNA, territory_id=tayshet, organisation="Центр помощи", section_ids=(section,)),
        enrol(forum, "Ёлкин Пётр Ильич", "elkin@example.org", territory_id=irkutsk, format=Format.remote),
        enrol(forum, "ИВАНОВ Лев", "ivanov@example.org", organisation="Школа № 5"),
    ]
    with writing():
        attendance.admit(forum.id, made[0].uuid, nonce="a", user_id=None)
        operations.cancel(made[2])
    return made


def names(page: str) -> list[str]:
    return [name for name in (ANNA, "Ёлкин Пётр Ильич", "ИВАНОВ Лев") if f">{name}</a>" in page]


def test_the_list_narrows_by_what_stands_in_the_address(organiser, people, forum):
    cases = {
        "": [0, 1, 2],
        "?q=ёлкин": [1],
        "?q=ЕЛКИН": [1],
        "?q=иванов": [2],
        "?q=школа": [2],
        "?q=elkin@": [1],
        "?status=confirmed": [0, 1],
        "?status=cancelled": [2],
        "?format=remote": [1],
        f"?territory={factories.TAYSHET}": [0],
        f"?section={forum.sections[0].id}": [0],
        "?came=yes": [0],
        "?came=no&status=confirmed": [1],
        "?status=nonsense&section=x&came=maybe": [0, 1, 2],
    }
    for query, expected in cases.items():
        page = text_of(organiser.get(PATH + query))
        assert names(page) == [people[i].name for i in expected], query
    assert "Никого не найдено" in text_of(organiser.get(PATH + "?q=нетакого"))


def test_figures_say_what_was_counted(organiser, people):
    page = text_of(organiser.get(PATH))
    figures = dict(zip(("registered", "in_person", "came"), ("<b>2</b>", "<b>1 из 100</b>", "<b>1</b>"), strict=True))
    for figure in figures.values():
        assert figure in page
    assert "каждый человек посчитан один раз" in page
    assert "(Иркутск, UTC+8)" in page
    assert "Asia/Irkutsk" not in page


def test_confirmed_is_counted_apart_only_when_it_differs(organiser, people, forum):
    told = "<dt>подтверждено</dt>"
    assert told not in text_of(organiser.get(PATH))
    set_capacity(forum, 1)
    enrol(forum, "Пятый Глеб")
    assert told in text_of(organiser.get(PATH))


def test_the_list_is_taken_away_from_its_top(organiser, people):
    page = text_of(organiser.get(PATH))
    assert page.index(PATH + ".xlsx") < page.index("<table")


def test_the_empty_list_says_what_comes(organiser, forum):
    assert "Пока никто не зарегистрировался" in text_of(organiser.get(PATH))


@contextmanager
def removed_meanwhile(section_id):
    """Somebody removes the section after the form has been checked and before anything is written."""
    others = create_engine(db.engine.url)

    def remove(_connection):
        token = mode.set_writing(True)
        with others.begin() as connection:
            connection.execute(delete(Section).where(Section.id == section_id))
        mode.reset(token)

    event.listen(db.engine, "rollback", remove, once=True)
    yield
    others.dispose()


@pytest.mark.parametrize("card", [False, True])
def test_a_section_removed_while_a_participant_is_written_down_loses_nothing_typed(organiser, forum, card):
    """An error of ours, or «registered already» at the name, before sections were looked at again: tried."""
    with writing():
        gone = factories.section(forum, "gone", "Бывшая секция").id
    path = f"{PATH}/{enrol(forum).uuid}/edit" if card else PATH + "/new"
    name = "Новая Нина Ильинична"
    data = fill(forum, name=name, sections=[str(gone)], csrf_token=organiser.token(path))
    with removed_meanwhile(gone):
        answer = organiser.post(path, data=data)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Список секций тем временем изменился. Выберите ещё раз." in page
    assert "уже зарегистрирован" not in page
    assert f'value="{name}"' in page
    assert "Бывшая секция" not in page
    assert db.session.scalar(select(func.count()).select_from(Registration)) == card
    assert organiser.post(path, data=data | {"sections": []}).status_code == 303


def test_pages_of_fifty_cost_the_same(organiser, forum):
    def selects() -> int:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert organiser.get(PATH).status_code == 200
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len([statement for statement in seen if statement.startswith("SELECT")])

    enrol(forum)
    assert organiser.get(PATH).status_code == 200  # the forum itself is kept from here on
    few = selects()
    for i in range(60):
        enrol(forum, f"Человек Номер{i}", f"p{i}@example.org")
    assert selects() == few
    assert text_of(organiser.get(PATH)).count("@example.org") == 50
    assert text_of(organiser.get(PATH + "?page=2")).count("@example.org") == 11


def test_a_far_page_holds_what_a_near_one_would(organiser, forum, monkeypatch):
    tulun = factories.territory(factories.TULUN).id
    for i in range(55):
        person = enrol(forum, f"Человек {i % 7}", f"p{i}@example.org", territory_id=tulun if i % 3 else None)
        if i % 4 == 0:
            with writing():
                attendance.admit(forum.id, person.uuid, nonce=f"n{i}", user_id=None)

    def shown(query: str) -> list[str]:
        return re.findall(r"p\d+@example\.org", text_of(organiser.get(f"{PATH}?page=2&{query}")))

    for sort in ("name", "-name", "created", "-created", "territory", "-territory", "number", "came", "-came"):
        for filtered in ("", "&came=no", "&q=человек"):
            monkeypatch.setattr(listing, "NEAR", 4)
            near = shown(f"sort={sort}{filtered}")
            monkeypatch.setattr(listing, "NEAR", 1)
            assert shown(f"sort={sort}{filtered}") == near
            assert len(near) == (41 if filtered == "&came=no" else 5), sort


def test_territories_offered_are_those_somebody_comes_from(organiser, people):
    page = text_of(organiser.get(f"{PATH}?status=remote"))
    options = re.search(r'<select id="filter-territory".*?</select>', page, re.DOTALL)[0]
    assert re.findall(r'value="(\d+)"', options) == [factories.IRKUTSK, factories.TAYSHET]


def test_the_export_is_the_list_as_filtered(organiser, people):
    rows = CalamineWorkbook.from_filelike(io.BytesIO(organiser.get(PATH + ".xlsx?status=confirmed").data))
    grid = rows.get_sheet_by_index(0).to_python()
    assert [row[0] for row in grid[1:]] == ["Ёлкин Пётр Ильич", ANNA]
    assert grid[2][2:4] == ["Подтверждена", "Очно"]
    assert grid[2][grid[0].index("Секции")] == "Ранняя помощь"
    body = organiser.get(PATH + ".csv").data.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(body), delimiter=";")][1:] == [
        "Ёлкин Пётр Ильич",
        "ИВАНОВ Лев",
        ANNA,
    ]


def test_a_formula_in_a_name_stays_text(organiser, forum):
    enrol(forum, "=HYPERLINK(1) Анна")
    assert "'=HYPERLINK" in organiser.get(PATH + ".csv").data.decode("utf-8-sig")


def test_the_card_and_its_history(organiser, people):
    page = text_of(organiser.get(f"{PATH}/{people[0].uuid}"))
    assert ANNA in page
    assert "Регистрация" in page
    assert "Вход" in page
    assert organiser.get(f"{PATH}/nobody").status_code == 404


def test_what_an_organiser_may_do(organiser, people):
    card = f"{PATH}/{people[0].uuid}"
    assert "Отменить регистрацию?" in text_of(organiser.submit(card + "/cancellation", {"confirm": "ask"}, page=card))
    organiser.submit(card + "/letter", page=card)
    organiser.submit(card + "/format", {"format": "remote"}, page=card)
    db.session.rollback()
    assert people[0].format is Format.remote
    assert organiser.submit(card + "/format", {"format": "flying"}, page=card).status_code == 400
    organiser.submit(card + "/cancellation", {"confirm": "yes"}, page=card)
    db.session.rollback()
    assert people[0].status is RegistrationStatus.cancelled
    # Pressed on a card that was opened before the person gave the place up.
    stale = organiser.submit(card + "/format", {"format": "in_person"}, page=card)
    assert "Ничего не изменено" in text_of(organiser.get(stale.location))
    db.session.rollback()
    assert people[0].status is RegistrationStatus.cancelled
    organiser.submit(card + "/format", {"format": "in_person", "back": "yes"}, page=card)
    db.session.rollback()
    assert (people[0].status, people[0].format) == (RegistrationStatus.confirmed, Format.in_person)
    assert "Участие возобновлено" in text_of(organiser.get(card)) or "Формат участия изменён" in text_of(
        organiser.get(card)
    )


def test_details_are_put_right(organiser, people, forum):
    card = f"{PATH}/{people[0].uuid}"
    data = fill(forum, name="Примерова Анна Сергеевна", email="new@example.org", sections=str(forum.sections[1].id))
    assert organiser.submit(card + "/edit", data).location == card
    db.session.rollback()
    assert (people[0].email, people[0].identity) == ("new@example.org", "new@example.org|примерова анна сергеевна")
    assert [interest.section_id for interest in people[0].interests] == [forum.sections[1].id]
    clash = organiser.submit(card + "/edit", data | {"name": "Ёлкин Пётр Ильич", "email": "elkin@example.org"})
    assert clash.status_code == 422
    assert "уже зарегистрирован" in text_of(clash)
    assert organiser.submit(card + "/edit", data | {"email": "new@"}).status_code == 422


def test_adding_by_hand_keeps_the_paper_consent(organiser, forum):
    response = organiser.submit(PATH + "/new", fill(forum))
    person = db.session.scalars(select(Registration)).one()
    assert response.location == f"{PATH}/{person.uuid}"
    assert (person.source, person.status) == ("organiser", RegistrationStatus.confirmed)
    assert db.session.scalars(select(Consent)).one().on_paper
    assert db.session.scalars(select(Letter)).one().to == "anna@example.org"
    assert "уже зарегистрирован" in text_of(organiser.get(organiser.submit(PATH + "/new", fill(forum)).location))
    assert organiser.submit(PATH + "/new", fill(forum, consent_personal_data="")).status_code == 422
    set_capacity(forum, 1)
    response = organiser.submit(PATH + "/new", fill(forum, name="Другая Алла"))
    assert "листе ожидания" in text_of(organiser.get(response.location))


def test_strangers_of_the_same_role_find_nothing(people, sign_in, client):
    with writing():
        stranger = factories.organiser(factories.series("other"))
        volunteer = factories.door_volunteer(db.session.get(type(people[0].forum), people[0].forum_id))
    card = f"{PATH}/{people[0].uuid}"
    pages = [PATH, PATH + ".xlsx", PATH + ".csv", PATH + "/new", PATH + "/import", PATH + "/import/template.xlsx"]
    pages += [card, card + "/edit", PATH + "/import/x"]
    for who in (stranger, volunteer):
        visitor = sign_in(who)
        for page in pages:
            assert visitor.get(page).status_code == 404, page
    visitor = sign_in(stranger)
    token = visitor.token("/forums/prosemyu-2027/registration")
    for end in ("/cancellation", "/format", "/letter", "/edit"):
        data = fill(people[0].forum, csrf_token=token, confirm="yes")
        assert visitor.post(card + end, data=data).status_code == 404
    assert client.get(PATH).location.startswith("/login")
    db.session.rollback()
    assert people[0].status is RegistrationStatus.confirmed


def test_panels_on_the_forums_pages(organiser, client, people):
    page = text_of(client.get("/forums/prosemyu-2027/"))
    assert "/forums/prosemyu-2027/registration" in page
    assert "осталось 99 мест" in page
    assert "Список участников" in text_of(organiser.get("/manage/forums/prosemyu-2027"))


@pytest.mark.parametrize("q", ["a b " * 1500, "a@" * 3000])
def test_a_search_without_end_is_cut(organiser, forum, q):
    for path in (PATH, PATH + ".xlsx", PATH + ".csv"):
        assert organiser.get(path, query_string={"q": q}).status_code == 200


def test_each_filter_is_called_by_its_first_choice(forum, organiser):
    enrol(forum, territory_id=factories.territory().id)
    page = text_of(organiser.get(PATH))
    firsts = dict(re.findall(r'<select id="filter-(\w+)"[^>]*><option value="">([^<]+)</option>', page))
    assert firsts == {
        "status": "Состояние",
        "format": "Формат",
        "territory": "Муниципалитет",
        "section": "Секция",
        "came": "Явка",
    }

"""Searches people keep."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from activity.models import Entry
from kernel.db import db
from kernel.transaction import writing
from practices.forms import MOST_SEARCHES
from practices.models import SavedSearch
from practices.operations import save_search
from tests import factories

pytestmark = pytest.mark.differs

NEW = "/searches/new?q=отцы&audience=fathers&audience=large&page=3&nonsense=1"


@pytest.fixture
def person(app):
    with writing():
        return factories.user()


@pytest.fixture
def people(person, sign_in):
    return sign_in(person)


def kept():
    return db.session.scalars(select(SavedSearch).order_by(SavedSearch.id)).all()


def test_a_search_is_saved_shown_and_opened(people):
    page = people.get(NEW).get_data(as_text=True)
    assert 'value="отцы, Многодетные семьи, Отцы"' in page or 'value="отцы, Отцы, Многодетные семьи"' in page
    answer = people.submit(NEW, {"name": "Отцы и большие семьи"})
    assert (answer.status_code, answer.location) == (303, "/searches")
    assert [(one.name, one.query) for one in kept()] == [
        ("Отцы и большие семьи", "q=%D0%BE%D1%82%D1%86%D1%8B&audience=fathers&audience=large")
    ]
    for path in ("/work", "/searches"):
        page = people.get(path).get_data(as_text=True)
        link = re.search(r'href="([^"]+)">Отцы и большие семьи', page)
        assert people.get(link.group(1).replace("&amp;", "&")).status_code == 200


def test_the_same_name_takes_the_new_conditions(people):
    people.submit(NEW, {"name": "Отцы"})
    people.submit("/searches/new?sphere=social", {"name": "ОТЦЫ"})
    assert [(one.name, one.query) for one in kept()] == [("ОТЦЫ", "sphere=social")]


def test_a_name_whose_letters_fold_into_two_fits_its_column(people):
    for query in ("sphere=health", "sphere=social"):
        people.submit(f"/searches/new?{query}", {"name": "ß" * 120})
    assert [(len(one.name), len(one.name_key), one.query) for one in kept()] == [(120, 120, "sphere=social")]


def test_what_is_wrong_is_said_and_nothing_is_lost(people):
    answer = people.submit(NEW, {"name": "  "})
    assert answer.status_code == 422
    answer = people.submit(NEW, {"name": "«»"})
    assert "Назовите поиск словами или" in answer.get_data(as_text=True)
    assert 'value="«»"' in answer.get_data(as_text=True)
    assert people.submit(NEW, {"name": "ы" * 121}).status_code == 422
    assert kept() == []


def test_a_search_without_conditions_is_not_saved(people):
    answer = people.get("/searches/new?page=2&audience=martians")
    assert (answer.status_code, answer.location) == (302, "/practices/")


def test_there_is_an_end_to_it(person, people):
    with writing():
        for number in range(MOST_SEARCHES):
            save_search(f"Поиск {number}", "q=a", by=person)
    assert people.submit(NEW, {"name": "Ещё один"}).status_code == 422
    assert people.submit(NEW, {"name": "Поиск 7"}).status_code == 303
    assert len(kept()) == MOST_SEARCHES


def test_removal_asks_first(people):
    people.submit(NEW, {"name": "Отцы"})
    path = f"/searches/{kept()[0].id}/removal"
    asked = people.submit(path, {"confirm": "ask"}, page="/searches")
    assert "Удалить поиск?" in asked.get_data(as_text=True)
    assert len(kept()) == 1
    assert people.submit(path, {"confirm": "yes"}, page="/searches").status_code == 303
    assert kept() == []
    assert "Пока ничего не\u00a0сохранено" in people.get("/searches").get_data(as_text=True)
    actions = set(db.session.scalars(select(Entry.action).where(Entry.subject_type == "saved_search")))
    assert actions == {"search.saved", "search.removed"}
    assert set(db.session.scalars(select(Entry.subject_name).where(Entry.subject_type == "saved_search"))) == {""}


def test_others_neither_see_nor_remove_it(people, app, sign_in):
    people.submit(NEW, {"name": "Отцы"})
    with writing():
        stranger = factories.user()
    outsider = sign_in(stranger)
    outsider.submit(NEW, {"name": "Мой"})
    assert "Отцы</a>" not in outsider.get("/searches").get_data(as_text=True)
    answer = outsider.submit(f"/searches/{kept()[0].id}/removal", {"confirm": "yes"}, page="/searches")
    assert answer.status_code == 404
    assert len(kept()) == 2


def test_a_visitor_signs_in_first(client):
    for path in ("/searches", NEW):
        assert client.get(path).location.startswith("/login?next=")
    assert client.get("/searches/1/removal").status_code == 405


def test_who_has_one_area_sees_the_searches_before_it(app, sign_in):
    with writing():
        coordinator = factories.coordinator()
    client = sign_in(coordinator)
    assert client.get("/work").location == "/cabinet/"
    client.submit(NEW, {"name": "Отцы"})
    assert "Ваши поиски в\u00a0каталоге" in client.get("/work").get_data(as_text=True)


def test_english(people):
    people.submit(NEW, {"name": "Отцы"})
    assert "Saved searches" in people.get("/en/searches").get_data(as_text=True)
    assert "/en/practices/?q=" in people.get("/en/work").get_data(as_text=True)

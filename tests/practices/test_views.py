from __future__ import annotations

import pytest
from sqlalchemy import event

from kernel.db import db
from kernel.documents.word import DOCX
from kernel.i18n import speaking
from kernel.transaction import writing
from practices import display, operations
from practices.models import Admission, DocumentKind, TargetGroup
from practices.scopes import HOME
from tests import factories


@pytest.fixture
def practice(app):
    with writing():
        made = factories.practice(
            slug="konsultant", cost_once=310000, cost_year=1480000, staff=2.5, launch_months_min=3, launch_months_max=5
        )
        stored = operations.store("prikaz.docx", DOCX, b"PK docx")
        operations.add_document(made, DocumentKind.order, "Образец приказа", stored, by=None)
        operations.publish_documents(made)
    return made


def statements(call):
    found = []

    def note(_connection, _cursor, statement, *_rest):
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return [statement for statement in found if statement.startswith("SELECT")]


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (["fathers"], "Отцы"),
        (["large", "fathers", "all"], "Все семьи; многодетные семьи; отцы"),
        (["fathers", "teens", "young", "foster"], "Молодые семьи; приёмные семьи; отцы; подростки"),
        ([], ""),
    ],
)
def test_the_facts_name_every_group_the_widest_first(app, groups, expected):
    with writing():
        made = factories.practice(groups=[TargetGroup(code) for code in groups])
    with speaking("ru"):
        assert display.whom(made) == expected
        assert ("Для кого" in dict(display.facts(made))) is bool(groups)


def test_the_catalogue_and_its_filters(catalogue, client):
    assert "30\u00a0практик" in client.get("/practices/").get_data(as_text=True)
    page = client.get("/practices/?audience=fathers").get_data(as_text=True)
    assert "Мой папа – герой".replace(" –", "\u00a0–") in page
    assert client.get("/practices.json?audience=fathers").json["total"] == 2
    assert client.get("/practices.json?sphere=culture&sort=name").json["total"] == 3
    assert client.get("/practices.json?evidence=compared").json["total"] == 5
    assert client.get("/practices.json?territory=25701000").json["total"] == 5
    assert client.get("/practices.json?readiness=documents").json["total"] == 0
    assert client.get("/practices.json?q=диспетчерскую").json["practices"][0]["slug"] == "semeynaya-dispetcherskaya"


def test_the_json_is_the_page(catalogue, client):
    first, second = client.get("/practices.json?sort=name").json, client.get("/practices.json?sort=name&page=2").json
    assert (first["total"], first["pages"], len(first["practices"]), len(second["practices"])) == (30, 2, 16, 14)
    page = client.get("/practices/?sort=name&page=2").get_data(as_text=True)
    for row in second["practices"]:
        assert f'href="/practices/{row["slug"]}"' in page
    assert first["practices"][0]["url"].startswith("https://forum.example.org/practices/")


def test_bad_parameters_are_passed_over(catalogue, client):
    for query in (
        "audience=martians",
        "page=-3",
        "page=99",
        "page=x",
        "sort=drop",
        "territory=1",
        "readiness=1",
        "q=" + "%22(" * 150,
    ):
        assert client.get(f"/practices/?{query}").status_code == 200


def test_an_empty_answer_says_what_to_do(catalogue, client):
    page = client.get("/practices/?q=космонавтика").get_data(as_text=True)
    assert "Такой практики пока нет" in page
    assert "Показать все практики" in page


def test_queries_do_not_grow_with_practices(app, client):
    def load():
        client.get("/practices/")

    with writing():
        factories.practice()
        operations.pages.bump("catalogue")
    one = len(statements(load))
    with writing():
        for number in range(12):
            factories.practice(f"Практика {number}")
        operations.pages.bump("catalogue")
    # What changed, which nobody said, in place of what the site says of itself, which is kept from the first page on.
    assert len(statements(load)) == one == 12
    with writing():
        operations.pages.bump(HOME)  # the page is made anew, the catalogue stands
    assert len(statements(load)) == 4


def test_a_page_shows_what_is_known_and_no_empty_field(practice, client):
    page = client.get("/practices/konsultant").get_data(as_text=True)
    assert "Домашний консультант" in page
    assert "310\u00a0тыс.\u00a0₽ на\u00a0запуск, 1,5\u00a0млн\u00a0₽ в\u00a0год" in page
    assert "2,5\u00a0ставки" in page
    assert "3–5\u00a0месяцев" in page
    assert "Беру к\u00a0себе" in page
    assert "Взять образец приказа" in page
    assert 'href="/practices/konsultant/question"' in page
    assert "author@example.org" not in page
    assert "Что это дало" not in page
    assert "Где подходит" not in page


def test_the_author_is_shown_by_position_and_by_an_address_made_public(practice, client):
    with writing():
        operations.change_practice(
            practice, {"contact_position": "руководитель службы", "contact_phone": "+7 000"}, by=None
        )
    page = client.get("/practices/konsultant").get_data(as_text=True)
    assert "руководитель службы" in page
    assert "Авторова" not in page
    assert "+7 000" not in page
    assert "author@example.org" not in page
    with writing():
        operations.change_practice(practice, {"contact_public": True}, by=None)
    assert 'href="mailto:author@example.org"' in client.get("/practices/konsultant").get_data(as_text=True)


def test_a_sample_is_downloaded(practice, client):
    answer = client.get(f"/practices/konsultant/documents/{practice.documents[0].id}")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"PK docx", DOCX)
    assert "prikaz.docx" in answer.headers["Content-Disposition"]
    assert client.get("/practices/konsultant/documents/999").status_code == 404


def test_a_draft_is_nobodys_business(practice, client):
    with writing():
        operations.return_to_draft(practice, by=None)
    assert client.get("/practices/konsultant").status_code == 404
    assert client.get(f"/practices/konsultant/documents/{practice.documents[0].id}").status_code == 404
    assert client.get("/practices.json").json["total"] == 0


def test_an_archived_practice_keeps_its_page_if_it_was_public(practice, client):
    with writing():
        operations.publish_practice(practice, by=None)
        operations.archive_practice(practice, "Больше не ведём", by=None)
        factories.practice(slug="never", admission=Admission.archived)
    page = client.get("/practices/konsultant").get_data(as_text=True)
    assert "Практика убрана из\u00a0каталога" in page
    assert "Больше не\u00a0ведём" in page
    assert "Беру к\u00a0себе" not in page
    assert client.get("/practices/never").status_code == 404


def test_the_page_follows_a_change_at_once(practice, client):
    client.get("/practices/konsultant")
    with writing():
        operations.change_practice(practice, {"effect": "Новая польза."}, by=None)
    assert "Новая польза." in client.get("/practices/konsultant").get_data(as_text=True)


def test_english(practice, client):
    page = client.get("/en/practices/konsultant").get_data(as_text=True)
    assert "Take it over" in page
    assert "310 thousand ₽ to start" in page


def test_public_pages_hold_no_form_that_posts(practice, client):
    for path in ("/practices/", "/practices/konsultant"):
        assert 'method="post"' not in client.get(path).get_data(as_text=True)
    assert client.post("/practices/").status_code == 405


def test_groups_are_counted_beside_the_filter(app, client):
    with writing():
        factories.practice("Одна", groups=[TargetGroup.fathers])
        factories.practice("Другая", groups=[TargetGroup.fathers, TargetGroup.large])
    page = client.get("/practices/").get_data(as_text=True)
    assert '<span>Отцы</span> <span class="count">2</span>' in page
    assert '<span>Многодетные семьи</span> <span class="count">1</span>' in page

"""A question to an author, and a practice proposed by anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from accounts import consenting
from accounts.models import Consent
from activity.models import Letter
from activity.outbox import compose
from kernel import db as kernel_db
from kernel.db import db
from kernel.transaction import writing
from practices.models import Admission, Practice
from practices.moderation import operations as moderation
from practices.moderation import queries
from practices.moderation.models import AUTHOR_LINK
from practices.questions.models import PracticeQuestion
from practices.questions.operations import forget_old
from tests import factories
from tests.conftest import NOW

QUESTION = {
    "text": "Сколько стоит обучение?\nИ кто учит?",
    "name": "Любопытная Анна",
    "email": "anna@example.org",
    "organisation": "Центр «Надежда»",
    "consent_personal_data": "y",
}
PROPOSAL = {
    "practice": "Школа отцов",
    "territory": factories.TULUN,
    "name": "Авторов Ян Пробович",
    "email": "yan@example.org",
    "consent_personal_data": "y",
}


@pytest.fixture
def practice(app):
    with writing():
        return factories.practice(slug="konsultant")


def given():
    rows = db.session.scalars(select(Consent).order_by(Consent.id)).all()
    return [(row.subject_type, row.text.kind.value) for row in rows]


def test_a_question_goes_to_the_author_and_the_answer_to_whoever_asks(client, practice):
    page = client.get("/practices/konsultant/question").get_data(as_text=True)
    assert "author@example.org" not in page
    assert " checked" not in page
    answer = client.submit("/practices/konsultant/question", QUESTION)
    assert answer.headers["Location"] == "/practices/konsultant/question/sent"
    assert "Вопрос отправлен" in client.get(answer.headers["Location"]).get_data(as_text=True)
    message = compose(db.session.scalars(select(Letter)).one())
    assert (message["To"], message["Reply-To"]) == ("author@example.org", "anna@example.org")
    text = message.get_body(("plain",)).get_content()
    assert "> Сколько стоит обучение?\n> И кто учит?" in text.replace("\r\n", "\n")
    assert "Любопытная Анна (Центр «Надежда»)" in text
    assert given() == [("practice_question", "question")]


def test_a_question_with_mistakes_comes_back(client, practice):
    answer = client.submit("/practices/konsultant/question", {"text": "Как?", "email": "нет"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert ">\nКак?</textarea>" in page.replace("\r\n", "\n")
    assert page.count('class="error"') == 3
    assert db.session.scalars(select(PracticeQuestion)).all() == []


def test_a_stale_page_keeps_what_was_typed(client, practice):
    answer = client.post("/practices/konsultant/question", data=QUESTION | {"csrf_token": "old"})
    assert answer.status_code == 422
    assert "Сколько стоит обучение?" in answer.get_data(as_text=True)
    assert db.session.scalars(select(Letter)).all() == []


def test_one_address_cannot_flood_an_author(client, practice):
    codes = [
        client.submit("/practices/konsultant/question", QUESTION | {"text": f"Вопрос {number}?"}).status_code
        for number in range(7)
    ]
    assert codes == [303] * 6 + [429]
    assert len(db.session.scalars(select(Letter)).all()) == 6


def how_many(model):
    return len(db.session.scalars(select(model)).all())


def test_the_same_question_is_sent_once_a_day(client, practice):
    page = "/practices/konsultant/question"
    for change, number in (
        ({}, 1),
        ({"text": f"  {QUESTION['text']}\n"}, 1),
        ({"email": "ANNA@example.org"}, 1),
        ({"text": "А зал нужен?"}, 2),
        ({"email": "other@example.org"}, 3),
    ):
        assert client.submit(page, QUESTION | change).location == f"{page}/sent"
        assert (how_many(PracticeQuestion), how_many(Letter)) == (number, number)
    kernel_db.set_clock(lambda: NOW + timedelta(hours=25))
    client.submit(page, QUESTION)
    assert how_many(PracticeQuestion) == 4


def test_the_same_proposal_is_made_once_a_day(client):
    for change, number in (
        ({}, 1),
        ({"practice": " ШКОЛА  отцов "}, 1),
        ({"email": "other@example.org"}, 2),
        ({"territory": factories.TAYSHET}, 3),
        ({"practice": "Школа матерей"}, 4),
    ):
        assert client.submit("/practices/new", PROPOSAL | change).location == "/practices/new/sent"
        assert (how_many(Practice), how_many(Letter)) == (number, number)
    kernel_db.set_clock(lambda: NOW + timedelta(hours=25))
    client.submit("/practices/new", PROPOSAL)
    assert how_many(Practice) == 5


def test_after_a_link_was_taken_away_the_practice_may_be_proposed_again(client):
    client.submit("/practices/new", PROPOSAL)
    with writing():
        moderation.revoke_link(db.session.scalars(select(Practice)).one(), by=factories.methodist())
    client.submit("/practices/new", PROPOSAL)
    assert how_many(Practice) == 2


def test_changing_addresses_does_not_help_to_flood_an_author(client, practice):
    codes = [
        client.submit("/practices/konsultant/question", QUESTION | {"email": f"a{number}@example.org"}).status_code
        for number in range(21)
    ]
    assert codes == [303] * 20 + [429]


def test_a_strangers_address_gets_few_letters_a_day(client, practice):
    codes = []
    for hour in range(3):
        kernel_db.set_clock(lambda hours=hour: NOW.replace(hour=0) + timedelta(hours=hours))
        names = [f"Школа отцов {hour}-{number}" for number in range(6)]
        codes += [client.submit("/practices/new", PROPOSAL | {"practice": name}).status_code for name in names]
    assert codes == [303] * 12 + [429] * 6


def test_without_an_address_there_is_nobody_to_ask(client, practice):
    with writing():
        practice.contact_email = ""
        from practices.operations import _changed

        _changed(practice)
    assert client.get("/practices/konsultant/question").status_code == 404
    assert "/question" not in client.get("/practices/konsultant").get_data(as_text=True)
    with writing():
        factories.author(practice, "avtor@example.org")
    client.submit("/practices/konsultant/question", QUESTION)
    letter = db.session.scalars(select(Letter).where(Letter.kind == "practice_question")).one()
    assert letter.to == "avtor@example.org"


def test_a_draft_is_not_asked_about(client, practice):
    with writing():
        practice.admission = Admission.draft
    assert client.get("/practices/konsultant/question").status_code == 404
    assert client.get("/practices/konsultant/question/sent").status_code == 404


def test_questions_are_forgotten(client, practice):
    client.submit("/practices/konsultant/question", QUESTION)
    kernel_db.set_clock(lambda: NOW + timedelta(days=179))
    forget_old()
    assert len(db.session.scalars(select(PracticeQuestion)).all()) == 1
    kernel_db.set_clock(lambda: NOW + timedelta(days=181))
    forget_old()
    assert db.session.scalars(select(PracticeQuestion)).all() == []
    assert compose(db.session.scalars(select(Letter)).one()) is None


def test_a_practice_is_proposed(client):
    assert " checked" not in client.get("/practices/new").get_data(as_text=True)
    answer = client.submit("/practices/new", PROPOSAL)
    assert answer.headers["Location"] == "/practices/new/sent"
    assert client.get("/practices/new/sent").status_code == 200
    practice = db.session.scalars(select(Practice)).one()
    assert (practice.name, practice.admission, practice.contact_public) == ("Школа отцов", Admission.draft, False)
    author = queries.author_of(practice)
    link = AUTHOR_LINK.path(author)
    text = compose(db.session.scalars(select(Letter)).one()).get_body(("plain",)).get_content()
    assert f"https://forum.example.org{link}" in text
    assert client.get(link).status_code == 200
    assert client.get(f"/practices/{practice.slug}").status_code == 404
    assert given() == [("practice_author", "authorship")]


def test_the_mailing_is_a_consent_of_its_own(client, monkeypatch):
    monkeypatch.setattr(consenting, "NEWS", True)
    client.submit("/practices/new", PROPOSAL | {"consent_mailing": "y"})
    assert given() == [("practice_author", "authorship"), ("practice_author", "mailing")]


def test_a_proposal_with_mistakes_comes_back(client):
    answer = client.submit("/practices/new", PROPOSAL | {"territory": "1", "email": "", "consent_personal_data": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="Школа отцов"' in page
    assert page.count('class="error"') == 3
    assert db.session.scalars(select(Practice)).all() == []


def test_an_english_author_gets_an_english_letter(client):
    client.submit("/en/practices/new", PROPOSAL)
    message = compose(db.session.scalars(select(Letter)).one())
    assert message["Subject"] == "Your practice «Школа отцов»: the personal link"


@pytest.mark.parametrize("field", ["practice", "name"])
def test_a_proposal_carries_no_link_to_the_address_typed(client, app, field):
    answer = client.submit("/practices/new", PROPOSAL | {field: "Выигрыш https://example.com/prize"})
    assert answer.status_code == 422
    assert "Уберите ссылку" in answer.get_data(as_text=True)
    assert db.session.scalars(select(Letter)).all() == []

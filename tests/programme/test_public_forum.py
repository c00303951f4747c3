"""The public page of a forum: who holds it, what came of it, what is on now, which practices were told of."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from forum import rules
from forum.models import ForumStatus
from kernel import db as kernel_db
from kernel.db import db
from kernel.pages import bump
from kernel.transaction import writing
from practices.models import Admission
from tests import factories

PAGE = "/forums/prosemyu-2027/"
EDIT = "/manage/forums/prosemyu-2027/edit"
TYPED = {
    "name": "Форум «ПроСемью-2027»",
    "kind": "forum",
    "date_start": "2027-04-22",
    "date_end": "2027-04-22",
    "timezone": "Asia/Irkutsk",
    "place": "Иркутск",
    "co_organisers": "Центр «РОСТ»\n\n",
    "partners": "Музей семьи — https://example.org/museum\nПрофсоюз — работники детских садов\nhttps://example.org/",
    "said_figures": "более 2 500 — участников\n6 - площадок",
}


@pytest.fixture
def forum(app):
    with writing():
        made = factories.forum()
        first = factories.section(made)
        second = factories.section(made, "young", "Молодые семьи", position=1)
        for number, section in enumerate((second, first, first)):
            told = factories.practice(f"Практика {number}")
            factories.slot(section, f"Доклад {number}", datetime(2027, 4, 22, 10 + number), practice_id=told.id)
        factories.practice("Черновая", admission=Admission.draft)
    return made


@pytest.fixture
def organiser(forum, sign_in):
    with writing():
        person = factories.organiser(forum.series)
    return sign_in(person)


def text_of(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)).replace(" .", ".")


def at(hour: int) -> None:
    """By the forum's clock, on its day."""
    kernel_db.set_clock(lambda: datetime(2027, 4, 22, hour - 8, 5, tzinfo=UTC))


def test_who_holds_it_and_what_the_organiser_says(forum, organiser, client):
    assert (
        organiser.submit(
            EDIT, TYPED | {"territory": str(forum.territory_id), "version": str(forum.version)}, page=EDIT
        ).status_code
        == 302
    )
    page = client.get(PAGE)
    said = text_of(page)
    assert "Соорганизаторы Центр «РОСТ»" in said
    assert "Профсоюз — работники детских садов" in said
    assert 'href="https://example.org/museum" rel="nofollow noopener">Музей семьи</a>' in page.text
    assert "2 500" not in said  # the forum is yet to come
    with writing():
        forum.status = ForumStatus.finished
        db.session.flush()
    said = text_of(organiser.get(PAGE))
    assert "более 2 500 участников" in said
    assert "6 площадок" in said
    assert "Форум прошёл очно, дистанционно. По словам организатора." in said


def test_a_figure_without_its_words_is_told_at_the_field_and_kept(organiser):
    page = organiser.submit(EDIT, TYPED | {"said_figures": "много людей\n53 — спикера"}, page=EDIT)
    assert page.status_code == 422
    assert "Напишите «много людей» так: число, тире и слова" in text_of(page)
    assert "53 — спикера" in page.text


@pytest.mark.parametrize("line", ["Клуб — javascript:alert(1)", "javascript:alert(1)", "<b>Клуб</b>"])
def test_what_is_no_address_of_a_site_is_no_link(line):
    assert rules.named(line) == [(line, "")]


def test_what_is_on_now_and_next(forum, client):
    assert "On now" not in text_of(client.get("/en" + PAGE))
    at(10)
    said = text_of(client.get(PAGE))
    assert "Идёт сейчас" in said
    assert "Молодые семьи Доклад 0" in said
    assert "Ранняя помощь Дальше в 11:00: Доклад 1" in said
    with writing():
        forum.programme_published = False
        bump(f"forum:{forum.slug}")
    assert "Доклад 0" not in text_of(client.get(PAGE))


def test_on_the_day_ones_own_link_comes_first(forum, client):
    assert "registration/resend" not in client.get("/en" + PAGE).text
    at(10)
    page = client.get(PAGE).text
    assert 'href="/forums/prosemyu-2027/registration/resend"' in page
    assert 'href="/forums/prosemyu-2027/registration"' not in page  # closed two days ago
    with writing():
        forum.registration_closes = None
        bump(f"forum:{forum.slug}")
    page = client.get(PAGE).text
    assert page.index("registration/resend") < page.index('registration"')


def test_practices_stand_by_section_once(forum, client, count_queries):
    with writing():
        section = forum.sections[1]
        factories.slot(section, "Ещё раз", datetime(2027, 4, 22, 15), practice_id=1)
    with count_queries() as counted:
        said = text_of(client.get(PAGE))
    assert counted.number <= 12
    told = said[said.index("Практики форума") :]
    assert told.index("Ранняя помощь") < told.index("Практика 1") < told.index("Молодые семьи")
    assert told.count("Практика 0") == 1
    assert "Черновая" not in said


def test_a_participant_at_the_page_of_passwords_is_led_to_their_link(forum, client):
    page = client.get("/login")
    assert "Участнику пароль не нужен" in page.text
    assert 'href="/forums/prosemyu-2027/registration/resend"' in page.text
    with writing():
        forum.status = ForumStatus.draft
    assert "Участнику пароль не нужен" not in client.get("/login").text

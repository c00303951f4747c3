"""The table of speakers: saved as a whole or not at all."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from accounts.models import Consent
from forum.models import Forum
from kernel.db import db
from kernel.transaction import writing
from programme.models import Appearance
from speakers.models import Speaker
from tests import factories
from tests.client import PageClient
from tests.programme.table import rows

PAGE = "/manage/forums/prosemyu-2027/speakers"


@dataclass(frozen=True)
class Table:
    """Two speakers of a forum, one with a consent, and the organiser."""

    forum: Forum
    anna: Speaker
    vera: Speaker
    client: PageClient


@pytest.fixture
def table(app, sign_in) -> Table:
    with writing():
        forum = factories.forum()
        section = factories.section(forum)
        anna = factories.speaker(forum.series, "Примерова Анна Сергеевна")
        vera = factories.speaker(forum.series, "Проверкина Вера Ильинична", agreed=False, position="методист")
        factories.appearance(factories.slot(section, "Первый доклад"), anna)
        factories.appearance(factories.slot(section, "Второй доклад"), vera)
        organiser = factories.organiser(forum.series)
    return Table(forum, anna, vera, sign_in(organiser))


def opened(table: Table) -> dict[str, str]:
    return rows(table.client.get(PAGE).get_data(as_text=True))


def text(answer) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", answer.get_data(as_text=True))).replace("\N{NO-BREAK SPACE}", " ")


def stored(speaker: Speaker) -> Speaker:
    db.session.expire_all()
    found = db.session.get(Speaker, speaker.id)
    assert found is not None
    return found


def test_every_row_that_was_changed_is_saved_by_one_press(table):
    anna, vera = table.anna.code, table.vera.code
    typed = opened(table) | {
        f"{anna}-email": "Anna@example.org",
        f"{vera}-name": "Проверкина Вера Петровна",
        f"{vera}-position": "директор",
        f"{vera}-organisation": "Центр семьи",
        f"{vera}-agreed": "y",
    }
    assert table.client.submit(PAGE, typed).headers["Location"] == PAGE
    assert "Сохранено: 2 спикера." in text(table.client.get(PAGE))
    assert stored(table.anna).email == "anna@example.org"
    found = stored(table.vera)
    assert (found.name, found.identity_key, found.hidden) == (
        "Проверкина Вера Петровна",
        "проверкина вера петровна",
        False,
    )
    talk = appearance_of(found)
    assert (talk.position, talk.organisation_name) == ("директор", "Центр семьи")
    assert [one.on_paper for one in db.session.scalars(select(Consent).where(Consent.subject_id == found.id))] == [True]


def appearance_of(speaker: Speaker) -> Appearance:
    return db.session.scalars(select(Appearance).where(Appearance.speaker_id == speaker.id)).one()


def test_sent_as_it_stands_it_changes_nothing(table):
    table.client.submit(PAGE, opened(table))
    assert "Ничего не изменилось." in text(table.client.get(PAGE))


def test_an_unticked_consent_is_withdrawn(table):
    typed = opened(table)
    del typed[f"{table.anna.code}-agreed"]
    table.client.submit(PAGE, typed)
    assert stored(table.anna).hidden is True
    assert "отозвано" in text(table.client.get(PAGE))


def test_one_wrong_row_saves_none_and_keeps_what_was_typed(table):
    anna, vera = table.anna.code, table.vera.code
    for wrong, told in (
        ({f"{anna}-email": "не адрес"}, "не адрес"),
        ({f"{anna}-name": ""}, "Заполните"),
        ({f"{anna}-name": table.vera.name}, "Так уже зовут другого спикера этой серии."),
    ):
        typed = opened(table) | {f"{vera}-position": "директор"} | wrong
        answer = table.client.submit(PAGE, typed)
        assert answer.status_code == 422, wrong
        page = answer.get_data(as_text=True)
        assert told in html.unescape(page).replace("\N{NO-BREAK SPACE}", " "), wrong
        assert rows(page)[f"{vera}-position"] == "директор"
        assert appearance_of(table.vera).position == "методист"
        db.session.rollback()


def test_what_others_changed_meanwhile_is_shown_and_the_rest_of_the_table_is_theirs(table):
    mine = opened(table)
    other = opened(table) | {f"{table.anna.code}-email": "first@example.org"}
    table.client.submit(PAGE, other)
    table.client.submit(PAGE, mine | {f"{table.vera.code}-email": "vera@example.org"})
    assert (stored(table.anna).email, stored(table.vera).email) == ("first@example.org", "vera@example.org")
    answer = table.client.submit(PAGE, mine | {f"{table.anna.code}-email": "second@example.org"})
    assert answer.status_code == 409
    assert "first@example.org" in text(answer)
    assert "second@example.org" in text(answer)
    assert stored(table.anna).email == "first@example.org"


def test_an_organiser_of_another_series_finds_no_table(table, sign_in):
    with writing():
        stranger = factories.organiser(factories.series("other"))
    client = sign_in(stranger)
    assert client.get(PAGE).status_code == 404
    assert client.submit(PAGE, {f"{table.anna.code}-opened": "x"}, page="/work").status_code == 404

"""The draft of a forum's resolution."""

from __future__ import annotations

import io
from datetime import timedelta

import docx
import pytest
from sqlalchemy import select

from kernel.db import db
from kernel.transaction import writing
from practices.models import Admission
from practices.operations import set_spread
from programme.models import Slot
from tests import factories

PAPER = "/manage/forums/prosemyu-2027/resolution.docx"


@pytest.fixture
def world(app, sign_in):
    with writing():
        forum = factories.forum()
        section = factories.section(forum)
        factories.section(forum, "later", "Поздняя секция")
        consultant = factories.practice("Домашний консультант", slug="consultant")
        club = factories.practice("Клуб «Мы рядом»", slug="club", admission=Admission.draft)
        talk = factories.slot(section, "Первый доклад", practice_id=consultant.id)
        factories.appearance(talk, factories.speaker(forum.series, "Примерова Анна Сергеевна"))
        factories.slot(section, "Второй доклад", starts=talk.ends, practice_id=consultant.id)
        factories.slot(section, "Третий доклад", starts=talk.ends + timedelta(hours=1), practice_id=club.id)
        factories.slot(section, "Отменённый", starts=talk.ends + timedelta(hours=2), cancelled=True)
        organiser = factories.organiser(forum.series)
    with writing():
        set_spread(consultant.id, [(factories.territory(factories.TULUN).id, "works", 1)])
    return {"forum": forum, "client": sign_in(organiser)}


def lines(client, language: str = "") -> list[str]:
    answer = client.get(language + PAPER)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return [paragraph.text.replace("\N{NO-BREAK SPACE}", " ") for paragraph in
            docx.Document(io.BytesIO(answer.data)).paragraphs]  # fmt: skip


def test_what_is_known_is_written_and_what_people_decide_stands_in_brackets(world):
    text = lines(world["client"])
    assert "РЕЗОЛЮЦИЯ" in text
    assert "– 3 выступления в программе;" in text
    assert "3 выступления, 1 спикер." in text
    assert "Показаны практики: «Домашний консультант», «Клуб „Мы рядом“»." in text
    [first, *_others] = [line for line in text if line.startswith("1.")]
    assert first.startswith("1. [Кому: муниципальным образованиям] Рассмотреть 2 практики форума (см. приложение)")
    assert sum(line.startswith("[") or "[" in line for line in text) >= 5
    assert "Примерова" not in "".join(text)
    assert "Отменённый" not in "".join(text)
    assert "Поздняя секция" not in text


def test_the_appendix_says_where_each_practice_works_and_links_what_may_be_read(world):
    text = lines(world["client"])
    appendix = text[text.index("Приложение. Практики форума") + 1 :]
    assert len(appendix) == 2
    assert appendix[0].startswith("1. «Домашний консультант»: ")
    assert "работает в 1 территории" in appendix[0]
    assert appendix[0].endswith("/practices/consultant")
    assert "/practices/" not in appendix[1]


def test_it_is_written_in_the_readers_language(world):
    assert "RESOLUTION" in lines(world["client"], "/en")


def test_without_talks_there_is_nothing_to_resolve_and_strangers_find_nothing(world, sign_in):
    with writing():
        stranger = factories.organiser(factories.series("other"))
    assert sign_in(stranger).get(PAPER).status_code == 404
    with writing():
        for slot in db.session.scalars(select(Slot)):
            slot.cancelled = True
    assert world["client"].get(PAPER).status_code == 404

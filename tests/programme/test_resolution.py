"""The draft of a forum's resolution."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta

import docx
import pytest
from sqlalchemy import select

from forum.models import Forum
from kernel.db import db
from kernel.transaction import writing
from practices.models import Admission, Practice
from practices.operations import set_spread
from programme.models import Appearance, Slot
from tests import factories
from tests.client import PageClient

PAPER = "/manage/forums/prosemyu-2027/resolution.docx"


@dataclass(frozen=True)
class Told:
    """A forum whose talks told of two practices, one of them unpublished; the first works in Tulun."""

    forum: Forum
    client: PageClient


@pytest.fixture
def told(app, sign_in) -> Told:
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
        set_spread(consultant, factories.territory(factories.TULUN), "works", 1)
    return Told(forum=forum, client=sign_in(organiser))


def paper(client, language: str = ""):
    answer = client.get(language + PAPER)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return docx.Document(io.BytesIO(answer.data))


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def lines(client, language: str = "") -> list[str]:
    return [plain(paragraph.text) for paragraph in paper(client, language).paragraphs]


def test_what_is_known_is_written_and_what_people_decide_stands_in_brackets(told):
    text = lines(told.client)
    assert "РЕЗОЛЮЦИЯ" in text
    assert "– выступлений — 3;" in text
    facts = text[text.index("Что состоялось") + 1 : text.index("Ранняя помощь")]
    assert [line[-1] for line in facts] == [*(";" * (len(facts) - 1)), "."]
    assert "3 выступления, 1 спикер." in text
    assert "Показаны практики: «Домашний консультант», «Клуб „Мы рядом“»." in text
    [first, *_others] = [line for line in text if line.startswith("1.")]
    assert first.startswith("1. [Кому: муниципальным образованиям] Рассмотреть 2 практики форума (см. приложение)")
    assert sum(line.startswith("[") or "[" in line for line in text) >= 5
    assert "Примерова" not in "".join(text)
    assert "Отменённый" not in "".join(text)
    assert "Поздняя секция" not in text


def test_the_appendix_says_where_each_practice_works_and_links_what_may_be_read(told):
    made = paper(told.client)
    [table] = made.tables
    rows = [[plain(cell.text) for cell in row.cells] for row in table.rows]
    assert rows[0] == ["№", "Практика", "Автор", "Территория", "Работает, территорий"]
    assert [(row[0], row[1], row[4]) for row in rows[1:]] == [
        ("1", "«Домашний консультант»", "1"),
        ("2", "«Клуб „Мы рядом“»", "–"),
    ]
    linked = [link.address for row in table.rows for link in row.cells[1].paragraphs[0].hyperlinks]
    assert [address.partition("/practices/")[2] for address in linked] == ["consultant"]
    text = lines(told.client)
    assert any("/practices/." in line for line in text[text.index("Приложение. Практики форума") :])


def test_marks_in_names_do_not_break_the_table(told):
    with writing():
        db.session.scalars(select(Practice)).first().name = "A | B [сюда](https://foreign.test)"
    [table] = paper(told.client).tables
    assert {len(row.cells) for row in table.rows} == {5}
    assert all(
        "foreign.test" not in link.address for row in table.rows for link in row.cells[1].paragraphs[0].hyperlinks
    )


def test_territories_are_told_of_by_their_whole_names(told):
    with writing():
        appearance = db.session.scalars(select(Appearance)).first()
        appearance.territory_id = factories.territory(factories.TAYSHET).id
    assert "Показан опыт территорий: Тайшетский муниципальный округ." in lines(told.client)


def test_the_paper_has_one_title_and_says_whose_and_when_it_is(told):
    for language, title, code in (("", "РЕЗОЛЮЦИЯ", "ru-RU"), ("/en", "RESOLUTION", "en-GB")):
        made = paper(told.client, language)
        assert [one.text for one in made.paragraphs if one.style.name == "Heading 1"] == [title]
        assert made.core_properties.comments == ""
        assert made.core_properties.created.year == 2027
        assert f'w:lang w:val="{code}"' in made.styles.element.xml
        assert not [one for one in made.part.package.rels.values() if one.reltype.endswith("/thumbnail")]


def test_it_is_written_in_the_readers_language(told):
    assert "RESOLUTION" in lines(told.client, "/en")


def test_without_talks_there_is_nothing_to_resolve_and_strangers_find_nothing(told, sign_in):
    with writing():
        stranger = factories.organiser(factories.series("other"))
    assert sign_in(stranger).get(PAPER).status_code == 404
    with writing():
        for slot in db.session.scalars(select(Slot)):
            slot.cancelled = True
    assert told.client.get(PAPER).status_code == 404

"""The organiser's list of the programme: search and sections, kept in the address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from kernel.transaction import writing
from tests import factories

pytestmark = pytest.mark.differs

LIST = "/manage/forums/prosemyu-2027/programme"


@pytest.fixture
def desk(app, sign_in):
    with writing():
        forum = factories.forum()
        early = factories.section(forum)
        young = factories.section(forum, "young", "Молодые семьи", position=1)
        factories.section(forum, "empty", "Пустая секция", position=2)
        talk = factories.slot(early)
        factories.appearance(talk, factories.speaker(forum.series, "Ёлкина Анна Сергеевна"))
        factories.slot(early, "Скидка 50% семьям", starts=talk.ends, cancelled=True)
        factories.slot(young, "Семейный клуб", starts=talk.ends + timedelta(hours=1))
        stranger = factories.section(factories.forum("other-2027", factories.series("other")), "elsewhere")
        factories.slot(stranger, "Чужой доклад")
        organiser = factories.organiser(forum.series)
    return sign_in(organiser)


def titles(client, query=""):
    page = client.get(LIST + query).get_data(as_text=True).replace("\u00a0", " ")
    return re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Домашний консультант", "Скидка 50% семьям", "Семейный клуб"]),
        ("?section=early-help", ["Домашний консультант", "Скидка 50% семьям"]),
        ("?section=young", ["Семейный клуб"]),
        ("?section=elsewhere", ["Домашний консультант", "Скидка 50% семьям", "Семейный клуб"]),
        ("?section=early-help&sort=-time", ["Скидка 50% семьям", "Домашний консультант"]),
        ("?q=КЛУБ", ["Семейный клуб"]),
        ("?q=елкина", ["Домашний консультант"]),
        ("?q=50%25", ["Скидка 50% семьям"]),
        ("?q=клуб&section=early-help", []),
        ("?section=young&without=speakers", ["Семейный клуб"]),
        ("?section=early-help&without=speakers", []),
    ],
)
def test_items_are_found_by_title_speaker_and_section(desk, query, found):
    assert titles(desk, query) == found


def test_the_choice_tells_how_many_items_each_section_holds(desk):
    page = desk.get(f"{LIST}?section=young&without=practice").get_data(as_text=True)
    options = re.findall(r'<option value="([\w-]*)"( selected)?>(.*?)</option>', page)
    assert [(value, bool(chosen), label) for value, chosen, label in options] == [
        ("", False, "все секции (3)"),
        ("early-help", False, "Ранняя помощь (2)"),
        ("young", True, "Молодые семьи (1)"),
        ("empty", False, "Пустая секция (0)"),
    ]
    assert '<input type="hidden" name="without" value="practice">' in page
    assert f'href="{LIST}?without=practice"' in page


def test_an_item_added_from_a_section_begins_in_it(desk):
    page = desk.get(f"{LIST}?section=young").get_data(as_text=True)
    assert f'href="{LIST}/slots/new?section=young"' in page


def test_nothing_found_leads_back_to_everything(desk):
    page = desk.get(f"{LIST}?q=нетакого").get_data(as_text=True)
    assert "Ничего не нашлось" in page
    assert f'href="{LIST}"><span>Показать всю программу' in page

"""«Площадка» as a column: «Зал 1» of two venues are two halls."""

from __future__ import annotations

import pytest

from kernel.i18n import speaking
from kernel.transaction import writing
from programme import operations
from programme.importing import importer
from tests import factories
from tests.programme.test_import import slots

HEAD = "Дата;Начало;Окончание;Секция;Площадка;Зал;Название"
ROWS = [
    "22.04.2027;10:00;10:20;Отцы;Дворец культуры;Зал 1;Папин клуб",
    "22.04.2027;10:00;10:20;Село;Библиотека;Зал 1;Автобус",
]


@pytest.fixture
def forum(app):
    with writing():
        return factories.forum()


def bring(forum, *rows, head=HEAD):
    with speaking("ru"), writing():
        plan = importer.plan(forum, "p.csv", "\n".join([head, *rows]).encode())
        operations.carry_out(plan, forum, by=None)
    return plan


def halls():
    return [(slot.hall.venue.name, slot.hall.name) for slot in slots()]


def test_a_room_of_one_name_at_two_venues_is_two_rooms(forum):
    plan = bring(forum, *ROWS)
    assert [row.doubts for row in plan.rows] == [[], []]
    assert [text for text in plan.creates if "площадка" in text] == [
        "площадка «Дворец культуры»",
        "площадка «Библиотека»",
    ]
    assert sorted(halls()) == [("Библиотека", "Зал 1"), ("Дворец культуры", "Зал 1")]
    assert bring(forum, *ROWS).summary() == "created 0, changed 0, skipped 2, errors 0"
    assert len({slot.hall.id for slot in slots()}) == 2


def test_the_download_comes_back_as_it_is(forum):
    bring(forum, *ROWS)
    with speaking("ru"):
        plan = importer.plan(forum, "programme.xlsx", importer.workbook(forum))
    assert plan.summary() == "created 0, changed 0, skipped 2, errors 0"


def test_a_talk_moves_to_the_hall_of_the_same_name_elsewhere(forum):
    bring(forum, *ROWS)
    plan = bring(forum, ROWS[0].replace("Дворец культуры", "Школа"))
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in plan.rows[0].messages] == [
        "зал: Зал 1, Дворец культуры → Зал 1, Школа"
    ]
    assert sorted(halls()) == [("Библиотека", "Зал 1"), ("Школа", "Зал 1")]


def test_a_site_alone_is_a_section_as_before(forum):
    bring(forum, "22.04.2027;10:00;10:20;Отцы;Зал 1;Папин клуб", head="Дата;Начало;Окончание;Площадка;Зал;Название")
    assert [slot.section.name for slot in slots()] == ["Отцы"]


def test_a_site_whose_cells_are_buildings_is_a_venue(forum):
    head = "Дата;Начало;Окончание;Площадка;Зал;Название"
    bring(forum, "22.04.2027;10:00;10:20;Дворец культуры;Зал 1;Папин клуб", head=head)
    assert [(slot.section.name, slot.hall.venue.name) for slot in slots()] == [("Общая программа", "Дворец культуры")]

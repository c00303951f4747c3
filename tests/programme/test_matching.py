"""A row of a workbook is found again by what it says, never by where it stands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from kernel.db import db
from kernel.documents.sheets import Column, csv_bytes, read_table, xlsx
from kernel.i18n import speaking
from kernel.transaction import writing
from programme import operations
from programme.importing import importer
from programme.models import Slot
from speakers.models import Speaker
from tests import factories

CASES = Path(__file__).parent.parent / "cases"
DAY = "2027-05-20"


@pytest.fixture
def forum(app):
    day = datetime.fromisoformat(DAY).date()
    with writing():
        return factories.forum(date_start=day, date_end=day)


def load(forum, name: str, body: bytes | None = None, *, sure: bool = True) -> str:
    with speaking("ru"), writing():
        plan = importer.plan(forum, name, (CASES / name).read_bytes() if body is None else body)
        if not sure:
            plan.leave_doubts()
        operations.carry_out(plan, forum, by=None)
    return plan.summary()


def download(forum) -> str:
    with speaking("ru"):
        return load(forum, "own.xlsx", importer.workbook(forum))


def slots():
    return list(db.session.scalars(select(Slot).order_by(Slot.starts, Slot.id)))


def codes() -> dict[str, str]:
    return {slot.title: slot.code for slot in slots()}


@pytest.mark.parametrize("name", ["02-two-breaks-load-twice.csv", "04-numbers-c-restart-per-section.csv"])
def test_a_file_loaded_twice_changes_nothing(forum, name):
    created = load(forum, name)
    assert created.endswith("changed 0, skipped 0, errors 0")
    number = len(slots())
    assert load(forum, name) == f"created 0, changed 0, skipped {number}, errors 0"
    assert download(forum) == f"created 0, changed 0, skipped {number}, errors 0"


def test_two_breaks_of_one_title_that_move_stay_two(forum):
    name = "02-two-breaks-load-twice.csv"
    load(forum, name)
    before = [slot.code for slot in slots()]
    moved = (
        (CASES / name).read_text("utf-8").replace("11:00;11:15", "11:05;11:15").replace("12:00;12:15", "12:05;12:15")
    )
    assert load(forum, name, moved.encode()) == "created 0, changed 2, skipped 3, errors 0"
    assert [slot.code for slot in slots()] == before


def test_a_row_inserted_on_top_takes_nobodys_address(forum):
    load(forum, "04-numbers-a-load-first.csv")
    before = codes()
    assert load(forum, "04-numbers-b-row-inserted-on-top.csv") == "created 1, changed 0, skipped 3, errors 0"
    after = codes()
    assert {title: after[title] for title in before} == before
    assert after["Приветствие"] not in before.values()


def test_an_id_that_says_another_title_and_time_is_not_believed(forum):
    head = "ID;Дата;Начало;Окончание;Секция;Название\n"
    load(forum, "a.csv", (head + "1;20.05.2027;10:00;10:20;Пленарная;Няня на час\n").encode())
    other = head + "1;20.05.2027;09:40;10:00;Пленарная;Приветствие\n2;20.05.2027;10:00;10:20;Пленарная;Няня на час\n"
    was = codes()
    assert load(forum, "a.csv", other.encode()).startswith("created 1, changed 0")
    assert codes()["Няня на час"] == was["Няня на час"]
    assert {slot.title: slot.source_id for slot in slots()} == {"Няня на час": "1", "Приветствие": None}


def test_an_id_with_another_title_at_the_same_time_is_believed(forum):
    head = "ID;Дата;Начало;Окончание;Секция;Название\n"
    load(forum, "a.csv", (head + "1;20.05.2027;10:00;10:20;Пленарная;Няня на час\n").encode())
    renamed = head + "1;20.05.2027;10:00;10:20;Пленарная;Няня на день\n"
    assert load(forum, "a.csv", renamed.encode()) == "created 0, changed 1, skipped 0, errors 0"


def test_our_own_download_after_an_item_was_added_by_hand(forum):
    load(forum, "03-load-then-add-one-by-hand-then-load-own-download.csv")
    with writing():
        known = operations.hold_programme(forum)
        item = _by_hand(forum, known)
        operations.add_slot(forum, item, known, by=None)
    assert download(forum) == "created 0, changed 0, skipped 4, errors 0"


def _by_hand(forum, known):
    from programme.items import Item
    from programme.models import SlotKind, TalkFormat

    at = [datetime.fromisoformat(f"{DAY}T{clock}") for clock in ("11:00", "11:20")]
    section = known.all_sections[0]
    return Item(
        0, "", section.name, "", SlotKind.talk, TalkFormat.in_person, "Руками", *at, [], None, chosen_section=section
    )


def test_an_exhibition_and_a_break_share_a_foyer(forum):
    name = "10-foyer-exhibition-and-break.csv"
    assert load(forum, name, sure=False) == "created 1, changed 0, skipped 2, errors 0"
    assert load(forum, name) == "created 2, changed 0, skipped 1, errors 0"
    assert load(forum, name, sure=False) == "created 0, changed 0, skipped 3, errors 0"


def test_two_people_of_one_name_from_two_places_are_two(forum):
    name = "10-namesakes.csv"
    assert load(forum, name, sure=False) == "created 1, changed 0, skipped 1, errors 0"
    assert load(forum, name).startswith("created 1")
    people = list(db.session.scalars(select(Speaker)))
    assert [person.name for person in people] == ["Тёзкина Мария Ивановна"] * 2
    assert {a.speaker_id for slot in slots() for a in slot.appearances} == {person.id for person in people}
    assert load(forum, name, sure=False) == "created 0, changed 0, skipped 2, errors 0"
    assert download(forum) == "created 0, changed 0, skipped 2, errors 0"


def test_a_guard_against_formulas_does_not_become_data(app):
    body = (CASES / "05-own-download-with-apostrophes.xlsx").read_bytes()
    with speaking("ru"):
        table = read_table("own.xlsx", body, {"title": ("Название",)}, ("title",))
    assert [values["title"] for _number, values in table.rows[-3:]] == [
        "+1 к семье: как мы ждали двойню",
        "– Мама, я сам!",
        "@родители: чат для района",
    ]


@pytest.mark.parametrize("text", ["+1", "'+1", "''=1", "'ладно", "- нет", "=", "'", "@", "просто"])
def test_every_text_comes_back_from_a_download_as_it_was(app, text):
    for name, body in (("a.xlsx", xlsx("Л", [Column("Название")], [[text]])), ("a.csv", _csv(text))):
        table = read_table(name, body, {"title": ("Название",)}, ("title",))
        assert table.rows == [(2, {"title": text})]


def _csv(text: str) -> bytes:
    return csv_bytes([Column("Название"), Column("Ещё")], [[text, "1"]])

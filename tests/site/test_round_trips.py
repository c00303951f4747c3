"""Every table that has an export and an import: what the product gives out, it takes back with nothing changed."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from forum.models import Format, Room, Venue
from kernel.db import db
from kernel.i18n import speaking
from kernel.transaction import writing
from practices import importer as practices
from practices.exports import workbook as practices_workbook
from practices.models import Admission, Practice
from programme import operations as programme_operations
from programme.importing import importer as programme
from programme.models import Appearance, SlotKind, TalkFormat
from registrations import operations as registrations
from registrations.desk import exports as participants_exports
from registrations.desk import importer as participants
from registrations.desk import operations
from registrations.desk.queries import Narrowing
from territories import importer as territories
from territories import queries as territory_queries
from tests import factories
from tests.registrations.conftest import enrol

LANGUAGES = pytest.mark.parametrize("language", ["ru", "en"])
GUARDED = ["+1 к семье", "'+1 к семье", "=СУММА(А1)", "-20 % тревоги", "@семья", "'кавычка", "''=2"]
"""Texts that a spreadsheet would read as formulas, texts that look guarded already, and a plain apostrophe."""


def grid(body: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


def unlike(plan) -> dict[str, list[str]]:
    """What would be other than as before, with the words for it; doubts are for what would come in."""
    told = {row.title: [row.verdict.value, *row.messages, *row.doubts] for row in plan.rows}
    return {title: said for title, said in told.items() if said != ["same"]}


def untouched(plan, number: int) -> None:
    """All `number` rows are as before, and nothing is asked."""
    assert unlike(plan) == {}
    assert plan.summary() == f"created 0, changed 0, skipped {number}, errors 0"
    assert (plan.creates, plan.absent, plan.notes) == ([], [], [])


@pytest.fixture
def forum(app):
    with writing():
        return factories.forum(places=2)


def _programme(forum) -> int:
    """A programme of everything that is hard to tell again."""
    day = datetime.combine(forum.date_start, datetime.min.time())
    hall, foyer = factories.room(forum), factories.room(forum, "Фойе")
    house = Venue(forum_id=forum.id, name="Второй дом", address="ул. Пробная, 2")
    db.session.add(house)
    db.session.flush()
    other_house = Room(venue_id=house.id, name="Зал 1", seats=20)
    db.session.add(other_house)
    db.session.flush()
    plenary = factories.section(forum, "plenary", "Пленарная; открытие", short_name="Пленум", room_id=hall.id)
    early = factories.section(forum, "early", "Ранняя помощь", room_id=other_house.id)
    twin, chosen = (
        factories.practice("Няня на час", territory_id=factories.territory(o).id)
        for o in (factories.TULUN, factories.TAYSHET)
    )
    gone = factories.practice("Школа отцов", admission=Admission.archived)
    assert twin.id != chosen.id
    breaks = [factories.slot(plenary, "Кофе-брейк", day.replace(hour=h), kind=SlotKind.break_) for h in (11, 12, 15)]
    breaks.append(factories.slot(early, "Кофе-брейк", day.replace(hour=11), kind=SlotKind.break_, room_id=foyer.id))
    breaks.append(
        factories.slot(
            early, "Выставка", day.replace(hour=10), ends=day.replace(hour=17), room_id=foyer.id, kind=SlotKind.film
        )
    )
    talks = [factories.slot(plenary, title, day.replace(hour=9, minute=5 * at)) for at, title in enumerate(GUARDED)]
    for talk in talks:
        talk.ends = talk.starts.replace(minute=talk.starts.minute + 5)
    second = factories.slot(early, "Второй дом", day.replace(hour=13), room_id=other_house.id, practice_id=chosen.id)
    archived = factories.slot(early, "Архив", day.replace(hour=14), practice_id=gone.id, format=TalkFormat.recorded)
    anna = factories.speaker(forum.series, "Тёзкина Мария Ивановна")
    same = factories.speaker(forum.series, "王小明", agreed=False)
    place = factories.territory(factories.TULUN).id
    for talk, who, values in (
        (second, anna, {"position": "врач; педиатр", "organisation_name": "Центр «Мама; папа»", "territory_id": place}),
        (second, same, {"order_number": 1}),
        (archived, anna, {"organisation_name": "=Центр"}),
    ):
        db.session.add(Appearance(slot_id=talk.id, speaker_id=who.id, **values))
    dropped = factories.slot(early, "Отменено", day.replace(hour=16))
    dropped.cancelled = True
    db.session.flush()
    return len([*breaks, *talks, second, archived])


@LANGUAGES
def test_programme(forum, language):
    with writing():
        number = _programme(forum)
    with speaking(language):
        first = programme.workbook(forum)
        plan = programme.plan(forum, "programme.xlsx", first)
        untouched(plan, number)
        with writing():
            programme_operations.carry_out(plan, forum, by=None)
        db.session.expire_all()
        assert grid(programme.workbook(forum)) == grid(first)


def test_programme_with_namesakes_and_an_item_by_hand(forum):
    head = "Дата;Начало;Окончание;Секция;Зал;Название;Спикер;Муниципалитет"
    rows = [
        "22.04.2027;10:00;10:20;А;Зал 1;Раз;Тёзкина Мария;Тулун",
        "22.04.2027;10:00;10:20;Б;Зал 2;Два;Тёзкина Мария;Зима",
        "22.04.2027;11:00;11:20;Б;Зал 2;Три;Тезкина Мария;Зима",
    ]
    with speaking("ru"):
        table = programme.read("p.csv", "\n".join([head, *rows]).encode(), forum)
        with writing():
            programme_operations.carry_out(programme.plan_table(forum, table), forum, by=None)
        untouched(programme.plan_table(forum, table), 3)
        with writing():
            known = programme_operations.hold_programme(forum)
            item = _by_hand(known, forum)
            programme_operations.add_slot(forum, item, known, by=None)
        db.session.expire_all()
        untouched(programme.plan(forum, "p.xlsx", programme.workbook(forum)), 4)


def _by_hand(known, forum):
    from programme.items import Item

    at = datetime.combine(forum.date_start, datetime.min.time()).replace(hour=12)
    section = known.all_sections[0]
    return Item(
        0,
        "",
        section.name,
        "",
        SlotKind.talk,
        TalkFormat.in_person,
        "От руки",
        at,
        at.replace(hour=13),
        [],
        None,
        chosen_section=section,
    )


def _participants_sections(forum) -> None:
    factories.section(forum, "early", "Ранняя помощь", short_name="Ранняя")
    factories.section(forum, "comma", "Дом, семья и школа", position=1)
    db.session.refresh(forum)


def _participants(forum) -> None:
    early, comma = forum.sections
    wide = {"organisation": "=Центр", "position": "+7 914 000-00-00"}
    enrol(forum, "Примерова Анна", email="a@example.org", section_ids=(early.id, comma.id), **wide)
    enrol(forum, "Сухарто", email="b@example.org", format=Format.remote)
    enrol(forum, "王小明", email="c@example.org")
    gone = enrol(forum, "Ушедшая Ева", email="d@example.org")
    with writing():
        registrations.cancel(gone)
    enrol(forum, "Ждущий Пётр", email="e@example.org")
    enrol(forum, "Вторая Вера", email="e@example.org")


@LANGUAGES
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_participants(forum, language, kind):
    with writing():
        _participants_sections(forum)
    _participants(forum)
    with speaking(language):
        first = getattr(participants_exports, kind)(forum, Narrowing())
        plan = participants.plan(forum, (f"list.{kind}", first))
        assert unlike(plan) == {}
        with writing():
            operations.carry_out(plan, forum, None, False)
        db.session.expire_all()
        assert _rows(kind, getattr(participants_exports, kind)(forum, Narrowing())) == _rows(kind, first)


@LANGUAGES
def test_participants_of_one_forum_come_to_another(forum, language):
    """Who gave the place back is not brought in elsewhere as somebody who comes."""
    with writing():
        _participants_sections(forum)
    _participants(forum)
    with writing():
        other = factories.forum("repeat", forum.series, places=2)
        _participants_sections(other)
    with speaking(language):
        first = participants_exports.xlsx(forum, Narrowing())
        plan = participants.plan(other, ("list.xlsx", first))
        assert plan.errors == 0
        with writing():
            operations.carry_out(plan, other, None, False)
        db.session.expire_all()
        came, again = grid(first), grid(participants_exports.xlsx(other, Narrowing()))
    kept = [0, 1, 3, 5, 6, 7, 8]  # places are given anew, and how and when they were registered is another story
    assert [[row[at] for at in kept] for row in again] == [
        [row[at] for at in kept] for row in came if row[0] != "Ушедшая Ева"
    ]


def _rows(kind: str, body: bytes) -> object:
    return grid(body) if kind == "xlsx" else body


def test_practices(app):
    with writing():
        owner = factories.organisation("МБОУ «Школа № 1»")
        factories.practice("Няня на час", source_id="1", territory_id=factories.territory(factories.TULUN).id)
        factories.practice(
            "Няня на час",
            source_id="2",
            territory_id=factories.territory(factories.TAYSHET).id,
            organisation_id=owner.id,
            ages=["0–3", "3–7"],
            core=["раз; два", "=три", "+четыре"],
        )
        for text in GUARDED:
            factories.practice(f"{text} практика", effect=text, contact_phone="+7 914 000-00-00", problem=text)
        factories.practice("Черновик", admission=Admission.draft, effect="", sphere=None)
    for language in ("ru", "en"):
        with speaking(language):
            first = practices_workbook(select(Practice))
            plan = practices.plan("practices.xlsx", first)
            untouched(plan, 3 + len(GUARDED))
            with writing():
                practices.carry_out(plan, by=None)
            db.session.expire_all()
            assert grid(practices_workbook(select(Practice))) == grid(first)


@LANGUAGES
def test_territories(app, language):
    everything = territory_queries.named_statement("")
    with speaking(language):
        first = territories.export(territory_queries.exported(everything))
        plan = territories.plan(territories.read("t.xlsx", first))
        untouched(plan, len(grid(first)) - 1)

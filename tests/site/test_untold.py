"""A column that a file does not have says nothing: what stands here stays."""

from __future__ import annotations

from datetime import datetime

import pytest

from accounts.enums import OrganisationKind, Sphere
from accounts.queries import organisations_there
from forum.models import Format
from kernel.db import db
from kernel.documents.sheets import Column, xlsx
from kernel.transaction import writing
from practices import importer as practices
from practices import organisations
from programme import operations
from programme.importing import importer as programme
from programme.models import SlotKind, TalkFormat
from registrations.desk import importer as participants
from registrations.desk import operations as desk
from tests import factories
from tests.registrations.conftest import enrol

SAME = "created 0, changed 0, skipped 1, errors 0"


def book(*rows):
    """A workbook of rows given as dictionaries by heading."""
    heads = list(rows[0])
    return xlsx("1", [Column(head, 12) for head in heads], [[row[head] for head in heads] for row in rows])


def told(plan):
    return plan.summary(), [text for row in plan.rows for text in row.messages]


@pytest.fixture
def talk(app):
    """A film shown from a recording by somebody with a position, in a room of its own, of a practice."""
    with writing():
        forum = factories.forum()
        factories.room(forum)
        section = factories.section(forum)
        practice = factories.practice("Няня на час")
        columns = {"kind": SlotKind.film, "format": TalkFormat.recorded, "room_id": factories.room(forum, "Фойе").id}
        made = factories.slot(section, "Няня", practice_id=practice.id, **columns)
        speaker = factories.speaker(forum.series, position="врач")
        place = factories.territory(factories.TULUN).id
        factories.appearance(made, speaker, organisation_name="Центр", territory_id=place)
        db.session.expire_all()
    return made


ROW = {"Начало": "10:00", "Окончание": "10:20", "Секция": "Ранняя помощь", "Название": "Няня"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"Спикер": "Примерова Анна Сергеевна"},
        {"Спикер": "Примерова Анна Сергеевна", "Должность": "врач"},
        {"Вид": "", "Формат": ""},
        {"Зал": "Фойе", "Практика": "Няня на час"},
    ],
    ids=["bare", "speaker", "position", "kind", "room"],
)
def test_a_programme_without_a_column(talk, more):
    assert told(programme.plan(talk.forum, "p.xlsx", book(ROW | more))) == (SAME, [])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"Спикер": ""}, "спикеры: Примерова Анна Сергеевна, врач, Центр, город Тулун → —"),
        ({"Практика": ""}, "практика: Няня на час → —"),
        ({"Зал": ""}, "зал: Фойе → —"),
    ],
)
def test_an_empty_cell_of_a_column_empties(talk, more, words):
    plan = programme.plan(talk.forum, "p.xlsx", book(ROW | more))
    assert told(plan) == ("created 0, changed 1, skipped 0, errors 0", [words])


def test_what_is_moved_by_such_a_file_keeps_the_rest(talk):
    with writing():
        plan = programme.plan(talk.forum, "p.xlsx", book(ROW | {"Начало": "11:00", "Окончание": "11:20"}))
        operations.carry_out(plan, talk.forum, by=None)
    db.session.expire_all()
    assert (talk.starts, talk.kind, talk.format) == (datetime(2027, 4, 22, 11), SlotKind.film, TalkFormat.recorded)
    assert (talk.room.name, talk.practice.name) == ("Фойе", "Няня на час")
    [speaks] = talk.appearances
    assert (speaks.position, speaks.organisation_name, speaks.territory.oktmo) == ("врач", "Центр", factories.TULUN)


@pytest.mark.parametrize("more", [{}, {"Формат": ""}], ids=["no-column", "empty"])
def test_a_list_of_participants_without_the_format(app, more):
    with writing():
        forum = factories.forum()
    person = enrol(forum, format=Format.remote)
    row = {"ФИО": person.name, "Email": person.email} | more
    assert told(participants.plan(forum, ("p.xlsx", book(row)))) == (SAME, [])
    with writing():
        changed = participants.plan(forum, ("p.xlsx", book(row | {"Должность": "директор"})))
        desk.carry_out(changed, forum, None, letters=False)
    db.session.expire_all()
    assert (person.format, person.position) == (Format.remote, "директор")


def test_organisations(app):
    with writing():
        made = factories.organisation("Центр помощи", short_name="ЦП", demo=True)
    row = {"Название": "Центр помощи", "ОКТМО": factories.TAYSHET}
    assert told(organisations.plan("o.xlsx", book(row))) == (SAME, [])
    assert told(organisations.plan("o.xlsx", book(row | {"Вид": "", "Сфера": ""}))) == (SAME, [])
    other = organisations.plan("o.xlsx", book(row | {"Краткое название": ""}))
    assert told(other) == ("created 0, changed 1, skipped 0, errors 0", ["Краткое название"])
    with writing():
        organisations.carry_out(organisations.plan("o.xlsx", book(row | {"Название": "Новый дом"})), by=None)
        new = organisations_there("Новый дом", made.territory_id)[0]
    assert (new.kind, new.sphere, new.demo) == (OrganisationKind.other, Sphere.social, False)


def test_resources_of_a_practice_of_kinds_without_a_column(app):
    there = [{"kind": kind, "need": "core", "text": kind} for kind in ("people", "processes", "tools")]
    with writing():
        factories.practice("Няня на час", resources=there, territory_id=factories.territory(factories.TAYSHET).id)
    row = {"Название": "Няня на час", "ОКТМО": factories.TAYSHET}
    assert told(practices.plan("p.xlsx", book(row | {"Люди": "нужно | people"}))) == (SAME, [])

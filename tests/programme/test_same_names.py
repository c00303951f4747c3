"""Organisations, practices, sections and rooms of one name, in a programme."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forum.models import Room, Venue
from kernel.db import db
from kernel.transaction import writing
from programme.models import Appearance
from tests import factories
from tests.programme.test_import import GOOD, forum, load, slots

pytestmark = pytest.mark.differs

__all__ = ["forum"]
FROM_TULUN = GOOD[0].replace("Центр,Тулун", "Центр помощи семье,Тулун")


def test_a_speakers_organisation_is_that_of_the_own_municipality(forum):
    with writing():
        tulun = factories.organisation("Центр помощи семье", factories.TULUN)
        factories.organisation("Центр помощи семье", factories.KUYTUN)
    load(forum, FROM_TULUN, FROM_TULUN.replace("1,", "2,", 1).replace("10:15", "10:45").replace("10:00", "10:30"))
    assert set(db.session.scalars(select(Appearance.organisation_id))) == {tulun.id}


def test_of_several_organisations_elsewhere_none_is_taken(forum):
    with writing():
        for oktmo in (factories.TAYSHET, factories.KUYTUN):
            factories.organisation("Центр помощи семье", oktmo)
    load(forum, FROM_TULUN)
    found = db.session.scalars(select(Appearance)).one()
    assert (found.organisation_id, found.organisation_name) == (None, "Центр помощи семье")


def test_of_several_practices_the_speakers_own_or_none(forum):
    with writing():
        own = factories.practice("Клуб отцов", territory_id=factories.territory(factories.TULUN).id)
        other = factories.practice("Клуб отцов")
    row = FROM_TULUN + "Клуб отцов"
    assert load(forum, row).rows[0].warnings == []
    assert slots()[0].practice_id == own.id
    elsewhere = row.replace(",Тулун,", ",Братск,")
    assert load(forum, elsewhere).rows[0].warnings == []  # it is about one of them already
    assert slots()[0].practice_id == own.id
    plan = load(forum, *GOOD[2:], elsewhere.replace("1,", "9,", 1).replace("Первый", "Другой").replace("10:", "12:"))
    assert [row.warnings for row in plan.rows][1][0].startswith("Практик с\xa0названием «Клуб отцов» несколько")
    assert other.id not in {slot.practice_id for slot in slots()}


def test_a_full_name_of_a_section_goes_before_anothers_short_one(forum):
    with writing():
        factories.section(forum, "whole", name="Ранняя помощь")
        factories.section(forum, "other", name="Ранняя помощь детям с инвалидностью", short_name="Ранняя помощь")
    load(forum, *GOOD)
    assert {slot.section.slug for slot in slots()} == {"whole"}


def test_rooms_of_one_name_in_two_venues_are_two_in_the_file(forum, client):
    with writing():
        first = factories.room(forum)
        venue = Venue(forum_id=forum.id, name="Второй дом")
        db.session.add(venue)
        db.session.flush()
        second = Room(venue_id=venue.id, name=first.name)
        third = Room(venue_id=venue.id, name="Зал № 2")
        fourth = Room(venue_id=venue.id, name="Зал 2")
        db.session.add_all([second, third, fourth])
        section = factories.section(forum)
        for room in (first, second, third, fourth):
            factories.slot(section, room.name, room_id=None).room = room
    conference = client.get(f"/forums/{forum.slug}/programme.json").get_json()["schedule"]["conference"]
    rooms = {room["name"]: room for room in conference["rooms"]}
    assert set(rooms) == {"Зал 1, Дом проверок", "Зал 1, Второй дом", "Зал № 2", "Зал 2"}
    assert len({room["guid"] for room in rooms.values()}) == 4
    assert len({room["slug"] for room in rooms.values()}) == 4
    told = conference["days"][0]["rooms"]
    assert {name: [event["room"] for event in events] for name, events in told.items()} == {n: [n] for n in rooms}


def test_a_sign_tells_two_rooms_and_two_sections_apart(forum):
    with writing():
        for name in ("Семья", "Семья+"):
            factories.section(forum, name, name=name)
    rows = [GOOD[0].replace("Зал 1", "Зал А"), GOOD[1].replace("Зал 1", "Зал А+")]
    load(forum, *(row.replace("Ранняя помощь", name) for row, name in zip(rows, ("Семья", "Семья+"), strict=True)))
    assert [(slot.room.name, slot.section.name) for slot in slots()] == [("Зал А", "Семья"), ("Зал А+", "Семья+")]

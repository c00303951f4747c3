"""Rooms and sections pasted as lists: shown line by line, added in one go, never twice."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from activity.models import Entry
from forum.models import Room, Section, Venue
from forum.pasting import NewRoom, _room, _section
from kernel.db import db
from kernel.transaction import writing
from tests import factories

DESK = "/manage/forums/prosemyu-2027"
LINES = f"{DESK}/places/lines"
ROOMS = "1. Зал 1 — 80 мест\nЗал 2\t2 этаж\t60\n\n• зал 2\nЗал 3\t\t\n"
SECTIONS = "Ранняя помощь — Зал 1\nСемья — наше всё — зал 2\nОтцы и дети\n"


@pytest.fixture
def organised(app):
    with writing():
        made = factories.forum()
        factories.room(made, "Зал 1")
        return made, factories.organiser(made.series)


@pytest.mark.parametrize(
    ("line", "room"),
    [
        ("Зал 1", NewRoom("Зал 1")),
        ("Зал 1 — 80 мест", NewRoom("Зал 1", "", 80)),
        ("Актовый зал, 3 этаж, 1 200 мест", NewRoom("Актовый зал", "3 этаж", 1200)),
        ("Актовый зал (80 мест)", NewRoom("Актовый зал", "", 80)),
        ("Зал – 2 этаж – 45", NewRoom("Зал", "2 этаж", 45)),
        ("Корпус 1, 204", NewRoom("Корпус 1, 204")),
        ("Зал «Байкал» — синий", NewRoom("Зал «Байкал» — синий")),
    ],
)
def test_what_stands_behind_a_name_is_told_by_what_it_says(line, room):
    assert _room(line) == room


def test_only_a_room_there_is_is_taken_off_a_section(app):
    assert _section("Семья — наше всё — зал 1", {"зал 1": "Зал 1"}) == ("Семья — наше всё", "Зал 1")
    assert _section("Семья — наше всё", {"зал 1": "Зал 1"}) == ("Семья — наше всё", "")


def test_lists_are_shown_first_and_come_in_once(organised, sign_in):
    forum, organiser = organised
    client = sign_in(organiser)
    venue = db.session.scalars(select(Venue)).one().name
    typed = {"venue": venue.upper(), "rooms": ROOMS, "sections": SECTIONS}
    shown = client.submit(LINES, typed).get_data(as_text=True)
    assert names(Room) == ["Зал 1"]
    sure = re.search(r'name="add" value="(\w+)"', shown)[1]
    for _press in range(2):
        assert client.submit(LINES, typed | {"add": sure}).status_code in (302, 422)
    assert names(Room) == ["Зал 1", "Зал 2", "Зал 3"]
    assert names(Section) == ["Ранняя помощь", "Семья — наше всё", "Отцы и дети"]
    halls = {section.name: section.room.name if section.room else "" for section in db.session.scalars(select(Section))}
    assert halls == {"Ранняя помощь": "Зал 1", "Семья — наше всё": "Зал 2", "Отцы и дети": ""}
    [second] = db.session.scalars(select(Room).where(Room.name == "Зал 2"))
    assert (second.seats, second.floor, second.venue.name) == (60, "2 этаж", venue)
    acts = list(db.session.scalars(select(Entry.action).where(Entry.actor_name == organiser.name)))
    assert (acts.count("room.added"), acts.count("section.added")) == (2, 3)


def test_what_was_not_shown_is_not_added(organised, sign_in):
    client = sign_in(organised[1])
    shown = client.submit(LINES, {"venue": "Новый корпус", "rooms": "Зал А", "sections": ""}).get_data(as_text=True)
    assert "Площадка «Новый корпус»" in shown.replace("\N{NO-BREAK SPACE}", " ")
    sure = re.search(r'name="add" value="(\w+)"', shown)[1]
    other = client.submit(LINES, {"venue": "Новый корпус", "rooms": "Зал Б", "sections": "", "add": sure})
    assert other.status_code == 422
    assert names(Room) == ["Зал 1"]
    assert client.submit(LINES, {"venue": "Новый корпус", "rooms": "Зал А", "add": sure}).status_code == 302
    assert names(Venue)[-1] == "Новый корпус"


def test_faults_are_said_at_their_lines_and_nothing_comes_in(organised, sign_in):
    client = sign_in(organised[1])
    assert client.submit(LINES, {"venue": "", "rooms": "Зал 5"}).status_code == 422
    rooms = "Зал 5\n" + "я" * 121 + "\nЗал 7 — 999999 мест"
    text = client.submit(LINES, {"venue": "Дом", "rooms": rooms}).get_data(as_text=True)
    assert text.count("длиннее 120") + text.count("Столько мест") == 2
    assert 'name="add"' not in text
    many = "\n".join(f"Секция {number}" for number in range(201))
    assert "Читаются только первые 200" in client.submit(LINES, {"sections": many}).get_data(as_text=True)
    assert client.submit(LINES, {"sections": "Отцы", "add": "x"}).status_code == 422
    assert names(Section) == []


def test_organisers_of_others_have_no_such_page(organised, sign_in):
    with writing():
        stranger = factories.organiser(factories.series("other"))
    client = sign_in(stranger)
    assert client.get(LINES).status_code == 404
    token = {"csrf_token": client.token("/manage/forums"), "sections": "Отцы"}
    assert client.post(LINES, data=token).status_code == 404


def test_save_and_add_another_opens_the_next_form(organised, sign_in):
    client = sign_in(organised[1])
    venue = db.session.scalars(select(Venue.id)).first()
    room = {"venue": str(venue), "name": "Зал 2", "again": "1"}
    there = client.submit(f"{DESK}/rooms", room, page=f"{DESK}/places").location
    assert there == f"{DESK}/places?venue={venue}#room-form"
    assert re.search(
        r"<details[^>]* open>(?:(?!</details>).)*room-form", client.get(there).get_data(as_text=True), re.S
    )
    new = f"{DESK}/sections/new"
    assert client.submit(new, {"name": "Отцы", "again": "1"}).location == new


def names(model: type) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(model.name).order_by(model.id)))

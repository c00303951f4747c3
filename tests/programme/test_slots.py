"""One item of the programme by hand: the same rules as for a workbook's row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from activity.models import Entry
from forum.models import Forum, Room, Section
from kernel.db import db
from kernel.imports import Verdict
from kernel.transaction import writing
from practices.models import Admission, Practice
from programme.importing import importer
from programme.models import Slot, SlotKind
from speakers.models import Speaker
from tests import factories
from tests.client import PageClient

LIST = "/manage/forums/prosemyu-2027/programme"
NEW = f"{LIST}/slots/new"


@dataclass(frozen=True)
class Desk:
    """A talk with its speaker, and the organiser who edits it at `page`."""

    forum: Forum
    section: Section
    room: Room
    talk: Slot
    speaker: Speaker
    client: PageClient
    page: str


@pytest.fixture
def desk(app, sign_in) -> Desk:
    with writing():
        forum = factories.forum()
        room = factories.room(forum)
        section = factories.section(forum, room_id=room.id)
        talk = factories.slot(section, practice_id=factories.practice().id)
        person = factories.speaker(forum.series, position="психолог")
        factories.appearance(talk, person, organisation_name="Центр")
        organiser = factories.organiser(forum.series)
    return Desk(
        forum=forum,
        section=section,
        room=room,
        talk=talk,
        speaker=person,
        client=sign_in(organiser),
        page=f"{LIST}/slots/{talk.code}",
    )


def fill(desk, **changes):
    values = {
        "title": "Новый доклад",
        "kind": "talk",
        "section": str(desk.section.id),
        "room": str(desk.room.id),
        "day": "2027-04-22",
        "starts": "11:00",
        "ends": "11:20",
        "format": "in_person",
        "practice": "",
        "people-0-name": "Тестов Иван Петрович",
        "people-0-position": "врач",
        "people-0-organisation": "Больница",
        "people-0-municipality": "Тулун",
    }
    return values | changes


def as_it_is(desk, **changes):
    """The form of the existing talk, untouched but for `changes`."""
    talk = desk.talk
    values = {"title": talk.title, "starts": "10:00", "ends": "10:20", "practice": str(talk.practice_id)}
    values |= {"people-0-name": "Примерова Анна Сергеевна", "people-0-position": "психолог"}
    values |= {"people-0-organisation": "Центр", "people-0-municipality": "", "version": version(desk)}
    return fill(desk, **(values | changes))


def version(desk) -> str:
    page = desk.client.get(desk.page).get_data(as_text=True)
    return re.search(r'name="version"[^>]*value="(\d+)"', page).group(1)


def slots():
    db.session.rollback()
    return list(db.session.scalars(select(Slot).order_by(Slot.starts, Slot.id)))


def actions():
    return [action for action in db.session.scalars(select(Entry.action).order_by(Entry.id)) if action[:5] == "slot."]


def events(client):
    feed = Calendar.from_ical(client.get("/forums/prosemyu-2027/programme.ics").data)
    return {str(e["summary"]): (e["dtstart"].dt.hour, e["sequence"], str(e["status"])) for e in feed.walk("VEVENT")}


def test_an_item_is_added_and_is_on_the_public_page(desk, client):
    client.get("/forums/prosemyu-2027/programme")
    assert desk.client.submit(NEW, fill(desk)).headers["Location"] == LIST
    made = slots()[1]
    assert (made.title, made.starts, made.room_id) == ("Новый доклад", datetime(2027, 4, 22, 11, 0), desk.room.id)
    [shown] = made.appearances
    assert (shown.speaker.name, shown.position, shown.organisation_name) == (
        "Тестов Иван Петрович",
        "врач",
        "Больница",
    )
    assert shown.territory.short_name == "Тулун"
    assert actions() == ["slot.added"]
    assert made.code in client.get("/forums/prosemyu-2027/programme").get_data(as_text=True)


def test_of_a_known_speaker_the_name_is_enough(desk):
    blank = {f"people-0-{name}": "" for name in ("position", "organisation", "municipality")}
    desk.client.submit(NEW, fill(desk, **blank, **{"people-0-name": "ПРИМЕРОВА Анна Сергеевна"}))
    [shown] = slots()[1].appearances
    assert (shown.speaker_id, shown.position, shown.organisation_name) == (desk.speaker.id, "психолог", "Центр")
    assert db.session.scalar(select(func.count()).select_from(Speaker)) == 1


def test_a_move_raises_the_sequence_and_the_calendar_hears_of_it(desk, client):
    assert events(client) == {"Домашний консультант": (10, 0, "CONFIRMED")}
    answer = desk.client.submit(desk.page, as_it_is(desk, starts="12:00", ends="12:20"))
    assert answer.status_code == 302
    assert events(client) == {"Домашний консультант": (12, 1, "CONFIRMED")}
    assert actions() == ["slot.changed"]


def test_another_title_or_speaker_is_no_move(desk):
    desk.client.submit(desk.page, as_it_is(desk, title="Иначе", **{"people-0-position": "заведующая"}))
    [talk] = slots()
    assert (talk.title, talk.sequence, talk.appearances[0].position) == ("Иначе", 0, "заведующая")


def test_the_form_untouched_changes_nothing(desk):
    before = version(desk)
    assert desk.client.submit(desk.page, as_it_is(desk)).status_code == 302
    assert (version(desk), actions()) == (before, [])


def test_a_speaker_is_taken_out_by_clearing_the_name(desk):
    desk.client.submit(desk.page, as_it_is(desk, **{"people-0-name": ""}))
    assert slots()[0].appearances == []


def test_one_more_speaker_keeps_what_was_typed_and_saves_nothing(desk):
    page = desk.client.submit(NEW, fill(desk, more="1")).get_data(as_text=True)
    assert 'value="Тестов Иван Петрович"' in page
    assert 'name="people-1-name"' in page
    assert len(slots()) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": " "}, "Заполните"),
        ({"starts": "10:10", "ends": "10:30"}, "Зал в это время занят: «Домашний консультант»"),
        ({"room": "", "starts": "10:10", "people-0-name": "Примерова Анна Сергеевна"}, "в двух местах"),
        ({"starts": "12:00", "ends": "11:00"}, "Окончание (11:00) раньше начала (12:00)"),
        ({"starts": "00:00", "ends": "23:00"}, "Длится больше 12 часов"),
        ({"starts": "полдень"}, 'aria-invalid="true"'),
        ({"day": "2027-04-23"}, 'aria-invalid="true"'),
        ({"section": ""}, "Выберите секцию"),
        ({"section": "999"}, 'aria-invalid="true"'),
        ({"kind": "dance"}, 'aria-invalid="true"'),
        ({"people-0-municipality": "Тулуун"}, "Возможно: «"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk, changes, words):
    answer = desk.client.submit(NEW, fill(desk, **changes))
    page = answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert answer.status_code == 422
    assert words in page
    assert 'value="Больница"' in page
    assert len(slots()) == 1


def test_two_rooms_of_one_name_are_two_rooms(desk):
    from forum.models import Room, Venue

    with writing():
        venue = Venue(forum_id=desk.forum.id, name="Второй дом")
        db.session.add(venue)
        db.session.flush()
        other = Room(venue_id=venue.id, name=desk.room.name)
        db.session.add(other)
    desk.client.submit(NEW, fill(desk, starts="10:20", ends="10:40", room=str(other.id)))
    assert [slot.room_id for slot in slots()] == [desk.room.id, other.id]
    desk.client.submit(desk.page, as_it_is(desk, room=str(other.id), starts="13:00", ends="13:20"))
    assert slots()[-1].room_id == other.id


def test_a_double_click_adds_one(desk):
    """With a room the second is refused by the room, without one by the item itself."""
    client, token = desk.client, desk.client.token(NEW)
    form = fill(desk, room="", csrf_token=token, **{"people-0-name": ""})
    assert [client.post(NEW, data=form).status_code for _time in range(2)] == [302, 422]
    assert len(slots()) == 2


def test_editing_meanwhile_shows_both_texts(desk):
    opened = as_it_is(desk, title="Моё название")
    with writing():
        desk.talk.title = "Название коллеги"
    answer = desk.client.submit(desk.page, opened)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Название коллеги" in page
    assert "Моё название" in page
    assert slots()[0].title == "Название коллеги"


def test_a_cancelled_item_stays_cancelled_when_it_is_edited(desk, client):
    desk.client.submit(f"{desk.page}/cancellation", {"cancelled": "yes"}, page=desk.page)
    desk.client.submit(desk.page, as_it_is(desk, starts="15:00", ends="15:20"))
    assert events(client) == {"Домашний консультант": (15, 2, "CANCELLED")}


def test_cancelling_twice_is_cancelling_once(desk, client):
    for _time in range(2):
        desk.client.submit(f"{desk.page}/cancellation", {"cancelled": "yes"}, page=desk.page)
    assert events(client) == {"Домашний консультант": (10, 1, "CANCELLED")}
    desk.client.submit(f"{desk.page}/cancellation", {"cancelled": "no"}, page=desk.page)
    assert events(client) == {"Домашний консультант": (10, 2, "CONFIRMED")}
    assert actions() == ["slot.cancelled", "slot.restored"]


def test_what_was_cancelled_comes_back_into_a_room_given_away_only_when_it_is_meant(desk):
    desk.client.submit(f"{desk.page}/cancellation", {"cancelled": "yes"}, page=desk.page)
    assert desk.client.submit(NEW, fill(desk, starts="10:00", ends="10:20")).status_code == 302
    answer = desk.client.submit(f"{desk.page}/cancellation", {"cancelled": "no"}, page=desk.page)
    assert answer.status_code == 422
    asked = answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert "Зал в это время занят: «Новый доклад»" in asked
    assert [slot.cancelled for slot in slots()] == [True, False]
    sure = re.search(r'name="sure" value="(\w+)"', asked).group(1)
    desk.client.submit(f"{desk.page}/cancellation", {"cancelled": "no", "sure": sure}, page=desk.page)
    assert [slot.cancelled for slot in slots()] == [False, False]


def test_an_item_added_by_hand_is_found_again_in_the_exported_workbook(desk):
    with writing():
        desk.talk.source_id = "1"
    desk.client.submit(NEW, fill(desk))
    book = desk.client.get(f"{LIST}.xlsx").data
    with writing():
        plan = importer.plan(desk.forum, "programme.xlsx", book)
    assert plan.count(Verdict.same) == 2


def test_a_foreign_section_room_practice_is_no_choice(desk):
    with writing():
        other = factories.forum("other-2027", factories.series("other"))
        room, section = factories.room(other), factories.section(other)
        draft = factories.practice("Черновик чужих", admission="draft")
    for changes in ({"room": str(room.id)}, {"section": str(section.id)}, {"practice": str(draft.id)}):
        assert desk.client.submit(NEW, fill(desk, **changes)).status_code == 422
    assert "Черновик чужих" not in desk.client.get(NEW).get_data(as_text=True)


def test_a_break_needs_no_speaker(desk):
    answer = desk.client.submit(NEW, fill(desk, kind="break", title="Кофе", **{"people-0-name": ""}))
    assert answer.status_code == 302
    assert slots()[1].kind is SlotKind.break_


def test_a_forum_without_sections_says_where_to_begin(app, sign_in):
    with writing():
        forum = factories.forum()
        person = factories.organiser(forum.series)
    assert "/manage/forums/prosemyu-2027/sections/new" in sign_in(person).get(NEW).get_data(as_text=True)


@pytest.mark.parametrize("number", [1, 40])
def test_the_list_asks_as_often_for_one_as_for_many(desk, count_queries, number):
    with writing():
        for index in range(number):
            slot = factories.slot(desk.section, f"Доклад {index}")
            factories.appearance(slot, factories.speaker(desk.forum.series, f"Спикер {index}"))
    with count_queries() as counted:
        desk.client.get(LIST)
    assert counted.number == 10


def test_a_section_whose_name_another_bears_takes_items_too(desk):
    with writing():
        twin = factories.section(desk.forum, name=desk.section.name, slug="twin")
        factories.section(desk.forum, name="Третья", slug="third", short_name="Первая")
        first = factories.section(desk.forum, name="Первая", slug="first")
    for number, section in enumerate((twin, first, desk.section)):
        answer = desk.client.submit(
            NEW,
            fill(desk, section=str(section.id), title=f"Доклад {number}", starts=f"1{number}:30", ends=f"1{number}:40"),
        )
        assert answer.status_code == 302
    titles = {slot.title: slot.section_id for slot in db.session.scalars(select(Slot)) if "Доклад " in slot.title}
    assert titles == {"Доклад 0": twin.id, "Доклад 1": first.id, "Доклад 2": desk.section.id}


def test_an_item_keeps_the_practice_that_was_archived_or_has_a_namesake(desk):
    talk = desk.talk
    with writing():
        practice = db.session.get_one(Practice, talk.practice_id)
        factories.practice(name=practice.name, slug="namesake")
        practice.admission = Admission.archived
    chosen = fill(desk, title="Другое название", practice=str(practice.id), version=str(talk.version))
    assert desk.client.submit(desk.page, chosen).status_code == 302
    db.session.expire_all()
    assert (talk.title, talk.practice_id) == ("Другое название", practice.id)


def test_a_person_typed_twice_stands_once(desk):
    twice = {f"people-1-{name}": "" for name in ("position", "organisation", "municipality")}
    answer = desk.client.submit(NEW, fill(desk) | twice | {"people-1-name": "Тестов Иван Петрович"})
    assert answer.status_code == 302
    slot = db.session.scalars(select(Slot).where(Slot.title == "Новый доклад")).one()
    assert [(one.speaker.name, one.position) for one in slot.appearances] == [("Тестов Иван Петрович", "врач")]


def test_a_new_item_begins_where_the_one_before_it_ended(desk):
    answer = desk.client.submit(NEW, fill(desk) | {"again": "1"})
    made = db.session.scalars(select(Slot).where(Slot.title == "Новый доклад")).one()
    assert answer.location == f"{NEW}?after={made.code}"
    for address in (answer.location, NEW, f"{NEW}?section={desk.section.slug}", f"{NEW}?after=nothing"):
        page = desk.client.get(address).get_data(as_text=True)
        assert re.search(r'id="starts"[^>]* value="11:20"', page)
        assert re.search(r'id="ends"[^>]* value="11:40"', page)
        assert f'<option selected value="{desk.section.id}">' in page
        assert f'<option selected value="{desk.room.id}">' in page
    first = desk.client.get(f"{NEW}?after={desk.talk.code}").get_data(as_text=True)
    assert f'value="{desk.talk.ends:%H:%M}"' in first

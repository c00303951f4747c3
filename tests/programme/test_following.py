"""Whatever changes place or time of an event raises its version, in the forum's calendar and in the participant's."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from icalendar import Calendar

from forum import operations as forums
from forum.models import Room, Venue
from kernel import db as kernel_db
from kernel.db import db
from kernel.transaction import writing
from programme import operations
from programme.importing import importer
from programme.models import Slot
from registrations import operations as registrations
from registrations.own.tickets import link_path
from speakers.operations import withdraw_consent
from tests import factories
from tests.conftest import NOW
from tests.registrations.conftest import enrol

pytestmark = pytest.mark.differs

FORUM = "/forums/prosemyu-2027"


class World(NamedTuple):
    forum: object
    venue: object
    room: object
    other: object
    """A room of another venue."""
    section: object
    own: Slot
    """Has a room of its own."""
    child: Slot
    """Takes its section's room."""
    bare: Slot
    """Has no room at all."""
    speaker: object
    link: str


@pytest.fixture
def followed(app):
    with writing():
        forum = factories.forum()
        room = factories.room(forum)
        venue = room.venue
        second = Venue(forum_id=forum.id, name="Второй дом", address="ул. Другая, 2")
        db.session.add(second)
        db.session.flush()
        other = Room(venue_id=second.id, name="Зал 9")
        db.session.add(other)
        db.session.flush()
        section = factories.section(forum, room_id=room.id)
        own = factories.slot(section, "Свой зал", room_id=other.id)
        child = factories.slot(section, "Зал секции", own.ends, room_id=None)
        bare = factories.slot(factories.section(forum, "bare", "Без зала"), "Без зала вовсе", room_id=None)
        speaker = factories.speaker(forum.series)
        factories.appearance(child, speaker)
    link = link_path(enrol(forum))
    kernel_db.set_clock(lambda: NOW + timedelta(hours=1))
    return World(forum, venue, room, other, section, own, child, bare, speaker, link)


def events(client, path=f"{FORUM}/programme.ics"):
    """Each event of a calendar by its title: its versions, and its text without them."""
    found = {}
    for event in Calendar.from_ical(client.get(path).data).walk("VEVENT"):
        versions = event["sequence"], event["dtstamp"].dt, event["last-modified"].dt
        text = re.sub(r"(SEQUENCE|DTSTAMP|LAST-MODIFIED):.*\r\n", "", event.to_ical().decode())
        found[str(event["summary"])] = (versions, text)
    return found


def changed(before, after):
    """Titles told otherwise than before, and of these the ones with a higher sequence; both have newer stamps."""
    titles = {title for title in after if before[title][1] != after[title][1]}
    raised = {title for title in after if after[title][0][0] > before[title][0][0]}
    for title in after:
        assert (after[title][0][1:] > before[title][0][1:]) == (title in titles), title
    return titles, raised


OWN, CHILD, BARE = "Свой зал", "Зал секции", "Без зала вовсе"


def unname(speaker):
    withdraw_consent(speaker, by=None)
    operations.touch_speakers([speaker])


@pytest.mark.parametrize(
    ("deed", "told", "raised"),
    [
        (lambda w: forums.edit_place(w.forum, w.room, {"name": "Большой зал"}, by=None), {CHILD}, {CHILD}),
        (lambda w: forums.edit_place(w.forum, w.other, {"floor": "3"}, by=None), {OWN}, {OWN}),
        (lambda w: forums.edit_place(w.forum, w.venue, {"name": "Дом культуры"}, by=None), {CHILD}, {CHILD}),
        (lambda w: forums.edit_place(w.forum, w.other.venue, {"address": "пл. Новая, 3"}, by=None), {OWN}, {OWN}),
        (lambda w: forums.edit_place(w.forum, w.room, {"seats": 5}, by=None), set(), set()),
        (
            lambda w: forums.edit_forum(w.forum, {"timezone": "Asia/Yakutsk"}, by=None),
            {OWN, CHILD, BARE},
            {OWN, CHILD, BARE},
        ),
        (lambda w: forums.edit_section(w.forum, w.section, {"room_id": None}, by=None), {CHILD}, {CHILD}),
        (lambda w: forums.edit_section(w.forum, w.section, {"name": "Иначе"}, by=None), {OWN, CHILD}, set()),
        (lambda w: forums.edit_section(w.forum, w.bare.section, {"name": "Иначе"}, by=None), {BARE}, {BARE}),
        (lambda w: unname(w.speaker), {CHILD}, set()),
    ],
    ids=["room", "floor", "venue", "address", "seats", "zone", "hall", "section", "bare-section", "consent"],
)
def test_a_change_above_an_event_is_a_new_version_of_it(client, followed, deed, told, raised):
    before, own = events(client), events(client, followed.link + "/calendar.ics")
    with writing():
        deed(followed)
    assert changed(before, events(client)) == (told, raised)
    after = events(client, followed.link + "/calendar.ics")
    if changed_text(own, after):
        assert versions(after) > versions(own)


def versions(feed):
    [(found, _text)] = feed.values()
    return found


def changed_text(before, after):
    return [text for _v, text in before.values()] != [text for _v, text in after.values()]


def test_a_section_moves_and_its_items_go_with_it_wherever_they_are_shown(client, followed):
    """Also those that name its room: a workbook says it of each."""
    with writing():
        followed.child.room_id = followed.room.id
    with writing():
        forums.edit_section(followed.forum, followed.section, {"room_id": followed.other.id}, by=None)
    place = "Зал 9, Второй дом, ул. Другая, 2"
    assert str(locations(client)[CHILD]) == place
    days = json.loads(client.get(f"{FORUM}/programme.json").data)["schedule"]["conference"]["days"]
    assert [event["title"] for event in days[0]["rooms"]["Зал 9"]] == [OWN, CHILD]
    assert "Зал 9" in client.get(f"{FORUM}/talks/{followed.child.code}").get_data(as_text=True)
    assert "Зал 1" not in client.get(followed.link).get_data(as_text=True)


def locations(client):
    feed = Calendar.from_ical(client.get(f"{FORUM}/programme.ics").data)
    return {str(event["summary"]): event["location"] for event in feed.walk("VEVENT")}


def test_an_item_takes_its_sections_room_everywhere(client, sign_in, followed):
    """On its page, in both lists, the calendar, the JSON, «Мой форум», the desk and the workbook, which loads back."""
    assert str(locations(client)[CHILD]) == "Зал 1, Дом проверок, ул. Пробная, 1"
    days = json.loads(client.get(f"{FORUM}/programme.json").data)["schedule"]["conference"]["days"]
    assert [event["title"] for event in days[0]["rooms"]["Зал 1"]] == [CHILD]
    with writing():
        desk = sign_in(factories.organiser(followed.forum.series))
    for visitor, path in (
        (client, f"{FORUM}/talks/{followed.child.code}"),
        (client, f"{FORUM}/programme"),
        (client, followed.link),
        (desk, "/manage/forums/prosemyu-2027/programme"),
    ):
        assert "Зал 1" in visitor.get(path).get_data(as_text=True), path
    with writing():
        for number, slot in enumerate((followed.own, followed.child, followed.bare)):
            slot.source_id = str(number)
    book = importer.workbook(followed.forum)
    table = importer.read("programme.xlsx", book, followed.forum)
    assert {row["title"]: row["room"] for _n, row in table.rows} == {CHILD: "Зал 1", OWN: "Зал 9", BARE: ""}
    with writing():
        plan = importer.plan(followed.forum, "programme.xlsx", book)
    assert plan.summary() == "created 0, changed 0, skipped 3, errors 0"


@pytest.mark.parametrize("step", ["hide", "draft", "cancel", "choose", "format", "place", "days"])
def test_the_participants_calendar_never_goes_back(client, followed, step):
    """Items come and go, so their versions must not be added up: hidden, the sum was gone."""
    with writing():
        operations.cancel_slot(followed.own, True, by=None)
        operations.cancel_slot(followed.own, False, by=None)
    before = events(client, followed.link + "/calendar.ics")
    kernel_db.set_clock(lambda: NOW + timedelta(hours=2))
    person = registration(followed)
    with writing():
        {
            "hide": lambda: forums.publish_programme(followed.forum, False, by=None),
            "draft": lambda: forums.edit_forum(followed.forum, {"name": "Другое имя"}, by=None),
            "cancel": lambda: operations.cancel_slot(followed.own, True, by=None),
            "choose": lambda: registrations.correct(person, section_ids=(followed.bare.section_id,), by=None),
            "format": lambda: registrations.change_format(person, registrations.Format.remote),
            "place": lambda: forums.edit_place(followed.forum, followed.venue, {"address": "ул. Иная, 5"}, by=None),
            "days": lambda: forums.edit_forum(followed.forum, {"date_end": date(2027, 4, 23)}, by=None),
        }[step]()
    after = events(client, f"/my/{link_path(registration(followed)).rpartition('/')[2]}/calendar.ics")
    assert max(v for v, _t in after.values())[0] > max(v for v, _t in before.values())[0]
    assert max(v for v, _t in after.values())[1:] > max(v for v, _t in before.values())[1:]


def registration(followed):
    from registrations.queries import registration_by_link

    return registration_by_link(followed.link.rpartition("/")[2])

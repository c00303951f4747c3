"""A forum's days change: the programme is asked about, moves in the same act, and there is a way back."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from activity.models import Entry
from forum.models import Forum
from forum.moving import Answer, Days, Event, ask
from kernel.db import db
from kernel.transaction import writing
from programme import operations
from programme.models import Slot
from registrations.own.tickets import link_path
from tests import factories
from tests.registrations.conftest import enrol, text_of

FORUM, DESK = "/forums/prosemyu-2027", "/manage/forums/prosemyu-2027"
EDIT, BACK = f"{DESK}/edit", f"{DESK}/days-return"
APRIL = [date(2027, 4, number) for number in range(1, 31)]


def days(first, last=None):
    return Days(APRIL[first - 1], APRIL[(last or first) - 1])


def events(*numbers):
    return [Event(str(number), datetime(2027, 4, number, 10)) for number in numbers]


@pytest.mark.parametrize(
    ("on", "before", "after", "wanted"),
    [
        ((22,), days(22), days(29), (7, (Answer.move,), 1)),
        ((22, 23), days(22, 23), days(15, 16), (-7, (Answer.move,), 2)),
        ((22, 23), days(22, 23), days(22, 24), None),
        ((22, 23), days(22, 23), days(21, 23), (-1, (Answer.move, Answer.stay), 0)),
        ((22, 23), days(22, 23), days(22), (0, (), 1)),
        ((22, 23), days(22, 23), days(29), (7, (), 2)),
        ((23,), days(22, 23), days(23, 23), None),
        ((), days(22), days(29), None),
        ((22,), days(29), days(29), (7, (Answer.move, Answer.stay), 1)),
        ((22,), days(22), days(22), None),
    ],
    ids=["week", "back", "longer", "earlier", "shorter", "too-short", "empty-day", "none", "stray", "same"],
)
def test_what_must_be_asked(on, before, after, wanted):
    asked = ask(events(*on), before, after)
    assert (asked and (asked.days, asked.answers, len(asked.left))) == wanted


@pytest.fixture
def moving(app, sign_in):
    with writing():
        forum = factories.forum()
        section = factories.section(forum, room_id=factories.room(forum).id)
        talk = factories.slot(section)
        gone = factories.slot(section, "Отменённый доклад", talk.ends)
        operations.cancel_slot(gone, True, by=None)
        organiser = factories.organiser(forum.series)
    return forum, sign_in(organiser)


def form(desk, first, last=None, **more):
    page = desk.get(EDIT).get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    forum = db.session.scalar(select(Forum))
    return {
        "name": forum.name,
        "kind": "forum",
        "date_start": APRIL[first - 1].isoformat(),
        "date_end": APRIL[(last or first) - 1].isoformat(),
        "timezone": "Asia/Irkutsk",
        "place": "Иркутск",
        "territory": str(forum.territory_id),
        "capacity_in_person": "100",
        "version": version,
        **more,
    }


def starts():
    db.session.rollback()
    return list(db.session.scalars(select(Slot.starts).order_by(Slot.starts)))


def told(client):
    """Days on which the JSON and the calendar hold their events, and the calendar's versions."""
    conference = json.loads(client.get(f"{FORUM}/programme.json").data)["schedule"]["conference"]
    held = {day["date"]: sum(map(len, day["rooms"].values())) for day in conference["days"]}
    feed = Calendar.from_ical(client.get(f"{FORUM}/programme.ics").data).walk("VEVENT")
    return held, {event["dtstart"].dt.date().isoformat() for event in feed}, [event["sequence"] for event in feed]


MORNING = datetime(2027, 4, 22, 10)
WEEK = timedelta(days=7)


def test_the_programme_moves_with_the_forum_in_one_act(client, moving):
    forum, desk = moving
    person = enrol(forum)
    assert told(client) == ({"2027-04-22": 2}, {"2027-04-22"}, [0, 1])
    asked = desk.submit(EDIT, form(desk, 29))
    page = text_of(asked)
    assert asked.status_code == 422
    assert "2 пункта: первый день — был 22 апреля, станет 29 апреля" in page
    assert "Домашний консультант" in page
    assert (starts()[0], forum.date_start) == (MORNING, date(2027, 4, 22))
    assert 'value="stay"' not in page
    assert desk.submit(EDIT, form(desk, 29, programme="move")).headers["Location"] == DESK
    assert starts() == [MORNING + WEEK, MORNING + WEEK + timedelta(minutes=20)]
    assert told(client) == ({"2027-04-29": 2}, {"2027-04-29"}, [1, 2])
    assert "29 апреля" in text_of(client.get(f"{FORUM}/programme"))
    own = Calendar.from_ical(client.get(link_path(person) + "/calendar.ics").data).walk("VEVENT")
    assert [event["dtstart"].dt.date() for event in own] == [date(2027, 4, 29)]


def test_the_way_back_is_one_press(client, moving):
    forum, desk = moving
    desk.submit(EDIT, form(desk, 29, programme="move"))
    page = text_of(desk.get(EDIT))
    assert "22 апреля 2027 года → 29 апреля 2027 года" in page
    assert desk.submit(BACK, {"confirm": "yes"}, page=EDIT).headers["Location"] == EDIT
    assert starts()[0] == MORNING
    assert told(client) == ({"2027-04-22": 2}, {"2027-04-22"}, [2, 3])
    assert db.session.scalar(select(Forum)).date_start == date(2027, 4, 22)
    moves = db.session.scalars(select(Entry.details).where(Entry.action == "forum.moved").order_by(Entry.id)).all()
    assert [move["days"] for move in moves] == [7, -7]


def test_what_has_no_day_left_refuses_the_days_and_says_so(client, moving):
    forum, desk = moving
    assert desk.submit(EDIT, form(desk, 22, 23)).status_code == 302
    with writing():
        factories.slot(forum.sections[0], "Второй день", MORNING + timedelta(days=1))
    refused = desk.submit(EDIT, form(desk, 22))
    assert refused.status_code == 422
    assert "1 пункт программы остался бы на дне, который перестанет быть днём форума: 23 апреля (1)" in text_of(refused)
    assert desk.submit(EDIT, form(desk, 22, programme="stay")).status_code == 422
    assert db.session.scalar(select(Forum)).date_end == date(2027, 4, 23)


def test_days_added_before_leave_the_choice(moving):
    forum, desk = moving
    page = text_of(desk.submit(EDIT, form(desk, 21, 22)))
    assert 'value="move"' in page
    assert 'value="stay"' in page
    assert desk.submit(EDIT, form(desk, 21, 22, programme="stay")).status_code == 302
    assert starts()[0] == MORNING
    assert desk.submit(BACK, {"confirm": "yes"}, page=EDIT).status_code == 302
    assert (starts()[0], db.session.scalar(select(Forum.date_start))) == (MORNING, date(2027, 4, 22))


def test_a_programme_left_behind_before_is_told_of_held_in_the_json_and_brought_in(client, moving):
    """An installation where the forum moved alone: nothing is lost from sight, and one press mends it."""
    forum, desk = moving
    with writing():
        forum.date_start = forum.date_end = date(2027, 4, 29)
    assert told(client)[:2] == ({"2027-04-22": 2, "2027-04-29": 0}, {"2027-04-22"})
    assert "2 пункта программы стоят вне дней форума" in text_of(desk.get(DESK))
    page = text_of(desk.get(EDIT))
    assert "первый день — был 22 апреля, станет 29 апреля" in page
    assert desk.submit(EDIT, form(desk, 29)).status_code == 302
    assert starts()[0] == MORNING
    assert desk.submit(EDIT, form(desk, 29, programme="move")).status_code == 302
    assert starts()[0] == MORNING + WEEK
    assert BACK not in text_of(desk.get(EDIT))


def test_back_does_not_fit_after_the_programme_has_changed(moving):
    forum, desk = moving
    desk.submit(EDIT, form(desk, 28, 29, programme="move"))
    with writing():
        factories.slot(forum.sections[0], "Второй день", datetime(2027, 4, 29, 10))
    assert desk.submit(BACK, {"confirm": "yes"}, page=EDIT).status_code == 302
    assert "не помещается" in text_of(desk.get(EDIT))
    assert db.session.scalar(select(Forum.date_end)) == date(2027, 4, 29)


def test_there_is_no_way_back_without_a_move(moving):
    _forum, desk = moving
    assert desk.submit(BACK, {"confirm": "yes"}, page=EDIT).status_code == 404
    assert desk.get(BACK).status_code == 405


def test_an_item_of_a_day_that_is_gone_is_not_brought_back(moving):
    forum, desk = moving
    with writing():
        for slot in db.session.scalars(select(Slot).where(Slot.cancelled)):
            slot.announced, slot.starts, slot.ends = False, slot.starts - WEEK, slot.ends - WEEK
            code = slot.code
    page = f"{DESK}/programme/slots/{code}"
    assert desk.submit(f"{page}/cancellation", {"cancelled": "no"}, page=page).status_code == 302
    assert "не день форума" in text_of(desk.get(page)).casefold() or "нет в днях" in text_of(desk.get(page))
    assert db.session.scalar(select(Slot.cancelled).where(Slot.code == code)) is True


def test_the_only_answer_stands_ticked(moving):
    _forum, desk = moving
    page = text_of(desk.submit(EDIT, form(desk, 29)))
    assert "Посмотрите, что с ней станет, и сохраните ещё раз." in page
    assert "checked" in re.search(r'<input[^>]*value="move"[^>]*>', page)[0]


def test_moved_and_shortened_at_once_is_told_a_way(moving):
    forum, desk = moving
    assert desk.submit(EDIT, form(desk, 22, 23)).status_code == 302
    with writing():
        factories.slot(forum.sections[0], "Второй день", MORNING + timedelta(days=1))
    page = text_of(desk.submit(EDIT, form(desk, 29)))
    assert "Или сначала перенесите форум вместе со всеми днями: 29–30 апреля 2027 года, а потом сократите его." in page
    assert "Или сначала" not in text_of(desk.submit(EDIT, form(desk, 22)))


def test_a_zone_that_is_not_offered_shows_and_stays_when_the_form_is_saved(client, moving):
    """Europe/Berlin, from a file of another installation: its pages were errors, and saving moved it to Kaliningrad."""
    forum, desk = moving
    with writing():
        forum.timezone = "Europe/Berlin"
    for address in (FORUM, f"{FORUM}/programme", EDIT):
        answer = desk.get(address, follow_redirects=True)
        assert answer.status_code == 200
        assert "Europe/Berlin" in answer.get_data(as_text=True)
    chosen = re.search(r'<option selected value="([^"]+)">Europe/Berlin', desk.get(EDIT).get_data(as_text=True)).group(
        1
    )
    assert desk.submit(EDIT, form(desk, 22, timezone=chosen, place="Берлин")).status_code == 302
    db.session.rollback()
    assert (db.session.scalar(select(Forum.timezone)), db.session.scalar(select(Forum.place))) == (chosen, "Берлин")

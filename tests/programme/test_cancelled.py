"""What visitors saw and is cancelled stays in sight, struck out; what they never saw goes without a trace."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from icalendar import Calendar

from forum import operations as forums
from forum.models import Forum, ForumStatus, Section
from kernel.transaction import writing
from programme import operations
from programme.models import Slot, SlotKind
from programme.queries import spoke_at, undecided_number, without_consent
from speakers.models import Speaker
from tests import factories
from tests.programme.table import correct

FORUM = "/forums/prosemyu-2027"
LISTS = (f"{FORUM}/programme", f"{FORUM}/programme?view=sections", f"{FORUM}/sections/early-help")


@dataclass(frozen=True)
class Talks:
    """A talk, another one after it and a break."""

    forum: Forum
    section: Section
    talk: Slot
    speaker: Speaker


@pytest.fixture
def talks(app) -> Talks:
    with writing():
        forum = factories.forum()
        section = factories.section(forum)
        talk = factories.slot(section)
        person = factories.speaker(forum.series)
        factories.appearance(talk, person)
        other = factories.slot(section, "Второй доклад", starts=talk.ends + timedelta(minutes=10))
        factories.appearance(other, factories.speaker(forum.series, "Проверкина Вера Ильинична"))
        factories.slot(section, "Кофе", kind=SlotKind.break_, starts=other.ends)
    return Talks(forum=forum, section=section, talk=talk, speaker=person)


def cancel(slot, cancelled=True):
    with writing():
        operations.cancel_slot(slot, cancelled, by=None)


def text(client, path):
    return client.get(path).get_data(as_text=True).replace("\u00a0", " ")


def struck(client, path):
    """Codes of the items a list shows, and of those it shows struck out."""
    found = re.findall(r'<li class="(slot[^"]*)" id="([A-Z0-9]{6})"( data-start)?', text(client, path))
    assert all(("cancelled" in classes) != bool(timed) for classes, _code, timed in found)
    return {code for _classes, code, _timed in found}, {code for classes, code, _ in found if "cancelled" in classes}


def states(client):
    """What the JSON and the calendar say of each item, by title."""
    days = json.loads(client.get(f"{FORUM}/programme.json").data)["schedule"]["conference"]["days"]
    events = [event for day in days for room in day["rooms"].values() for event in room]
    feed = Calendar.from_ical(client.get(f"{FORUM}/programme.ics").data).walk("VEVENT")
    told = {str(entry["summary"]): str(entry["status"]).lower() for entry in feed}
    assert told == {event["title"]: event["status"] for event in events}
    return told


def test_a_cancelled_talk_stays_struck_out_wherever_it_was_seen(client, talks):
    talk = talks.talk
    cancel(talk)
    for path in LISTS:
        codes, gone = struck(client, path)
        assert (len(codes), gone) == (3, {talk.code}), path
        assert text(client, path).count("<span>Отменено</span>") == 1
    assert states(client) == {"Домашний консультант": "cancelled", "Второй доклад": "confirmed", "Кофе": "confirmed"}
    page = text(client, f"{FORUM}/talks/{talk.code}")
    assert "Это выступление отменено" in page
    assert "https://schema.org/EventCancelled" in page
    assert "<span>Отменено</span>" in text(client, f"/speakers/{talks.speaker.code}")


def test_readers_of_the_bare_format_see_the_cancellation_beneath_the_title(client, talks):
    cancel(talks.talk)
    days = json.loads(client.get(f"{FORUM}/programme.json").data)["schedule"]["conference"]["days"]
    told = {event["title"]: event["subtitle"] for room in days[0]["rooms"].values() for event in room}
    assert told == {"Домашний консультант": "Отменено", "Второй доклад": None, "Кофе": None}


def test_the_cancelled_count_nowhere(client, talks):
    assert "1 секция, 2 выступления, 2 спикера" in text(client, LISTS[0])
    cancel(talks.talk)
    assert "1 секция, 1 выступление, 1 спикер" in text(client, LISTS[0])


def test_a_name_struck_out_can_still_be_taken_back(client, sign_in, talks):
    """Whoever stands at a cancelled talk alone is found by the organiser, is not thanked and is missing nowhere."""
    forum, speaker = talks.forum, talks.speaker
    with writing():
        desk = sign_in(factories.organiser(forum.series))
    cancel(talks.talk)
    page = f"/manage/forums/{forum.slug}/speakers"
    assert speaker.name in text(desk, page)
    assert speaker.name not in text(desk, f"{page}?consent=no")
    assert [one.speaker.name for one in spoke_at(forum.id)] == ["Проверкина Вера Ильинична"]
    assert correct(desk, page, speaker, agreed="").status_code == 302
    assert speaker.name not in text(client, f"{FORUM}/talks/{talks.talk.code}")
    assert speaker.name in text(desk, page)  # pressed by mistake, it may be given again
    assert without_consent(forum.id) == 0


def test_who_was_never_named_at_what_is_cancelled_is_asked_nothing(sign_in, talks):
    forum = talks.forum
    with writing():
        desk = sign_in(factories.organiser(forum.series))
        unnamed = factories.speaker(forum.series, "Молчалин Пётр Ильич", agreed=False)
        factories.appearance(talks.talk, unnamed)
    cancel(talks.talk)
    assert unnamed.name not in text(desk, f"/manage/forums/{forum.slug}/speakers")
    assert undecided_number(forum.id) == 0


def test_what_was_cancelled_before_anybody_saw_it_is_nowhere(client, talks):
    with writing():
        talks.forum.programme_published = False
    cancel(talks.talk)
    with writing():
        forums.publish_programme(talks.forum, True, by=None)
    for path in LISTS:
        codes, gone = struck(client, path)
        assert (len(codes), gone) == (2, set())
    assert states(client) == {"Второй доклад": "confirmed", "Кофе": "confirmed"}
    assert client.get(f"{FORUM}/talks/{talks.talk.code}").status_code == 404
    assert client.get(f"/speakers/{talks.speaker.code}").status_code == 404


def test_a_programme_of_a_draft_was_seen_by_nobody(client, talks):
    with writing():
        talks.forum.status = ForumStatus.draft
    cancel(talks.talk)
    with writing():
        forums.set_status(talks.forum, ForumStatus.announced, by=None)
    assert len(struck(client, LISTS[0])[0]) == 2


@pytest.mark.parametrize("hidden", ["programme", "forum"])
def test_what_was_seen_and_is_cancelled_out_of_sight_comes_back_struck_out(client, talks, hidden):
    forum = talks.forum
    with writing():
        if hidden == "programme":
            forums.publish_programme(forum, False, by=None)
        else:
            forums.set_status(forum, ForumStatus.draft, by=None)
    cancel(talks.talk)
    with writing():
        forums.publish_programme(forum, True, by=None)
        forums.set_status(forum, ForumStatus.announced, by=None)
    assert struck(client, LISTS[0])[1] == {talks.talk.code}


@pytest.mark.parametrize("path", [*LISTS, f"{FORUM}/programme.json", f"{FORUM}/programme.ics", "talk", "speaker"])
def test_warm_pages_hear_of_a_cancellation_and_of_its_end(client, talks, path):
    path = {"talk": f"{FORUM}/talks/{talks.talk.code}", "speaker": f"/speakers/{talks.speaker.code}"}.get(path, path)
    before = client.get(path)
    cancel(talks.talk)
    gone = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert gone.status_code == 200
    cancel(talks.talk, False)
    back = client.get(path, headers={"If-None-Match": gone.headers["ETag"]})
    assert back.status_code == 200
    assert ("Отменено" in back.get_data(as_text=True), "отменено" in back.get_data(as_text=True)) == (False, False)


def test_the_desk_says_what_visitors_see(talks, sign_in):
    with writing():
        organiser = factories.organiser(talks.forum.series)
    client, page = sign_in(organiser), f"/manage/forums/prosemyu-2027/programme/slots/{talks.talk.code}"
    cancel(talks.talk)
    assert "посетители видят его зачёркнутым" in text(client, page)
    with writing():
        talks.talk.announced = False
    assert "Посетители его не видели" in text(client, page)

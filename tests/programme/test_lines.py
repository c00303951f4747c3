"""Lines of the programme are drawn once for what they say; whatever is changed is seen in the next page made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from forum.models import Forum, Room, Section
from kernel.pages import bump
from kernel.templating import _drawn
from kernel.transaction import writing
from programme.models import Appearance, Slot, TalkFormat
from speakers.models import Speaker
from tests import factories

PAGE = "/forums/prosemyu-2027/programme"
VIEWS = ("", "?view=grid", "?view=sections", "?view=halls")


@dataclass(frozen=True)
class Drawn:
    """A talk in the programme with all that its line tells, and another room."""

    forum: Forum
    section: Section
    talk: Slot
    speaker: Speaker
    turn: Appearance
    room: Room


@pytest.fixture
def drawn(app) -> Drawn:
    with writing():
        forum = factories.forum()
        section = factories.section(forum)
        section.room_id = factories.room(forum, "Зал 3").id
        talk = factories.slot(section)
        person = factories.speaker(forum.series)
        turn = factories.appearance(talk, person)
        return Drawn(forum, section, talk, person, turn, factories.room(forum, "Зал 9"))


def rename(drawn):
    drawn.talk.title = "Новое имя"


def move(drawn):
    drawn.talk.starts += timedelta(hours=1)
    drawn.talk.ends += timedelta(hours=1)


def another_hall(drawn):
    drawn.talk.room_id = drawn.room.id


def cancel(drawn):
    drawn.talk.cancelled, drawn.talk.announced = True, True


def remotely(drawn):
    drawn.talk.format = TalkFormat.remote


def position(drawn):
    drawn.turn.position = "директор школы"


def hide(drawn):
    drawn.speaker.hidden = True


def section_name(drawn):
    drawn.section.short_name = "Другая секция"


def another_zone(drawn):
    """The hours stay, and so the moments are others; together with hours moved back the moments are the same."""
    drawn.forum.timezone = "Asia/Vladivostok"


SHOWN = {
    rename: (VIEWS, "Новое имя", 1),
    move: (VIEWS, "–11:20<", 1),
    another_hall: (VIEWS[:3], "Зал 9", 1),
    cancel: (VIEWS, "slot s1 cancelled", 1),
    remotely: (VIEWS, "<span>дистанционно</span>", 1),
    position: (VIEWS, "директор школы", 1),
    hide: (VIEWS, "/speakers/", 0),
    section_name: (("", "?view=halls"), "<span>Другая секция</span>", 1),
    another_zone: (VIEWS, "+10:00", 1),
}


@pytest.mark.parametrize("change", SHOWN, ids=lambda change: change.__name__)
def test_a_change_is_seen(client, drawn, change):
    views, text, expected = SHOWN[change]
    before = {view: client.get(PAGE + view).text for view in views}
    with writing():
        change(drawn)
        bump("forum:prosemyu-2027")
    for view in views:
        assert (text in before[view]) != bool(expected), view
        assert (text in client.get(PAGE + view).text) == bool(expected), view


def test_what_says_the_same_is_drawn_once_and_each_language_by_itself(client, drawn):
    client.get(PAGE)
    misses = _drawn.cache_info().misses
    with writing():
        bump("forum:prosemyu-2027")
    page = client.get(PAGE).text
    assert _drawn.cache_info().misses == misses
    assert f'href="/en/forums/prosemyu-2027/talks/{drawn.talk.code}"' in client.get(f"/en{PAGE}").text
    assert f'href="/forums/prosemyu-2027/talks/{drawn.talk.code}"' in page

"""Lines of the programme are drawn once for what they say; whatever is changed is seen in the next page made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.pages import bump
from kernel.templating import _drawn
from kernel.transaction import writing
from programme.models import TalkFormat
from tests import factories

PAGE = "/forums/prosemyu-2027/programme"
VIEWS = ("", "?view=grid", "?view=sections", "?view=halls")


@pytest.fixture
def world(app):
    with writing():
        forum = factories.forum()
        section = factories.section(forum)
        section.room_id = factories.room(forum, "Зал 3").id
        talk = factories.slot(section)
        person = factories.speaker(forum.series)
        return {
            "forum": forum,
            "section": section,
            "talk": talk,
            "speaker": person,
            "turn": factories.appearance(talk, person),
            "room": factories.room(forum, "Зал 9"),
        }


def rename(world):
    world["talk"].title = "Новое имя"


def move(world):
    world["talk"].starts += timedelta(hours=1)
    world["talk"].ends += timedelta(hours=1)


def another_hall(world):
    world["talk"].room_id = world["room"].id


def cancel(world):
    world["talk"].cancelled, world["talk"].announced = True, True


def remotely(world):
    world["talk"].format = TalkFormat.remote


def position(world):
    world["turn"].position = "директор школы"


def hide(world):
    world["speaker"].hidden = True


def section_name(world):
    world["section"].short_name = "Другая секция"


def another_zone(world):
    """The hours stay, and so the moments are others; together with hours moved back the moments are the same."""
    world["forum"].timezone = "Asia/Vladivostok"


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
def test_a_change_is_seen(client, world, change):
    views, text, expected = SHOWN[change]
    before = {view: client.get(PAGE + view).text for view in views}
    with writing():
        change(world)
        bump("forum:prosemyu-2027")
    for view in views:
        assert (text in before[view]) != bool(expected), view
        assert (text in client.get(PAGE + view).text) == bool(expected), view


def test_what_says_the_same_is_drawn_once_and_each_language_by_itself(client, world):
    client.get(PAGE)
    drawn = _drawn.cache_info().misses
    with writing():
        bump("forum:prosemyu-2027")
    page = client.get(PAGE).text
    assert _drawn.cache_info().misses == drawn
    assert f'href="/en/forums/prosemyu-2027/talks/{world["talk"].code}"' in client.get(f"/en{PAGE}").text
    assert f'href="/forums/prosemyu-2027/talks/{world["talk"].code}"' in page

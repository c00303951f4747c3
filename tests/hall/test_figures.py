"""Figures one can believe: each with what was counted and who says so; sources united, nobody counted twice."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from forum.models import Format
from forum.queries import section_of
from hall import counts, operations
from hall.models import Source
from kernel.transaction import writing
from registrations.door.attendance import admit_many
from registrations.own.tickets import link_path
from tests import factories
from tests.hall.conftest import TEN, at
from tests.hall.test_presence import span, tell
from tests.registrations.conftest import enrol, text_of

DESK = "/manage/forums/prosemyu-2027"


def plain(page):
    return re.sub(r"(<[^>]*>|\s)+", " ", text_of(page))


@pytest.fixture
def desk(forum, sign_in):
    with writing():
        person = factories.organiser(forum.series)
    return sign_in(person)


@pytest.fixture
def day(client, forum, anna):
    """Anna 20 minutes at two sections at once, Boris 10 and a word, Vera came and watched, a group of five at Anna's."""
    at(TEN + timedelta(minutes=60))
    tayshet = factories.territory()
    boris = enrol(forum, "Борисов Борис", "b@example.org", format=Format.remote, territory_id=tayshet.id)
    vera = enrol(forum, "Верина Вера", "v@example.org")
    enrol(forum, "Забывшая Зоя", "z@example.org", format=Format.remote)
    tell(client, anna, *span(TEN, 20))
    tell(client, anna, *span(TEN + timedelta(minutes=10), 10), section="young")
    tell(client, boris, *span(TEN, 10))
    tell(client, vera, *span(TEN, 16))
    with writing():
        operations.prove(forum.id, boris.id, section_of(forum, "young").id)
        admit_many(forum, [(vera.id, TEN)])
        operations.count_screen(forum.id, anna, 5)
        operations.report_trouble(boris.id, section_of(forum, "early-help").id)
        operations.give_feedback(anna.id, section_of(forum, "early-help").id, 3)
        operations.give_feedback(anna.id, section_of(forum, "early-help").id, 2)
    return forum


def test_everybody_once_whoever_tells_of_them(day):
    found = counts.figures(day)
    assert (found.registered, found.came, found.remote, found.collective) == (4, 1, 3, 5)
    assert found.unique == 3 + 4  # of the group one is Anna herself
    assert found.visits == 1 + 5
    assert dict(found.sources) == {"link": 3, "word": 1}
    assert {share.minutes for share in found.shares.values()} == {20, 10, 16}


def test_the_rule_is_the_forums(day):
    with writing():
        operations.set_rule(day, 18, False, by=None)
    found = counts.figures(day)
    assert (found.remote, found.unique) == (1, 2 + 4)


def test_by_section_municipality_and_hour(day):
    found = counts.figures(day)
    first, second = found.sections
    assert (first.people, first.enough, first.minutes, first.words, first.troubles) == (3, 2, 46, 0, 1)
    assert (second.people, second.enough, second.minutes, second.words) == (2, 1, 10, 1)
    assert dict(first.marks) == {2: 1}
    named = {one.name: one[1:] for one in found.territories}
    assert named[""] == (3, 1, 2, 5, 0)
    assert named[factories.territory().name] == (1, 0, 1, 0, 1)
    assert [(f"{at:%H:%M}", people, most) for at, people, most in found.hours] == [("10:00", 3, 3)]


def test_a_total_of_the_provider_proves_minutes(day, anna):
    with writing():
        operations.keep_total(day.id, anna.id, None, 71, Source.export, None)
    assert counts.figures(day).shares[anna.id].minutes == 71


def test_who_watches_now(day):
    assert counts.watching_now(day) == 0
    at(TEN + timedelta(minutes=17))
    assert counts.watching_now(day) == 2
    at(TEN + timedelta(minutes=12))
    assert counts.watching_now(day) == 2  # Boris stopped after the ninth


def test_the_page_and_the_workbook_say_the_same(day, desk):
    page = plain(desk.get(f"{DESK}/figures"))
    assert "3 участвовали дистанционно: 15 минут и больше" in page
    assert "Ранняя помощь 3 2 46 0 1 0 1 0" in page
    assert "22 апреля, 10:00 3 3" in page
    assert "личная страница: 3; кодовое слово: 1" in page
    body = desk.get(f"{DESK}/figures.xlsx").data
    book = CalamineWorkbook.from_filelike(BytesIO(body))
    totals = book.get_sheet_by_name("Показатели").to_python()[1:]
    assert [row[0] for row in totals] == [4, 1, 3, 5, 7, 6]
    people = book.get_sheet_by_name("Участники").to_python()[1:]
    assert [(row[0].split()[0], row[4], row[6]) for row in people] == [
        ("Борисов", 10, "да"),
        ("Верина", 16, "да"),
        ("Примерова", 20, "да"),
    ]
    assert book.sheet_names[-1] == "Пояснения"


def test_outsiders_see_none_of_it(day, client, sign_in):
    with writing():
        outsider = factories.user()
        other = factories.organiser(factories.series("other"))
    for path in ("figures", "figures.xlsx", "online", "online/sections/young"):
        assert client.get(f"{DESK}/{path}").status_code == 302
        assert sign_in(outsider).get(f"{DESK}/{path}").status_code == 404
        assert sign_in(other).get(f"{DESK}/{path}").status_code == 404


def test_the_desk_leads_there_and_tells_who_is_at_the_screens(day, desk):
    at(TEN + timedelta(minutes=17))
    page = text_of(desk.get(DESK))
    assert f"{DESK}/figures" in page
    assert "2 сейчас у экранов" in plain(desk.get(DESK))


def test_afterwards_the_summary_has_the_figures_of_those_who_were_remote(day, desk):
    at(TEN + timedelta(days=2))
    page = text_of(desk.get(f"{DESK}/outcome"))
    assert "участвовали дистанционно: 15 минут и больше" in page


def test_the_organiser_sets_the_rule_the_ways_and_the_groups(forum, desk, anna):
    path = f"{DESK}/online"
    token = desk.token(path)
    assert desk.post(f"{path}/rule", data={"csrf_token": token, "rule-minutes": "30"}).status_code == 303
    from hall import queries

    rule = queries.rule_of(forum.id)
    assert (rule.minutes, rule.word_counts) == (30, False)
    assert desk.post(f"{path}/rule", data={"csrf_token": token, "rule-minutes": "0"}).status_code == 422
    ways = {"phone": "+7 395 200-00-09", "audio_url": "https://example.org/a", "word": "кедр"}
    assert desk.submit(f"{path}/sections/early-help", ways).status_code == 303
    page = text_of(desk.get(path))
    assert "+7 395 200-00-09" in page
    assert "кедр" in page
    assert desk.submit(f"{path}/sections/early-help", ways | {"audio_url": "javascript:x"}).status_code == 422
    group = {
        "csrf_token": token,
        "group-territory": factories.TAYSHET,
        "group-place": "школа № 1",
        "group-people": "12",
    }
    assert desk.post(f"{path}/screens", data=group).status_code == 303
    assert "школа № 1" in text_of(desk.get(path))
    (point,) = queries.screens_of(forum.id)
    answer = desk.post(f"{path}/screens/{point.id}/removal", data={"csrf_token": token, "confirm": "yes"})
    assert answer.status_code == 303
    assert queries.screens_of(forum.id) == []


def test_a_participant_names_the_group_at_the_screen_and_may_put_it_right(client, forum, anna):
    at(TEN)
    path = link_path(anna)
    token = client.token(path + "/live")
    for people in ("7", "8"):
        assert client.post(path + "/screen", data={"csrf_token": token, "screen-people": people}).status_code == 303
    assert client.post(path + "/screen", data={"csrf_token": token, "screen-people": "9000"}).status_code == 422
    assert counts.figures(forum).collective == 8


def test_what_nobody_has_told_is_not_nought(forum, desk, anna):
    page = plain(desk.get(f"{DESK}/figures"))
    assert "нет данных участвовали дистанционно" in page
    assert "нет данных у общего экрана" in page
    assert "По секциям данных о дистанционном участии нет" in page

"""The parts of a forum's desk: one bar on each of its pages, whichever feature brings the page."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from forum.models import Forum, Section
from forum.tabs import AREA
from kernel.feature import registry
from kernel.transaction import writing
from programme.models import Slot
from tests import factories
from tests.client import PageClient

DESK = "/manage/forums/prosemyu-2027"
BAR = re.compile(r'<nav class="tabs" data-tabs aria-label="Части[^>]*>(.*?)</nav>', re.DOTALL)


@dataclass(frozen=True)
class Desk:
    """A forum with one section and one item, and its organiser."""

    forum: Forum
    section: Section
    slot: Slot
    client: PageClient


@pytest.fixture
def desk(app, sign_in) -> Desk:
    with writing():
        forum = factories.forum()
        section = factories.section(forum)
        slot = factories.slot(section)
        organiser = factories.organiser(forum.series)
    return Desk(forum, section, slot, sign_in(organiser))


def bar(client, address):
    """(label, whether it is the current one) of each tab."""
    found = BAR.search(client.get(address).get_data(as_text=True))
    links = re.findall(r"<a href=[^>]*?( aria-current=\"page\")?>\s*([^<]+?)\s*</a>", found[1]) if found else []
    return [(label, bool(current)) for current, label in links]


def test_each_page_of_the_desk_shows_all_parts_and_marks_its_own(desk):
    pages = {
        "Обзор": [DESK, f"{DESK}/edit"],
        "Программа": [f"{DESK}/programme", f"{DESK}/programme/slots/{desk.slot.code}", f"{DESK}/programme/import"],
        "Спикеры": [f"{DESK}/speakers"],
        "Участники": [f"{DESK}/registrations", f"{DESK}/registrations/new", f"{DESK}/registrations/import"],
        "Залы": [f"{DESK}/places", f"{DESK}/sections/new", f"{DESK}/sections/{desk.section.slug}"],
        "Вход": ["/door/prosemyu-2027"],
        "Итоги": [f"{DESK}/outcome"],
    }
    for part, addresses in pages.items():
        for address in addresses:
            assert bar(desk.client, address) == [(label, label == part) for label in pages], address


def test_every_page_of_a_desk_belongs_to_one_part(app):
    tabs = {tab.endpoint for tab in registry().tabs[AREA]}
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/manage/forums/<slug>") and "GET" in rule.methods and "." not in rule.rule
    }
    files = {"programme_desk.material"}
    assert pages - files - set(registry().behind) == set()
    assert set(registry().behind.values()) - tabs == set()
    assert set(registry().behind) - {rule.endpoint for rule in app.url_map.iter_rules()} == set()


def test_whoever_only_keeps_the_door_sees_no_bar(desk, sign_in):
    with writing():
        volunteer = factories.door_volunteer(desk.forum)
    assert bar(sign_in(volunteer), "/door/prosemyu-2027") == []


def test_an_outsider_finds_no_outcome(desk, sign_in):
    with writing():
        other = factories.organiser(factories.series("other"))
    assert sign_in(other).get(f"{DESK}/outcome").status_code == 404
    assert sign_in(other).post(f"{DESK}/outcome").status_code == 405

"""From the pages of a practice in the work area one comes back to the list it was opened from."""

from __future__ import annotations

import re

import pytest

from accounts.enums import Role
from kernel.access import ByLink
from kernel.transaction import writing
from practices.models import Admission
from practices.moderation import operations
from tests import factories

CARD = "/manage/practices/konsultant"
WAITING = ("Ждут вас", "/manage/practices/waiting")
CATALOGUE = ("Практики каталога", "/manage/practices")
FOUND = ("Практики каталога", "/manage/practices?q=%D0%BA%D0%BE%D0%BD&sort=changed&order=desc")
PAGES = [f"{CARD}/review", CARD, f"{CARD}/author", f"{CARD}/changes", f"{CARD}/publication", f"{CARD}/preview"]


@pytest.fixture
def client(app, sign_in):
    """An organiser, to whom a card was sent."""
    with writing():
        practice = factories.practice(slug="konsultant", admission=Admission.draft)
        operations.submit(factories.author(practice), by=ByLink("автор"))
        person = factories.organiser(factories.series())
    return sign_in(person)


def way(client, path):
    """Label and address of the first link of the way to `path`."""
    page = client.get(path).get_data(as_text=True)
    found = re.search(r'<nav class="crumbs".*?<a href="([^"]*)">(.*?)</a>', page, re.S)
    assert found, path
    return found.group(2).replace("\u00a0", " "), found.group(1).replace("&amp;", "&")


@pytest.mark.parametrize("page", PAGES)
def test_the_way_leads_to_the_list_one_came_from(client, page):
    for come_from in (WAITING, FOUND, WAITING):
        client.get(come_from[1])
        assert way(client, page) == come_from


def test_without_a_list_the_way_leads_to_the_usual_one(client):
    assert [way(client, page) for page in PAGES] == [WAITING, *[CATALOGUE] * 5]


def test_the_way_outlives_what_is_done_on_the_page(client):
    client.get(FOUND[1])
    client.submit(f"{CARD}/review", {"accept": "1", "version": "0"})
    client.submit(CARD, {})
    assert way(client, CARD) == FOUND


def test_an_expert_comes_back_to_the_same_list_of_grades(client, sign_in):
    with writing():
        factories.practice(slug="klub")
        expert = sign_in(factories.give(factories.user(), Role.expert))
    label = "Оценки практик"
    assert way(expert, "/manage/grading/klub") == (label, "/manage/grading")
    expert.get("/manage/grading?graded=yes&page=1")
    assert way(expert, "/manage/grading/klub") == (label, "/manage/grading?graded=yes&page=1")


def test_a_query_too_long_for_a_cookie_is_not_kept(client):
    client.get("/manage/practices?q=" + "a" * 600)
    assert way(client, CARD) == CATALOGUE


def test_the_way_keeps_the_language(client):
    client.get("/en" + WAITING[1])
    assert way(client, f"/en{CARD}") == ("Waiting for you", "/en" + WAITING[1])


def test_a_list_opened_again_sends_no_new_cookie(client):
    client.get(WAITING[1])
    assert "Set-Cookie" not in client.get(WAITING[1]).headers

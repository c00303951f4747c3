"""«Sure?» from the server, for those without JavaScript."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from kernel.db import db
from kernel.transaction import writing
from programme.models import Slot
from tests import factories
from tests.client import PageClient

PAGE = "/manage/forums/prosemyu-2027/programme"


@dataclass(frozen=True)
class Desk:
    """An organiser, and the address that asks before it cancels their talk."""

    client: PageClient
    address: str


@pytest.fixture
def desk(app, sign_in) -> Desk:
    with writing():
        forum = factories.forum()
        slot = factories.slot(factories.section(forum), "Доклад «О главном»")
        person = factories.organiser(forum.series)
    return Desk(client=sign_in(person), address=f"{PAGE}/slots/{slot.code}/cancellation")


def fields(page: str, address: str) -> dict[str, str]:
    """What the form to `address` sends when its button is pressed and no script has run."""
    form = re.search(rf'(?s)<form method="post" action="{re.escape(address)}".*?</form>', page)
    assert form is not None
    found = re.findall(
        r'<(?:input type="hidden"|button class="[^"]*" type="submit") name="(\w+)" value="([^"]*)"', form[0]
    )
    return {name: html.unescape(value) for name, value in found}


def cancelled() -> bool:
    db.session.rollback()
    return db.session.scalars(select(Slot)).one().cancelled


def test_the_server_asks_and_the_deed_is_done_on_yes(desk):
    client, address = desk.client, desk.address
    first = fields(client.get(PAGE).get_data(as_text=True), address)
    asked = client.post(address, data=first, headers={"Referer": f"http://localhost{PAGE}?q=доклад"})
    page = asked.get_data(as_text=True)
    assert asked.status_code == 200
    assert "Отменить «Доклад „О главном“»?" in page.replace("\u00a0", " ")
    assert re.findall('<a class="button plain" href="([^"]*)"', page)[-1].startswith(f"{PAGE}?q=")
    assert not cancelled()
    second = fields(page, address)
    assert (second["confirm"], second["cancelled"], "question" in second) == ("yes", "yes", False)
    assert client.post(address, data=second).status_code == 302
    assert cancelled()


def test_the_way_back_never_leads_to_another_site(desk):
    client, address = desk.client, desk.address
    first = fields(client.get(PAGE).get_data(as_text=True), address)
    for came in ("https://elsewhere.example/x", "//elsewhere.example/x", ""):
        page = client.post(address, data=first, headers={"Referer": came}).get_data(as_text=True)
        assert re.findall('<a class="button plain" href="([^"]*)"', page)[-1] == "/"


def test_without_a_valid_token_nothing_is_asked(desk):
    client, address = desk.client, desk.address
    first = fields(client.get(PAGE).get_data(as_text=True), address)
    answer = client.post(address, data=first | {"csrf_token": "forged"})
    assert (answer.status_code, first["question"] in html.unescape(answer.get_data(as_text=True))) == (400, False)


def test_who_may_not_do_it_is_not_asked(desk, sign_in):
    first = fields(desk.client.get(PAGE).get_data(as_text=True), desk.address)
    with writing():
        stranger = sign_in(factories.user())
    answer = stranger.submit(desk.address, {k: v for k, v in first.items() if k != "csrf_token"}, page="/work")
    assert answer.status_code == 404

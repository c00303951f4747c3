"""A session's cookie: copied, kept, shown again after its end, changed by hand, signed by another clock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from kernel import db as kernel_db
from kernel import security
from kernel.assets import asset
from kernel.db import db
from kernel.security import SLACK
from kernel.transaction import writing
from practices.moderation.models import AUTHOR_LINK
from tests import factories
from tests.accounts.test_sign_in import enter, person
from tests.client import PageClient
from tests.conftest import NOW

assert person  # a fixture


def copied(client: PageClient) -> PageClient:
    """Another browser with a copy of this one's cookie."""
    other = PageClient(client.application)
    other.set_cookie("tirazh", client.get_cookie("tirazh").value)
    return other


def test_a_copied_cookie_ends_with_the_session_it_was_copied_from(client, person):
    enter(client)
    thief, phone = copied(client), PageClient(client.application)
    enter(phone)
    assert thief.get("/practices/").status_code == 200
    client.submit("/logout", page="/work")
    answer = thief.get("/work")
    assert answer.headers["Location"] == "/login?next=/work"
    assert "_user_id" not in str(answer.headers.get("Set-Cookie"))
    assert phone.get("/work").status_code == 200


def test_signing_out_everywhere_ends_every_session(client, person):
    enter(client)
    phone = PageClient(client.application)
    enter(phone)
    client.submit("/logout", {"everywhere": "yes"}, page="/work")
    assert (client.get("/work").status_code, phone.get("/work").status_code) == (302, 302)
    assert enter(PageClient(client.application)).status_code == 302


def test_ended_sessions_are_forgotten_when_their_cookies_have_run_out(client, person):
    for hours in (0, 1, 14):
        kernel_db.set_clock(lambda hours=hours: NOW + timedelta(hours=hours))
        browser = PageClient(client.application)
        enter(browser)
        browser.submit("/logout", page="/work")
    db.session.expire_all()
    [ended] = person.ended_sessions
    assert ended[1] == int((NOW + timedelta(hours=26) + SLACK).timestamp())


def test_a_cookie_is_renewed_now_and_then_and_not_with_every_page(client, person, monkeypatch):
    enter(client)
    client.get("/work")
    assert "Set-Cookie" not in client.get("/work").headers
    monkeypatch.setattr(security, "RENEW", timedelta(seconds=-1))
    assert client.get("/work").headers["Set-Cookie"].startswith("tirazh=")


def test_a_cookie_changed_by_hand_opens_nothing(client, person):
    enter(client)
    value = client.get_cookie("tirazh").value
    client.set_cookie("tirazh", value[:-3] + ("abc" if not value.endswith("abc") else "xyz"))
    assert client.get("/work").headers["Location"] == "/login?next=/work"


@pytest.fixture
def always_old(monkeypatch):
    """Every cookie is old enough to be renewed."""
    monkeypatch.setattr(security, "RENEW", timedelta(seconds=-1))


@pytest.fixture
def later(monkeypatch):
    """`later(seconds)`: cookies made from now on are signed by a clock that is so much ahead."""
    from itsdangerous import timed

    def move(seconds: float) -> None:
        now = timed.time.time
        monkeypatch.setattr(timed.TimestampSigner, "get_timestamp", lambda _self: int(now() + seconds))

    return move


def again(client: PageClient) -> PageClient:
    """The same person at another browser."""
    browser = PageClient(client.application)
    enter(browser)
    return browser


@pytest.mark.parametrize("file", ["", "css/print.css"])
def test_a_cookie_is_not_renewed_where_nobody_looks_whose_it_is(app, client, person, always_old, file):
    """Fails when age alone decides: a copy of an ended session, shown there all day, is fresh when its end is
    forgotten, and a file that any cache may keep for a year carries somebody's cookie."""
    path = asset(file) if file else "/healthz"
    enter(client)
    thief = copied(client)
    client.submit("/logout", page="/work")
    for browser in (thief, again(client)):
        answer = browser.get(path)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)


@pytest.mark.parametrize("everywhere", ["", "yes"])
def test_an_ended_session_is_not_signed_anew_with_a_word_for_the_reader(client, person, everywhere):
    """Fails when whatever changes the session signs it: an author's page answers with a word and looks for no account."""
    with writing():
        link = f"{AUTHOR_LINK.path(factories.author(factories.practice()))}"
    enter(client)
    token = client.token(link)
    thief = copied(client)
    client.submit("/logout", {"everywhere": everywhere}, page="/work")
    answer = thief.post(f"{link}/withdrawal", data={"csrf_token": token})
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (303, True)
    with thief.session_transaction() as session:
        assert "_user_id" not in session
    assert thief.get("/work").headers["Location"] == "/login?next=/work"


def test_a_word_for_the_reader_does_not_sign_out_whose_session_holds(client, person):
    with writing():
        link = f"{AUTHOR_LINK.path(factories.author(factories.practice()))}"
    enter(client)
    client.submit(f"{link}/withdrawal", page=link)
    with client.session_transaction() as session:
        assert {"_flashes", "_user_id", "sid"} <= set(session)
    assert client.get("/work").status_code == 200


def test_a_copy_is_as_old_as_ever_when_its_end_is_forgotten(client, person, always_old):
    enter(client)
    thief = copied(client)
    taken = thief.get_cookie("tirazh").value
    client.submit("/logout", page="/work")
    for hours in range(14):
        kernel_db.set_clock(lambda hours=hours: NOW + timedelta(hours=hours))
        assert "Set-Cookie" not in thief.get("/healthz").headers
    again(client).submit("/logout", page="/work")
    db.session.rollback()
    assert len(person.ended_sessions) == 1  # the copy's is not among them any more
    assert thief.get_cookie("tirazh").value == taken


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(0, 200), (2, 200), (SLACK.total_seconds() + 60, 302), (-12 * 3600 + 60, 200), (-12 * 3600 - 60, 302)],
)
def test_a_cookie_signed_by_another_clock(client, person, always_old, later, seconds, status):
    """Of two machines one is a second ahead; one was far ahead and has been put right; twelve hours are over."""
    enter(client)
    later(seconds)
    client.get("/work")
    assert client.get("/work").status_code == status


def test_signed_nonsense_is_an_empty_session(client, person):
    signer = client.application.session_interface.get_signing_serializer(client.application)
    client.set_cookie("tirazh", signer.make_signer(signer.salt).sign(b"no JSON").decode())
    assert client.get("/work").status_code == 302


@pytest.mark.parametrize("value", ["", ".", "..", "a.b.c", '""', "%00", "x" * 4000])
def test_nonsense_is_an_empty_session(client, person, value):
    client.set_cookie("tirazh", value)
    assert client.get("/work").status_code == 302
    assert client.get("/practices/").status_code == 200


def test_addresses_built_for_the_first_time_by_many_threads_are_the_same(application):
    """Each rule's builder is compiled when it is first wanted: sixteen threads want it at once."""
    from app import create_app

    rules = [rule for rule in application.url_map.iter_rules() if "any(" not in rule.rule]
    wanted = [(rule.endpoint, dict.fromkeys(rule.arguments, 7)) for rule in rules]

    def build(app: Any) -> list[str]:
        adapter = app.url_map.bind("forum.example.org")
        return [adapter.build(endpoint, values) for endpoint, values in wanted]

    expected = build(application)
    fresh = create_app(dict(application.config))
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(build, [fresh] * 16)) == [expected] * 16


def test_a_form_of_another_session_is_told_in_the_readers_language(client, person):
    """Somebody signed in or out in another window: what was typed stays, and the button works."""
    token = client.token("/login")
    client.delete_cookie("tirazh")
    fields = {"email": "anna@example.org", "password": "x", "csrf_token": token}
    for broken in (fields, fields | {"csrf_token": ""}, fields | {"csrf_token": "x"}):
        answer = client.post("/login", data=broken)
        page = answer.get_data(as_text=True)
        assert (answer.status_code, 'value="anna@example.org"' in page) == (422, True)
        assert "Страница слишком долго была открыта" in page.replace("\N{NO-BREAK SPACE}", " ")
        assert "CSRF" not in page

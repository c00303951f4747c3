"""A kept page is everybody's: nothing of the visitor who first asked for it stays in it."""

from __future__ import annotations

import pytest
from flask import flash, render_template_string, request, session
from flask_login import current_user

from kernel import pages
from kernel.access import actor
from kernel.documents.sheets import XLSX
from kernel.keyed_request import NotInKey
from tests.site.kept_world import KeptWorld, kept_by, kept_rules, kept_world

STRANGE = "zzstrange"
HEADERS = {
    "User-Agent": STRANGE,
    "Referer": f"https://forum.example.org/{STRANGE}",
    "Accept": "application/json",
    "Accept-Language": "en",
    "Origin": f"https://{STRANGE}.example",
    "X-Forwarded-For": STRANGE,
    "X-Forwarded-Host": f"{STRANGE}.example",
    "X-Forwarded-Prefix": f"/{STRANGE}",
    "X-Requested-With": "XMLHttpRequest",
    "Authorization": f"Bearer {STRANGE}",
    "Host": f"{STRANGE}.example",
    "Cookie": f"lang={STRANGE}; remember_token=1|{STRANGE}",
}


@pytest.fixture
def everything_kept(app) -> KeptWorld:
    return kept_world()


def test_nothing_of_who_asks_first_stays_in_a_kept_page(app, client, everything_kept):
    rules = kept_rules(app)
    assert len(rules) >= 20
    client.checking = False
    every = {name for rule in rules for name in kept_by(app, rule) or ()}
    for rule in rules:
        named = kept_by(app, rule) or ()
        others = sorted((every | {"email", "promo", "sort", "q", "page", "next", "lang"}) - set(named))
        strange = dict.fromkeys(others, f"{STRANGE}\"><a href='//evil.example'>") | {"map": "tiles", "page": "2"}
        strange = {name: value for name, value in strange.items() if name not in named}
        for language in ("", "/en"):
            path = language + everything_kept.address(rule)
            pages.forget()
            first = client.get(path, query_string=strange, headers=HEADERS)
            next_one = client.get(path)
            assert next_one.status_code == 200, path
            pages.forget()
            fresh = client.get(path)
            if fresh.mimetype != XLSX:  # a workbook tells when it was made
                assert first.data == next_one.data == fresh.data, path
            assert STRANGE.encode() not in next_one.data + str(next_one.headers).encode(), path


def test_what_a_page_names_stays_in_its_links_in_the_page_s_own_order(client, everything_kept):
    path = f"/forums/{everything_kept.forum.slug}/programme"
    asked = client.get(f"{path}?utm_source=mail&day=2027-04-22&email=a@example.org&view=sections")
    text = asked.get_data(as_text=True)
    assert f'hreflang="en" href="/en{path}?view=sections&amp;day=2027-04-22"' in text
    assert "example.org&" not in text
    assert "utm" not in text


READS = {
    "a parameter": lambda: request.args.get("promo"),
    "a parameter by brackets": lambda: request.args["promo"],
    "a parameter's values": lambda: request.args.getlist("promo"),
    "whether there is a parameter": lambda: "promo" in request.args,
    "a parameter in a template": lambda: render_template_string("{{ request.args.promo }}"),
    "the merged ones": lambda: request.values.get("promo"),
    "a header": lambda: request.headers.get("User-Agent"),
    "what is accepted": lambda: request.accept_languages,
    "where one came from": lambda: request.referrer,
    "a cookie": lambda: request.cookies.get("lang"),
    "an address": lambda: request.remote_addr,
    "a session": lambda: session.update(seen=1),
    "a message for later": lambda: flash("kept"),
    "what is in a session": lambda: session.get("sid"),
    "whether it is in a session": lambda: "sid" in session,
    "messages": lambda: render_template_string("{{ get_flashed_messages() }}"),
    "a form's token": lambda: render_template_string("{{ csrf_token() }}"),
    "whether anybody is signed in": lambda: current_user.is_authenticated,
    "who is signed in": lambda: render_template_string("{{ current_user.display_name }}"),
    "what the reader may do": lambda: actor().scopes("adoption:adoption:start"),
}


@pytest.mark.parametrize("reads", READS.values(), ids=READS)
def test_reading_more_than_the_key_holds_fails_loudly(app, reads):
    @pages.warm("site", query=("view",))
    def page() -> str:
        return str(reads())

    with app.test_request_context("/page?promo=1&view=a", headers=HEADERS), pytest.raises(NotInKey):
        page()


def test_what_the_key_holds_can_be_read(app):
    @pages.warm("site", query=("view", "day"))
    def page() -> str:
        return f"{request.args.getlist('view')} {request.args.get('day')} {request.host}"

    with app.test_request_context("/page?x=1&view=b&view=a", headers=HEADERS):
        assert page().get_data(as_text=True) == "['b', 'a'] None forum.example.org"
        assert request.args.get("x") == "1"
        assert request.headers["User-Agent"] == STRANGE

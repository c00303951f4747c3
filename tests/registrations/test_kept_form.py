"""The sign-up form is kept in each process: what is the reader's or moves is put into it anew each time."""

from __future__ import annotations

import re

import pytest

from accounts import settings
from forum.operations import edit_forum, edit_section
from kernel import pages
from kernel.forms import form_token
from kernel.keyed_request import NotInKey, of_the_key
from kernel.transaction import writing
from registrations import forms
from tests import factories
from tests.client import PageClient
from tests.registrations.conftest import enrol, fill, set_capacity, text_of

PAGE = "/forums/prosemyu-2027/registration"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def form_of(client: PageClient, path: str = PAGE) -> str:
    return text_of(client.get(path))


def test_each_reader_finds_a_token_of_their_own(app, forum):
    ours, theirs = PageClient(app), PageClient(app)
    first, second = TOKEN.findall(form_of(ours)), TOKEN.findall(form_of(theirs))
    assert first
    assert second
    assert first != second
    assert theirs.post(PAGE, data=fill(forum, csrf_token=first[0])).status_code == 422
    assert ours.post(PAGE, data=fill(forum, csrf_token=first[0])).status_code == 303


def test_it_is_drawn_once(app, forum, monkeypatch):
    form_of(PageClient(app))
    monkeypatch.setattr(forms.RegistrationForm, "__init__", lambda *_args, **_kwargs: pytest.fail("drawn again"))
    form_of(PageClient(app))


def test_places_left_are_told_as_they_are(app, forum, client):
    set_capacity(forum, 2)
    assert "осталось 2 места" in form_of(client)
    enrol(forum)
    assert "осталось 1 место" in form_of(client)
    enrol(forum, "Другая Алла Ивановна", "alla@example.org")
    assert "мест нет" in form_of(client)


def rename_forum(forum):
    edit_forum(forum, {"name": "Иначе названный"}, by=None)


def rename_section(forum):
    edit_section(forum, forum.sections[0], {"name": "Иначе названный"}, by=None)


def rename_site(_forum):
    settings.change({"name": "Иначе названный"})


def rename_territory(_forum):
    factories.territory(factories.TAYSHET).name = "Иначе названный"
    pages.bump("site", "territories")  # as an import does


@pytest.mark.parametrize("change", [rename_forum, rename_section, rename_site, rename_territory])
def test_a_change_is_seen_at_once(app, forum, client, change):
    assert "Иначе названный" not in form_of(client)
    with writing():
        change(forum)
    assert "Иначе названный" in form_of(client)


def test_languages_are_kept_apart(forum, client):
    assert 'lang="ru"' in form_of(client)
    assert 'lang="en"' in form_of(client, "/en" + PAGE)
    assert 'lang="ru"' in form_of(client)


def test_a_form_in_a_page_kept_for_all_is_refused(app):
    """Whoever is not signed in finds the gaps of such a page closed: its form would have no token."""
    with app.test_request_context("/"), of_the_key("https://forum.example.org", (), ()), pytest.raises(NotInKey):
        form_token()

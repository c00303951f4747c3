from __future__ import annotations

import re

import pytest

from accounts import settings
from kernel.pages import bump
from kernel.transaction import writing
from tests import factories


@pytest.mark.parametrize(
    "path", ["/", "/en/", "/styleguide", "/privacy", "/forums/", "/en/forums/", "/robots.txt", "/sitemap.xml"]
)
def test_an_empty_site_has_pages(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/styleguide", "/dev/mail"])
def test_production_has_no_development_pages(app, client, path):
    app.config["ENVIRONMENT"] = "production"
    try:
        assert client.get(path).status_code == 404
    finally:
        app.config["ENVIRONMENT"] = "test"


@pytest.mark.parametrize(("path", "status"), [("/manage/people", 302), ("/no-such-page", 404), ("/", 200)])
def test_every_answer_has_an_id_for_the_log_refused_ones_too(client, path, status):
    answer = client.get(path)
    assert (answer.status_code, len(answer.headers["X-Request-ID"])) == (status, 12)


def test_the_first_screen_says_what_a_forum_lacks(app, sign_in):
    with writing():
        settings.change({"operator": "Центр помощи семье"})
        forum = factories.forum(programme_published=False)
        person = factories.organiser(forum.series)
    page = sign_in(person).get("/work").get_data(as_text=True)
    assert "Осталось 3" in page
    assert "/manage/forums/prosemyu-2027/programme" in page


def test_a_new_installation_tells_its_administrator_where_to_begin(app, sign_in):
    with writing():
        client = sign_in(factories.administrator())
    page = client.get("/work").get_data(as_text=True)
    steps = page.partition('id="first-steps"')[2].partition("</ol>")[0]
    assert re.findall(r'<a href="([^"]+)"', steps) == [
        "/manage/settings",
        "/manage/series/new",
        "/manage/forums/new",
        "/manage/practices",
        "/manage/people/new",
    ]
    with writing():
        settings.change({"operator": "Центр помощи семье"})
        factories.forum()
    steps = client.get("/work").get_data(as_text=True).partition('id="first-steps"')[2].partition("</ol>")[0]
    assert steps.count("сделано") == 3
    assert re.findall(r'<a href="([^"]+)"', steps) == ["/manage/practices", "/manage/people/new"]
    with writing():
        factories.practice()
        factories.user()
    assert "first-steps" not in client.get("/work").get_data(as_text=True)


def test_where_to_begin_is_told_to_administrators_only(app, sign_in):
    with writing():
        organiser = factories.organiser(factories.series())
    assert "first-steps" not in sign_in(organiser).get("/work").get_data(as_text=True)


def test_an_empty_catalogue_is_not_searched(client):
    for path in ("/", "/practices/", "/practices/?q=отцы"):
        page = client.get(path).get_data(as_text=True)
        assert 'type="search"' not in page
        assert page.partition("<main")[2].count('href="/practices/new"') == 2  # the button, and the footer's link
    with writing():
        factories.practice()
        bump("catalogue")
    assert 'type="search"' in client.get("/practices/").get_data(as_text=True)
    assert 'type="search"' in client.get("/").get_data(as_text=True)


def test_a_person_with_one_area_goes_straight_there(app, sign_in):
    with writing():
        forum = factories.forum()
        person = factories.door_volunteer(forum)
    assert sign_in(person).get("/work").headers["Location"] == "/door/"


def test_a_person_without_an_area_is_told_so(app, sign_in):
    with writing():
        person = factories.user()
    assert "К\u00a0практикам" in sign_in(person).get("/work").get_data(as_text=True)


def test_languages_keep_to_their_addresses(client):
    page = client.get("/en/forums/").get_data(as_text=True)
    assert '<html lang="en">' in page
    assert 'hreflang="ru" href="/forums/"' in page
    assert 'href="/en/practices/"' in page


@pytest.mark.parametrize(
    ("path", "method", "code", "words"),
    [
        ("/nothing", "GET", 404, "Такой страницы нет"),
        ("/forums/", "POST", 405, "Так это сделать нельзя"),
        ("/en/nothing", "GET", 404, "There is no such page"),
    ],
)
def test_errors_are_pages_in_the_readers_language(client, path, method, code, words):
    answer = client.open(path, method=method)
    assert answer.status_code == code
    assert words in answer.get_data(as_text=True)


def test_errors_of_json_addresses_are_json(client):
    answer = client.get("/nothing.json")
    assert answer.status_code == 404
    assert set(answer.get_json()) == {"error", "advice"}


def test_a_huge_body_is_refused_politely(client):
    answer = client.post("/login", data={"email": "x" * 13_000_000})
    assert answer.status_code == 413


def test_security_headers_are_on_every_answer(client):
    headers = client.get("/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"

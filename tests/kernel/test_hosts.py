"""In production only the host of PUBLIC_URL is answered; elsewhere any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from activity.models import Letter
from activity.outbox import compose
from app import create_app
from config import load
from home.warming import warm_up
from kernel import pages
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.client import PageClient
from tests.conftest import settings

OURS, EVIL = "forum.example.org", "evil.example.net"
PRODUCTION = {"ENVIRONMENT": "production", "MAIL_URL": "smtp://127.0.0.1:9"}
Make = Callable[..., Flask]


@pytest.fixture
def make(app: Flask, server: Any) -> Iterator[Make]:
    """`make(TRUSTED_PROXIES=1)`: another application on the test's database, in production."""
    made: list[Flask] = []

    def create(**changes: Any) -> Flask:
        base = settings(server.url("test"), app.config["VAR"])
        made.append(create_app(base | PRODUCTION | changes))
        return made[-1]

    yield create
    for one in made:
        with one.app_context():
            db.engine.dispose()


def ask(app: Flask, path: str, host: str = OURS, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return PageClient(app).get(path, headers=named, base_url=f"https://{host}")


@pytest.mark.parametrize("path", ["/", "/en/", "/practices/", "/forums", "/manage/people", "/nothing", "/sitemap.xml"])
def test_an_unknown_host_is_told_the_address_and_nothing_else(make, path):
    answer = ask(make(), path, EVIL)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'href="https://forum.example.org/"' in page
    assert EVIL not in page + str(answer.headers)
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert page.count("href=") == 1
    assert answer.headers["X-Request-ID"]


def test_the_page_speaks_the_language_of_the_address(make):
    application = make()
    assert "У\u00a0этого сайта другой адрес" in ask(application, "/", EVIL).get_data(as_text=True)
    assert "This site has another address" in ask(application, "/en/", EVIL).get_data(as_text=True)


@pytest.mark.parametrize("host", ["", "10.0.0.7:8000", EVIL, OURS])
def test_a_balancer_asks_for_the_health_by_any_host(make, host):
    assert make().test_client().get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", [OURS, "Forum.Example.ORG", f"{OURS}:443", f"{OURS}:8443", f"{OURS}."])
def test_our_own_host_however_written(make, host):
    application = make()
    assert ask(application, "/forums/", host).status_code == 200
    turned = ask(application, "/forums", host)
    assert (turned.status_code, turned.headers["Location"]) == (308, f"https://{OURS}/forums/")


@pytest.mark.parametrize(
    "host", ["", " ", "forum.example.org.evil.example.net", "evil@forum.example.org", "[::1]", "форум"]
)
def test_what_only_looks_like_our_host(make, host):
    environ = {"HTTP_HOST": host}
    assert make().test_client().get("/", environ_overrides=environ).status_code == 400


def test_a_host_in_cyrillic(make):
    application = make(PUBLIC_URL="https://форум.рф:8443")
    answer = ask(application, "/forums", "xn--l1adgmc.xn--p1ai:8443")
    assert answer.headers["Location"] == "https://xn--l1adgmc.xn--p1ai:8443/forums/"
    assert ask(application, "/", EVIL).status_code == 400


def test_what_a_proxy_says_is_believed_only_of_a_trusted_one(make):
    alone, behind = make(), make(TRUSTED_PROXIES=1)
    for application, host, said, status in (
        (alone, OURS, EVIL, 200),
        (alone, EVIL, OURS, 400),
        (behind, OURS, EVIL, 400),
        (behind, EVIL, OURS, 200),
        (behind, OURS, f"{EVIL}, {OURS}", 200),
        (behind, OURS, f"{OURS}, {EVIL}", 400),
    ):
        answer = ask(application, "/forums/", host, X_Forwarded_Host=said)
        assert (answer.status_code, EVIL in answer.get_data(as_text=True)) == (status, False), (host, said)


def test_a_foreign_host_leaves_nothing_in_warm_pages_and_letters(make):
    application = make()
    with application.app_context():
        pages.forget()
        with writing():
            factories.practice(slug="konsultant")
    for path in ("/", "/practices/konsultant", "/sitemap.xml", "/robots.txt"):
        assert ask(application, path, EVIL).status_code == 400
        assert EVIL not in ask(application, path).get_data(as_text=True)
    client, page = PageClient(application), f"https://{OURS}/practices/konsultant/question"
    question = {
        "csrf_token": client.token(page),
        "text": "Сколько стоит?",
        "name": "Анна",
        "email": "anna@example.org",
        "consent_personal_data": "y",
    }
    for host, status in ((EVIL, 400), (OURS, 303)):
        answer = client.post(page, data=question, headers={"Referer": page, "Host": host})
        assert answer.status_code == status
    with application.test_request_context(base_url=f"https://{EVIL}"):
        text = compose(db.session.scalars(select(Letter)).one()).get_body(("plain",)).get_content()
    assert (f"https://{OURS}/" in text, EVIL in text) == (True, False)


def test_the_first_page_is_warm_after_the_start(make):
    application = make()
    pages.forget()
    warm_up(application)
    assert [key[0] for key in pages._cache] == [f"https://{OURS}"]


def test_elsewhere_any_host_is_answered(app):
    assert ask(app, "/forums/", EVIL).status_code == 200
    assert ask(app, "/forums", EVIL).headers["Location"] == f"https://{EVIL}/forums/"


@pytest.mark.parametrize(
    "address", ["forum.example.org", "https://", "https://a@b.example.org", "https://a.example.org/x"]
)
def test_production_does_not_start_with_half_an_address(address):
    with pytest.raises(RuntimeError, match="PUBLIC_URL"):
        load(PRODUCTION | {"SECRET_KEY": "x", "PUBLIC_URL": address})

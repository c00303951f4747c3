"""No logger writes a secret of an address: ours, Flask's, gunicorn's, Werkzeug's, SQLAlchemy's."""

from __future__ import annotations

import io
import json
import logging
import re

import pytest

from kernel.logs import JsonLines, mask

TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LOGGERS = ("app", "gunicorn.error", "gunicorn.access", "werkzeug", "sqlalchemy.engine.Engine", "tirazh.worker", "root")


@pytest.fixture
def written(app):
    """Whatever a logger writes, by a handler and a formatter that are not ours."""
    out, kept = io.StringIO(), {}

    def of(name: str, formatter: logging.Formatter) -> io.StringIO:
        logger = logging.getLogger(name)
        handler = logging.StreamHandler(out)
        handler.setFormatter(formatter)
        kept[handler] = (logger, logger.level)
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        return out

    yield of
    for handler, (logger, level) in kept.items():
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.mark.parametrize("formatter", [logging.Formatter(), JsonLines()], ids=["plain", "json"])
@pytest.mark.parametrize("name", LOGGERS)
def test_every_logger_masks_message_arguments_and_trace(written, name, formatter):
    out = written(name, formatter)
    logger = logging.getLogger(name)
    logger.warning("Exception on %s [%s]", f"/my/{TOKEN}", "GET")
    logger.info("%(r)s %(f)s", {"r": f"GET /author/{TOKEN.lower()}/documents", "f": f"https://x/answer/{TOKEN}?a=1"})
    try:
        raise ValueError(f"/launch/{TOKEN}/confirmation")
    except ValueError:
        logger.exception("of the token %s", TOKEN)
    assert TOKEN not in out.getvalue().upper()
    assert out.getvalue().count("***") == 6  # once more in the source line of the trace


def test_a_message_that_does_not_fit_its_arguments_is_written_without_them(written):
    out = written("tirazh.worker", JsonLines())
    logging.getLogger("tirazh.worker").error("%d letters to %s", f"/my/{TOKEN}")
    assert json.loads(out.getvalue())["message"] == "%d letters to %s"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("GET /my/secret/ticket.pdf HTTP/1.1", "GET /my/***/ticket.pdf HTTP/1.1"),
        ("/en/my/secret?x=1", "/en/my/***?x=1"),
        ("/login?next=%2Fmy%2Fsecret%2Fagain&x=1", "/login?next=%2Fmy%2F***%2Fagain&x=1"),
        ("/login?next=%252fmy%252fsecret", "/login?next=%252fmy%252f***"),
        ("/my/%73ecret/again", "/my/***/again"),
        ("'/reset/secret'", "'/reset/***'"),
        ("/my/", "/my/"),
        ("/economy/news", "/economy/news"),
    ],
)
def test_an_address_is_masked_however_it_is_written(text, masked):
    assert mask(text) == masked


def test_every_address_with_a_token_is_masked(app):
    for rule in app.url_map.iter_rules():
        if "token" in rule.arguments:
            address = re.sub(r"<[^>]+>", "secret", rule.rule.replace("<token>", TOKEN.lower()))
            assert TOKEN.lower() not in mask(address), rule.rule

"""Nothing that stands in a log opens anything, whoever wrote it; nothing that fails on the way takes a page with it."""

from __future__ import annotations

import io
import logging
import re
import shutil

import pytest
from jinja2 import TemplateError

from kernel import observe
from kernel.i18n import spoken
from tests.client import PageClient

SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def written(name: str, say) -> str:
    """What a plain handler of that logger writes."""
    logger, out = logging.getLogger(name), io.StringIO()
    handler = logging.StreamHandler(out)
    logger.addHandler(handler)
    try:
        say(logger)
    finally:
        logger.removeHandler(handler)
    return out.getvalue()


@pytest.mark.parametrize("name", ["app", "gunicorn.error", "werkzeug", "sqlalchemy.engine", "tirazh", "anything"])
def test_every_logger_masks(app, name):
    said = written(name, lambda log: log.error("Exception on %s [GET]", f"/en/my/{SECRET}"))
    assert said == "Exception on /en/my/*** [GET]\n"


def test_a_trace_is_masked_too(app):
    def fail(log: logging.Logger) -> None:
        try:
            raise ValueError(f"/answer/{SECRET}/file")
        except ValueError:
            log.exception("it failed")

    said = written("app", fail)
    assert (SECRET in said, "/answer/***/file" in said) == (False, True)


def test_every_address_with_a_secret_is_known(app):
    """A new address with a token in it must be masked from its first day."""
    secrets = [rule.rule for rule in app.url_map.iter_rules() if "token" in rule.arguments]
    assert len(secrets) > 15
    for rule in secrets:
        path = re.sub(r"<(?:[^:<>]+:)?token>", SECRET, rule)
        assert SECRET not in observe.mask(path), rule


def test_a_cache_that_cannot_be_written_costs_no_page(app, client, monkeypatch):
    cache = app.jinja_env.bytecode_cache
    shutil.rmtree(cache.directory)
    monkeypatch.setattr(cache, "directory", "/proc/nothing")  # nobody, root included, can write there
    app.jinja_env.cache.clear()
    assert client.get("/forums/").status_code == 200
    assert client.get("/nothing-here").status_code == 404


def test_an_error_has_a_page_whatever_fails(app, monkeypatch):
    def broken(*_args: object, **_kwargs: object) -> str:
        raise TemplateError("the page of errors itself")

    monkeypatch.setattr("kernel.errors.render_template", broken)
    client = PageClient(app)
    client.checking = False
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "Повторите через несколько минут." in answer.get_data(as_text=True)
    assert spoken() == "ru"


@pytest.mark.parametrize(("asked", "zipped"), [("gzip", True), ("gzip;q=0", False), ("identity, gzip;q=0.0", False)])
def test_gzip_is_not_sent_to_whoever_refuses_it(app, client, asked, zipped):
    client.get("/forums/")
    client.checking = False  # what is packed cannot be read as a page
    for path in ("/forums/", "/static/v-x/css/site.css"):
        answer = client.get(path, headers={"Accept-Encoding": asked}, buffered=True)
        assert (answer.headers.get("Content-Encoding") == "gzip") is zipped, path

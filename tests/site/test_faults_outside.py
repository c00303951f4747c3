"""A disk that takes nothing, a template that breaks: pages are shown all the same, errors too."""

from __future__ import annotations

import io
import logging
import shutil

import pytest

from app import create_app
from kernel.access import public
from kernel.db import db
from kernel.i18n import babel
from tests.conftest import settings

TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture
def fresh(app, server, tmp_path):
    """An application of its own, with a folder of data of its own; `as_file` names caches that cannot be kept there."""
    made = []

    def build(*as_file: str):
        for name in as_file:
            (tmp_path / name).write_text("not a folder")
        built = create_app(settings(server.url("test"), tmp_path) | {"RAISE_UNEXPECTED": False})
        made.append(built)
        return built

    yield build
    babel.domain_instance.by_language.clear()
    for built in made:
        with built.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.mark.parametrize("cache", ["templates", "translations"])
@pytest.mark.parametrize(("path", "code", "words"), [("/", 200, "Практики"), ("/nothing", 404, "Такой страницы нет")])
def test_a_cache_that_cannot_be_kept_stops_no_page(fresh, cache, path, code, words):
    babel.domain_instance.by_language.clear()
    answer = fresh(cache).test_client().get(path)
    assert (answer.status_code, words in answer.get_data(as_text=True)) == (code, True)


def test_a_cache_that_goes_away_while_the_site_works_stops_no_page(fresh, tmp_path):
    client = fresh().test_client()
    assert client.get("/forums/").status_code == 200
    shutil.rmtree(tmp_path / "templates")
    (tmp_path / "templates").write_text("not a folder")
    assert client.get("/practices/").status_code == 200


def test_a_cache_cut_short_is_made_anew(fresh, tmp_path):
    assert fresh().test_client().get("/nothing").status_code == 404
    cut = [path for path in (tmp_path / "templates").iterdir() if path.write_bytes(path.read_bytes()[:20])]
    assert len(cut) > 1
    assert fresh().test_client().get("/nothing").status_code == 404
    assert all(path.stat().st_size > 20 for path in cut)


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        (f"/my/{TOKEN}", 500, "Ошибка на\N{NO-BREAK SPACE}нашей стороне"),
        ("/nothing", 404, "Такой страницы нет"),
        ("/en/nothing", 404, "There is no such page"),
    ],
)
def test_the_page_of_an_error_survives_any_error(fresh, path, code, words):
    """All that a page needs is broken: the template, and the view of /my before it."""
    application, out = fresh(), io.StringIO()
    handler = logging.StreamHandler(out)
    logging.getLogger().addHandler(handler)

    def broken(*_arguments, **_more):
        raise RuntimeError(f"/my/{TOKEN}")

    application.jinja_env.get_or_select_template = broken
    application.view_functions["registrations.my_forum"] = public(broken)
    try:
        answer = application.test_client().get(path)
    finally:
        logging.getLogger().removeHandler(handler)
    assert (answer.status_code, words in answer.get_data(as_text=True)) == (code, True)
    assert "RuntimeError" in out.getvalue()
    assert TOKEN not in out.getvalue()


def test_health_is_told_without_a_folder_of_data(fresh, tmp_path):
    client = fresh().test_client()
    shutil.rmtree(tmp_path)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()["disk"]) == (503, False)

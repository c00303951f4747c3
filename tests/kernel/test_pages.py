"""Warm pages are kept within bounds: so many of them, so many bytes."""

from __future__ import annotations

import gzip
import os

import pytest
from flask import Response

from kernel import pages
from kernel.transaction import writing

pytestmark = pytest.mark.differs


@pytest.fixture
def site(app):
    """A public page as large as its address says."""

    @pages.warm("scope")
    def page(size: int, name: str) -> Response:
        return Response(os.urandom(size))  # what no compression makes smaller

    def ask(size: int, name: str) -> bytes:
        with app.test_request_context(f"/{size}/{name}", headers={"Accept-Encoding": "gzip"}):
            return gzip.decompress(page(size, name).get_data())

    return ask


def test_a_page_is_kept_until_it_is_stale(site):
    assert site(100, "a") == site(100, "a") != site(100, "b")


def test_many_bytes_push_out_the_pages_used_least(site, monkeypatch):
    monkeypatch.setattr(pages, "HEAVY", 10_000)
    small, first = site(100, "small"), site(3_000, "first")
    assert site(100, "small") == small
    site(3_000, "second")
    assert site(100, "small") == small
    assert site(3_000, "first") != first
    assert 6_000 < pages._weight() <= 10_000
    huge = site(30_000, "huge")
    assert len(pages._cache) == 1
    assert site(30_000, "huge") == huge


def test_values_are_kept_in_bounds(app):
    for number in range(pages.VALUES + 5):
        assert pages.remembered(f"value {number}", ("site",), lambda number=number: number) == number
    assert len(pages._values) == pages.VALUES
    made = []
    assert pages.remembered("value 0", ("site",), lambda: made.append(1) or 0) == 0
    assert made == [1]


def test_a_value_is_made_anew_inside_writing(app):
    pages.remembered("seen", ("site",), lambda: "before")
    with writing():
        assert pages.remembered("seen", ("site",), lambda: "now") == "now"
    assert pages.remembered("seen", ("site",), lambda: "later") == "before"

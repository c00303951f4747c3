"""The public picture of adoption: the table on a desk, the tile map on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import DESK, PHONE, Pages

pytestmark = pytest.mark.browser
BOX = "one => [one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight]"
ABBREVIATIONS = """() => [...document.querySelectorAll(".tiles .tile")].flatMap((tile) => {
  const text = tile.querySelector(".abbr"), place = tile.querySelector("rect").getBoundingClientRect(), own = text.getBoundingClientRect()
  return own.width > 0 && own.left >= place.left && own.right <= place.right && own.height >= 8 ? [] : [text.textContent]
})"""
"""Short forms that are not seen whole inside their tiles."""


def head(page: Page) -> float:
    box = page.locator(".matrix thead th").last.bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize("address", ["/adoption/", "/adoption/?columns=size&group=audience", "/adoption/?turned=1"])
def test_on_a_desk_only_the_page_scrolls_and_the_names_of_columns_stay(address: str, pages: Pages) -> None:
    page = pages.open(DESK)
    page.goto(address)
    matrix = page.locator(".matrix")
    assert matrix.evaluate(BOX) == [0, 0]
    assert page.evaluate("document.documentElement.scrollWidth") == 1280
    page.locator(".matrix tbody tr").last.evaluate(
        "one => one.scrollIntoView({ block: 'center', behavior: 'instant' })"
    )
    assert head(page) == 0


def test_too_many_columns_scroll_sideways_alone(pages: Pages) -> None:
    page = pages.open(DESK | {"viewport": {"width": 1000, "height": 900}})
    page.goto("/adoption/")
    sideways, down = page.locator(".matrix").evaluate(BOX)
    assert sideways > 0
    assert down == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 1000


def test_on_paper_the_table_is_whole(pages: Pages) -> None:
    page = pages.open(DESK)
    page.goto("/adoption/")
    page.emulate_media(media="print")
    style: Any = page.locator(".matrix").evaluate("one => getComputedStyle(one).overflow")
    assert style == "visible"
    assert page.locator(".matrix thead th").last.evaluate("one => getComputedStyle(one).position") == "static"


@pytest.mark.parametrize("address", ["/", "/adoption/", "/territories/25000000"])
def test_on_a_phone_every_tile_is_named(address: str, pages: Pages) -> None:
    page = pages.open(PHONE)
    page.goto(address)
    assert page.locator(".tiles .abbr").count() == 42
    assert page.evaluate(ABBREVIATIONS) == []
    listed = page.locator(".tile-list")
    if address == "/":
        assert not listed.get_by_role("link", name="Тайшетский").is_visible()
        listed.locator("summary").click()
    assert listed.get_by_role("link").count() == 42
    assert listed.get_by_role("link", name="Тайшетский").is_visible()


def test_on_a_desk_tiles_carry_whole_names_and_no_list(pages: Pages) -> None:
    page = pages.open(DESK)
    page.goto("/")
    assert not page.locator(".tiles .abbr").first.is_visible()
    assert not page.locator(".tile-list").is_visible()

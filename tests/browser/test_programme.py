"""The programme on the day, and on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, Pages

pytestmark = pytest.mark.browser
TABLE = "/forums/prosemyu-2027/programme?view=grid"


def at(page: Page, time: str) -> None:
    """Open the table at this time of the forum's day, by Irkutsk."""
    page.clock.set_fixed_time(f"2027-04-22T{time}:00+08:00")
    page.goto(TABLE)


def test_a_line_shows_the_time_in_the_table(pages: Pages) -> None:
    page = pages.open(DESK)
    at(page, "13:40")
    row, line = page.locator("tr", has_text="Стандарт по приказу").bounding_box(), page.locator("[data-now-line]")
    box = line.bounding_box()
    assert row
    assert box
    assert box["y"] == pytest.approx(row["y"] + row["height"] * 10 / 15, abs=3)
    for time in ("09:00", "12:30", "19:00"):
        at(page, time)
        expect(line).to_be_hidden()


def test_the_names_of_sections_stay_in_sight(pages: Pages) -> None:
    page = pages.open(DESK)
    page.goto(TABLE)
    page.locator("tbody tr").last.scroll_into_view_if_needed()
    box = page.locator("thead th").nth(1).bounding_box()
    assert box
    assert box["y"] == pytest.approx(0, abs=1)


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/forums/prosemyu-2027/programme", 2),
        (TABLE, 2),
        ("/forums/prosemyu-2027/programme?view=halls", 5),
        ("/practices/domashniy-konsultant", 2),
    ],
)
def test_paper_is_saved(pages: Pages, address: str, most: int) -> None:
    page = pages.open(DESK)
    page.goto(address, wait_until="networkidle")
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert len(sheets) <= most

"""The real map in a browser: light, readable on a phone, usable by keyboard. Its boundaries are invented here."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from math import sin
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.chromium import DESK, PHONE, Pages
from tests.browser.server import ROOT, Installation
from tests.browser.test_pages import AXE, WIDE, contrast
from tests.browser.test_weight import LIMIT, REQUESTS, weigh

pytestmark = pytest.mark.browser
CREDIT = "© Придуманные границы"
STEPS = 60


def boundaries(places: list[tuple[str, int, int]]) -> bytes:
    """A trembling square for each (OKTMO, column, row) of the tile map; neighbours share their border's points."""

    def corner(x: float, y: float) -> list[float]:
        return [95 + x + 0.04 * sin(40 * y + 9 * x), 65 - y + 0.04 * sin(40 * x + 9 * y)]

    features = []
    for code, column, row in places:
        line = [step / STEPS for step in range(STEPS)]
        ring = [corner(column + along, row) for along in line]
        ring += [corner(column + 1, row + along) for along in line]
        ring += [corner(column + 1 - along, row + 1) for along in line]
        ring += [corner(column, row + 1 - along) for along in line]
        geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", "properties": {"oktmo": code}, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture(scope="module")
def mapped(template: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The demo world with boundaries, served."""
    site = template.copy(tmp_path_factory.mktemp("mapped") / "var")
    connection = sqlite3.connect(site.folder / "tirazh.sqlite3")
    statement = "SELECT oktmo, tile_col, tile_row FROM territory WHERE tile_col IS NOT NULL AND valid_to IS NULL"
    places = connection.execute(statement).fetchall()
    connection.close()
    file = site.folder / "boundaries.geojson"
    file.write_bytes(boundaries(places))
    command = [sys.executable, "-m", "flask", "import", "boundaries", str(file), "--credit", CREDIT, "--yes"]
    done = subprocess.run(command, cwd=ROOT, env=site.environment(), capture_output=True, text=True)
    assert done.stdout.endswith("created 42, changed 0, skipped 0, errors 0\n"), done.stdout + done.stderr
    site.start()
    yield site
    site.stop()


@pytest.fixture
def visitor(playwright: Playwright, browser: Browser, mapped: Installation) -> Iterator[Pages]:
    pages = Pages(playwright, browser, mapped)
    yield pages
    pages.close()
    assert pages.unexpected() == []


@pytest.mark.parametrize("address", ["/", "/adoption/", "/territories/25000000"])
def test_a_first_visit_stays_light(address: str, visitor: Pages) -> None:
    weights = weigh(visitor.open(PHONE), address)
    shown = "\n".join(f"{size:7} {url}" for url, size in weights.items())
    assert sum(weights.values()) <= LIMIT, shown
    assert len(weights) <= REQUESTS, shown
    assert "-wght-" not in shown


def test_by_keyboard_a_territory_is_reached_seen_and_opened(visitor: Pages) -> None:
    page = visitor.open(DESK)
    page.goto("/adoption/")
    link = page.get_by_role("group").get_by_role("link", name="Тайшетский")
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    width: Any = link.locator("path").evaluate("one => getComputedStyle(one).strokeWidth")
    assert width == "5px"
    page.keyboard.press("Enter")
    page.wait_for_url("**/territories/25536000")


def test_the_way_to_tiles_and_back_is_in_the_address(visitor: Pages) -> None:
    page = visitor.open(DESK)
    page.goto("/adoption/?sort=name")
    page.get_by_role("link", name="Плитки").click()
    page.wait_for_url("**/adoption/?sort=name&map=tiles#map")
    assert page.locator(".real").count() == 0
    page.get_by_role("link", name="Карта", exact=True).click()
    page.wait_for_url("**/adoption/?sort=name#map")
    assert page.get_by_text(f"Границы: {CREDIT}").is_visible()


def test_the_page_is_accessible_and_fits_a_phone(visitor: Pages) -> None:
    axe = (Path(ROOT) / "static" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
    page = visitor.open(DESK, reduced_motion="reduce")
    page.goto("/adoption/", wait_until="load")
    page.evaluate(axe)
    faults = {"desk": page.evaluate(AXE, {})}
    assert not page.locator(".real .only-phone").is_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(".real .only-phone a", has_text="Тайшетский").is_visible()
    faults["phone"] = page.evaluate(AXE, {})
    faults["wide"] = page.evaluate(WIDE)
    page.emulate_media(color_scheme="dark")
    faults["dark"] = contrast(page)
    assert {where: found for where, found in faults.items() if found} == {}

"""What a first visit costs: bytes as they travel, and how many requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from kernel.assets import compact
from tests.browser.chromium import PHONE, Pages

pytestmark = pytest.mark.browser
LIMIT = 90_000
REQUESTS = 12


@pytest.mark.parametrize("address", ["/", "/forums/prosemyu-2027/", "/forums/prosemyu-2026/programme", "/adoption/"])
def test_first_visit(address: str, pages: Pages) -> None:
    page = pages.open(PHONE)
    weights = weigh(page, address)
    shown = "\n".join(f"{size:7} {url}" for url, size in weights.items())
    assert sum(weights.values()) <= LIMIT, shown
    assert len(weights) <= REQUESTS, shown
    assert "-wght-" not in shown  # the small faces hold every character of the page


def test_the_compact_style_sheet_says_what_its_sources_say(pages: Pages) -> None:
    folder = Path(__file__).parents[2] / "static" / "css"
    written = "\n".join(
        (folder / name).read_text(encoding="utf-8") for name in (folder / "order.txt").read_text().split()
    )
    page = pages.open(PHONE)
    page.goto("/")
    read = """css => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        return [...sheet.cssRules].map(rule => rule.cssText.replaceAll(/\\s+/g, " ").replaceAll(", ", ","));
    }"""
    rules: list[str] = page.evaluate(read, written)
    assert len(rules) > 20
    assert page.evaluate(read, compact(written)) == rules


def test_a_rarer_letter_comes_from_the_whole_face(pages: Pages) -> None:
    page = pages.open(PHONE)
    page.goto("/practices/?q=ґанок", wait_until="networkidle")
    loaded: list[str] = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    fonts = sorted(name.rsplit("/", 1)[1] for name in loaded if name.endswith(".woff2"))
    assert fonts == ["golos-text-basic.woff2", "golos-text-cyrillic-wght-normal.woff2", "golos-text-russian.woff2"]


def weigh(page: Page, address: str) -> dict[str, int]:
    """Encoded bytes of every answer, headers included, by address. The page is scrolled to its end."""
    network = page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    weights: dict[str, int] = {}

    def asked(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def loaded(event: dict[str, Any]) -> None:
        weights[addresses[event["requestId"]]] = int(event["encodedDataLength"])

    network.on("Network.requestWillBeSent", asked)
    network.on("Network.loadingFinished", loaded)
    network.send("Network.enable")
    page.goto(address, wait_until="networkidle")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    assert len(weights) > 1
    return weights

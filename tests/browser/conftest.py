from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser.chromium import DESK, PHONE, Pages, Readers, launch
from tests.browser.server import Installation

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands in this folder wants a browser, whether it says so or not."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The demo world, loaded once for all workers of this run."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    installation = Installation(shared / "demo-world")
    with (shared / "demo-world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "demo-world.ready").exists():
            installation.prepare()
            (shared / "demo-world.ready").touch()
    return installation


@pytest.fixture(scope="session")
def site(template: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """This worker's own copy of the demo world, served."""
    installation = template.copy(tmp_path_factory.mktemp("site") / "var")
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def pages(playwright: Playwright, browser: Browser, site: Installation) -> Iterator[Pages]:
    """Makes pages; the test fails when any of them logged an error, broke the policy or got a 5xx."""
    pages = Pages(playwright, browser, site)
    yield pages
    pages.close()
    assert pages.unexpected() == []


@pytest.fixture(scope="session")
def kept_readers(playwright: Playwright, browser: Browser, site: Installation) -> Iterator[Readers]:
    pages = Pages(playwright, browser, site)
    yield Readers(pages)
    pages.close()


@pytest.fixture
def readers(kept_readers: Readers) -> Iterator[Readers]:
    """Pages of people who only look; the test fails when one of them noticed a fault."""
    kept_readers.pages.faults.clear()
    yield kept_readers
    assert kept_readers.pages.unexpected() == []


@pytest.fixture
def phone(pages: Pages) -> Page:
    """A visitor's phone, 390 px wide."""
    return pages.open(PHONE)


@pytest.fixture
def desk(pages: Pages) -> Page:
    """A visitor's computer, 1280 px wide."""
    return pages.open(DESK)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where films for the fake camera are kept."""
    return tmp_path_factory.mktemp("films")

"""The machine's Chromium, and pages that notice every fault."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response

from tests.browser.server import PASSWORD, Installation

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
REPORT_POLICY = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""


def executable() -> str:
    """The browser named by CHROMIUM, else the first one on PATH."""
    named = os.environ.get("CHROMIUM", "")
    found = named or next(filter(None, map(shutil.which, NAMES)), "")
    if not found or not Path(found).exists():
        raise RuntimeError("No Chromium here: install chromium or google-chrome, or name its program in CHROMIUM.")
    return found


def launch(playwright: Playwright, *flags: str) -> Browser:
    return playwright.chromium.launch(executable_path=executable(), args=[*FLAGS, *flags])


def camera_flags(film: Path) -> tuple[str, ...]:
    """Chromium's flags that show it `film` (.y4m) as its camera and answer the question for the camera."""
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


class Pages:
    """Makes pages and keeps what went wrong on them in `faults`."""

    def __init__(self, playwright: Playwright, browser: Browser, site: Installation) -> None:
        self.playwright, self.browser, self.site = playwright, browser, site
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []
        self.expected: list[str] = []
        """Patterns of faults that the test brings about on purpose."""

    def open(self, device: dict[str, Any], *, role: str = "", browser: Browser | None = None, **options: Any) -> Page:
        """A page of its own session; with `role`, signed in as that demo account."""
        context = (browser or self.browser).new_context(
            base_url=self.site.address,
            locale="ru-RU",
            timezone_id="Asia/Irkutsk",
            storage_state=signed_in(self.playwright, self.site, role) if role else None,
            **(device | options),
        )
        context.set_default_timeout(10_000)
        context.add_init_script(REPORT_POLICY)
        context.on("page", self._watch)
        self.contexts.append(context)
        return context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.page.url if message.page else ""
            self.faults.append(f"{where}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.url}: {response.status}")

    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(re.search(one, fault) for one in self.expected)]

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()


class Readers:
    """One page for each role, kept for whatever is only looked at: a fresh one costs as long as what it shows."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.opened: dict[str, Page] = {}

    def page(self, role: str) -> Page:
        """The role's page as on a desk by day, whatever was last done with it; a visitor's has seen nothing yet."""
        if role not in self.opened:
            self.opened[role] = self.pages.open(DESK, role=role, reduced_motion="reduce")
            return self.opened[role]
        page = self.opened[role]
        if not role:
            page.context.clear_cookies()
        page.set_viewport_size(DESK["viewport"])
        page.emulate_media(color_scheme="light")
        return page


def signed_in(playwright: Playwright, site: Installation, role: str) -> Any:
    """Cookies of the demo account `role`, signed in once per installation (sign-ins are limited)."""
    known = site.__dict__.setdefault("sessions", {})
    if role not in known:
        request = playwright.request.new_context(base_url=site.address)
        form = request.get("/login").text()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        assert token, form
        fields = {"csrf_token": token[1], "email": f"{role}@example.org", "password": PASSWORD}
        answer = request.post("/login", form=fields, max_redirects=0)
        assert answer.status == 302, f"{role} cannot sign in: {answer.status}"
        known[role] = request.storage_state()
        request.dispose()
    return known[role]

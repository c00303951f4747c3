"""Pictures for the README from a fresh demo world: docs/screenshots/*.png, each below 250 kB.

python bin/screenshots.py [name …]     (all of them by default)
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from tests.browser.chromium import DESK, PHONE, Pages, launch  # noqa: E402
from tests.browser.server import Installation  # noqa: E402
from tests.browser.steps import programme_file, sign_up, talks, upload_programme  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 250_000
FORUM = "prosemyu-2027"


def main() -> None:
    wanted = sys.argv[1:] or list(PICTURES)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tirazh-screenshots-") as folder, sync_playwright() as playwright:
        site = Installation(Path(folder) / "var")
        site.prepare()
        site.start()
        browser = launch(playwright)
        try:
            for name in wanted:
                pages = Pages(playwright, browser, site)
                save(name, PICTURES[name](pages))
                pages.close()
                if pages.faults:
                    raise SystemExit(f"{name}: " + "; ".join(pages.faults))
        finally:
            browser.close()
            site.stop()


def save(name: str, page: Page) -> None:
    """The first screen of `page` in 256 colours."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = FOLDER / f"{name}.png"
    shot.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"  {name}: {size // 1000} kB")
    if size > LARGEST:
        raise SystemExit(f"{path} is larger than {LARGEST // 1000} kB.")


def at(address: str, *, role: str = "", phone: bool = False, top: str = "") -> Callable[[Pages], Page]:
    """A picture of one address; `top` is what stands at its upper edge when not the page's beginning."""

    def take(pages: Pages) -> Page:
        page = pages.open(PHONE if phone else DESK, role=role)
        page.goto(address)
        if top:
            page.locator(top).first.evaluate("one => one.scrollIntoView({ block: 'start', behavior: 'instant' })")
        return page

    return take


def registration(pages: Pages) -> Page:
    page = pages.open(PHONE)
    page.goto(f"/forums/{FORUM}/registration")
    page.check("[name=format][value=in_person]")
    page.fill("[name=name]", "Проверкина Анна Сергеевна")
    page.evaluate("document.activeElement.blur()")
    page.evaluate("scrollTo(0, 0)")
    return page


def ticket(pages: Pages) -> Page:
    page = pages.open(PHONE)
    sign_up(page, FORUM, "Проверкина Анна Сергеевна", "anna@example.org", place="Тулун")
    return page


def door(pages: Pages) -> Page:
    guest = pages.open(PHONE)
    sign_up(guest, FORUM, "Примерова Ольга Львовна", "olga@example.org", place="Братск")
    volunteer = pages.open(PHONE, role="door")
    volunteer.goto(f"/door/{FORUM}?mode=record")
    volunteer.fill("#code", guest.locator(".ticket-code").inner_text())
    volunteer.press("#code", "Enter")
    volunteer.locator("[data-verdict=go]").wait_for()
    return volunteer


def preview(pages: Pages) -> Page:
    page = pages.open(DESK, role="organiser")
    template = page.request.get(f"/manage/forums/{FORUM}/programme/template.xlsx").body()
    rows = [row | {"Дата": "22.04.2027", "Зал": "Малый зал"} for row in talks("")]
    rows[1]["Муниципалитет"] = "Куйтуння"
    rows[2]["Начало"] = "после обеда"
    with tempfile.TemporaryDirectory() as folder:
        upload_programme(page, FORUM, programme_file(template, rows, Path(folder) / "Программа форума.xlsx"))
    return page


PICTURES: dict[str, Callable[[Pages], Page]] = {
    "front": at("/"),
    "programme-phone": at("/forums/prosemyu-2026/programme", phone=True, top=".programme"),
    "registration-phone": registration,
    "ticket-phone": ticket,
    "door-phone": door,
    "practice": at("/practices/domashniy-konsultant"),
    "adoption": at("/adoption/", top="#matrix"),
    "cabinet": at("/cabinet/", role="coordinator"),
    "catalogue": at("/practices/?q=ребенок&audience=disabled_child"),
    "catalogue-phone": at("/practices/?q=инволид", phone=True),
    "sheet": at("/manage/adoption/sheet", role="curator"),
    "quarter-phone": at("/cabinet/quarter", role="coordinator", phone=True),
    "desk": at("/manage/forums/prosemyu-2027", role="organiser"),
    "import": preview,
}

if __name__ == "__main__":
    main()

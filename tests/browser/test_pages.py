"""Every page that can be opened: no serious fault for assistive technology, nothing wider than a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from app import create_app
from tests.browser.chromium import PHONE, Pages, Readers
from tests.browser.server import ROOT, Installation
from tests.browser.steps import sign_up
from tests.browser.world import World

pytestmark = pytest.mark.browser
MANAGE = "/manage/forums/{coming}"
SEMINAR = "/manage/forums/repetitsiya"
ROUND = "/manage/rounds/{round}"
PAGES: dict[str, tuple[str, str]] = {
    "accounts.handover": ("administrator", "/manage/people/{person}/handover"),
    "accounts.invitation": ("", "/invitation/{invitation}"),
    "accounts.login": ("", "/login"),
    "accounts.new_person": ("administrator", "/manage/people/new"),
    "accounts.password_reset": ("", "/password-reset"),
    "accounts.people": ("administrator", "/manage/people"),
    "accounts.people_export": ("administrator", "/manage/people.xlsx"),
    "accounts.person": ("administrator", "/manage/people/{person}"),
    "accounts.privacy": ("", "/privacy"),
    "accounts.site_settings": ("administrator", "/manage/settings"),
    "activity.log": ("administrator", "/manage/activity"),
    "activity.log_export": ("administrator", "/manage/activity.xlsx"),
    "activity.mail": ("", "/dev/mail"),
    "activity.mail_html": ("", "/dev/mail/{letter}/html"),
    "activity.mail_letter": ("", "/dev/mail/{letter}"),
    "adoption.answer_scan": ("organiser", ROUND + "/scans/{scan}"),
    "adoption.adoption": ("coordinator", "/cabinet/adoptions/{adoption}"),
    "adoption.adviser_sheet": ("curator", "/manage/adoption/sheet"),
    "adoption.adviser_sheet_pdf": ("curator", "/manage/adoption/sheet.pdf"),
    "adoption.adoptions": ("curator", "/manage/adoptions"),
    "adoption.cabinet": ("coordinator", "/cabinet/"),
    "adoption.evidence": ("coordinator", "/cabinet/adoptions/{adoption}/files/{step}"),
    "adoption.overview": ("", "/adoption/"),
    "adoption.overview_csv": ("", "/adoption.csv"),
    "adoption.overview_json": ("", "/adoption.json"),
    "adoption.overview_xlsx": ("", "/adoption.xlsx"),
    "adoption.launch": ("", "/launch/{launch}"),
    "adoption.link": ("", "/answer/{answer}"),
    "adoption.link_form": ("", "/answer/{answer}/quarter.xlsx"),
    "adoption.link_preview": ("", "/answer/{answer}/file/{link_preview}"),
    "adoption.link_stage": ("", "/answer/{answer}/stages/{question}"),
    "adoption.link_upload": ("", "/answer/{answer}/file"),
    "adoption.new_round": ("organiser", "/manage/rounds/new"),
    "adoption.paper": ("organiser", ROUND + "/25536000"),
    "adoption.pupil": ("coordinator2", "/cabinet/launches/{pupil}"),
    "adoption.quarter": ("coordinator", "/cabinet/quarter"),
    "adoption.quarter_form": ("coordinator", "/cabinet/quarter.xlsx"),
    "adoption.quarter_preview": ("coordinator", "/cabinet/quarter/file/{cabinet_preview}"),
    "adoption.quarter_upload": ("coordinator", "/cabinet/quarter/file"),
    "adoption.round_": ("organiser", ROUND),
    "adoption.round_form": ("organiser", ROUND + "/25536000/quarter.xlsx"),
    "adoption.round_preview": ("organiser", ROUND + "/file/{round_preview}"),
    "adoption.round_reminders": ("organiser", ROUND + "/reminders"),
    "adoption.round_upload": ("organiser", ROUND + "/file"),
    "adoption.round_xlsx": ("organiser", ROUND + ".xlsx"),
    "adoption.rounds": ("organiser", "/manage/rounds"),
    "adoption.part_json": ("", "/adoption/curve.json"),
    "adoption.part_xlsx": ("", "/adoption/matrix.xlsx?columns=size"),
    "adoption.standing": ("curator", "/manage/adoption/standing"),
    "adoption.standing_xlsx": ("curator", "/manage/adoption/standing.xlsx"),
    "adoption.taking": ("", "/practices/{practice}/adoption"),
    "adoption.wish_answer": ("coordinator", "/cabinet/requests/{wish}"),
    "adoption.wish_sent": ("", "/practices/{practice}/adoption/request/sent?municipality=25536000"),
    "door.arrival": ("door", "/door/{coming}/registrations?mode=record"),
    "door.choose": ("organiser", "/door/"),
    "door.count": ("door", "/door/{coming}/count"),
    "door.forum": ("door", "/door/{coming}?mode=record&q=ан"),
    "forum.forum": ("", "/forums/{coming}/"),
    "forum.index": ("", "/forums/"),
    "forum_desk.desk": ("organiser", MANAGE),
    "forum_desk.edit_forum": ("organiser", MANAGE + "/edit"),
    "forum_desk.edit_series": ("organiser", "/manage/series/prosemyu/edit"),
    "forum_desk.index": ("organiser", "/manage/forums"),
    "forum_desk.lines": ("organiser", MANAGE + "/places/lines"),
    "forum_desk.new_forum": ("organiser", "/manage/forums/new"),
    "forum_desk.new_section": ("organiser", MANAGE + "/sections/new"),
    "forum_desk.new_series": ("administrator", "/manage/series/new"),
    "forum_desk.outcome": ("organiser", "/manage/forums/{past}/outcome"),
    "forum_desk.places": ("organiser", MANAGE + "/places"),
    "forum_desk.section": ("organiser", MANAGE + "/sections/{coming_section}"),
    "forum_desk.summary": ("organiser", "/manage/forums/{past}/summary.pdf"),
    "forum_desk.room": ("organiser", MANAGE + "/rooms/{room}"),
    "forum_desk.venue": ("organiser", MANAGE + "/venues/{venue}"),
    "hall.attendance": ("organiser", SEMINAR + "/online/attendance"),
    "hall.attendance_left_out": ("organiser", SEMINAR + "/online/attendance/{attendance_preview}/left-out.xlsx"),
    "hall.attendance_preview": ("organiser", SEMINAR + "/online/attendance/{attendance_preview}?section=efir"),
    "hall.attendance_template": ("organiser", SEMINAR + "/online/attendance/template.xlsx"),
    "hall.figures": ("organiser", "/manage/forums/{past}/figures"),
    "hall.figures_xlsx": ("organiser", "/manage/forums/{past}/figures.xlsx"),
    "hall.joining": ("organiser", SEMINAR + "/online/sections/slovo"),
    "hall.live": ("", "/my/{viewer}/live"),
    "hall.online": ("organiser", SEMINAR + "/online"),
    "hall.state": ("", "/my/{viewer}/live.json"),
    "healthz": ("", "/healthz"),
    "home.front": ("", "/"),
    "home.robots": ("", "/robots.txt"),
    "home.sitemap": ("", "/sitemap.xml"),
    "home.styleguide": ("", "/styleguide"),
    "home.work": ("organiser", "/work"),
    "practices.author": ("methodist", "/manage/practices/pervyy-klass-vmeste/author"),
    "practices.author_card": ("", "/author/{returned}"),
    "practices.author_confirmation": ("", "/author/{asked}/confirmation"),
    "practices.author_document": ("", "/author/{returned}/documents/{author_document}"),
    "practices.catalogue": ("", "/practices/"),
    "practices.catalogue_json": ("", "/practices.json"),
    "practices.changes": ("methodist", "/manage/practices/bolshaya-semya-ryadom/changes"),
    "practices.document": ("", "/practices/{practice}/documents/{document}"),
    "practices.edit": ("methodist", "/manage/practices/{practice}"),
    "practices.edition_changes": ("", "/practices/{twice}/editions/2"),
    "practices.editions": ("", "/practices/{twice}/editions"),
    "practices.export": ("methodist", "/manage/practices.xlsx"),
    "practices.grade": ("expert", "/manage/grading/{practice}"),
    "practices.grading": ("expert", "/manage/grading"),
    "practices.import_preview": ("methodist", "/manage/practices/import/{practices_preview}"),
    "practices.import_left_out": ("methodist", "/manage/practices/import/{practices_preview}/left-out.xlsx"),
    "practices.import_template": ("methodist", "/manage/practices/import/template.xlsx"),
    "practices.invitation": ("methodist", "/manage/practices/invitation"),
    "practices.manage": ("methodist", "/manage/practices"),
    "practices.new": ("methodist", "/manage/practices/new"),
    "practices.new_search": ("coordinator", "/searches/new?q=отцы&audience=large"),
    "practices.own_document": ("methodist", "/manage/practices/{practice}/documents/{document}"),
    "practices.practice": ("", "/practices/{practice}"),
    "practices.preview": ("methodist", "/manage/practices/{practice}/preview"),
    "practices.proposal": ("", "/practices/new"),
    "practices.proposal_sent": ("", "/practices/new/sent"),
    "practices.publication": ("organiser", "/manage/practices/lyzhnya-vykhodnogo-dnya/publication"),
    "practices.question": ("", "/practices/{practice}/question"),
    "practices.question_sent": ("", "/practices/{practice}/question/sent"),
    "practices.review": ("methodist", "/manage/practices/kollektivnaya-kolyaska/review"),
    "practices.searches": ("coordinator", "/searches"),
    "practices.upload": ("methodist", "/manage/practices/import"),
    "practices.waiting": ("methodist", "/manage/practices/waiting"),
    "programme.programme": ("", "/forums/{past}/programme"),
    "programme.programme_ics": ("", "/forums/{past}/programme.ics"),
    "programme.programme_json": ("", "/forums/{past}/programme.json"),
    "programme.section": ("", "/forums/{past}/sections/{section}"),
    "programme.speaker": ("", "/speakers/{speaker}"),
    "programme.talk": ("", "/forums/{past}/talks/{talk}"),
    "programme.talk_material": ("", "/forums/{past}/talks/{talk}/materials/{material}"),
    "programme_desk.material": ("organiser", "/manage/forums/{past}/programme/slots/{talk}/materials/{material}"),
    "programme_desk.materials": ("organiser", "/manage/forums/{past}/programme/slots/{talk}/materials"),
    "programme_desk.export": ("organiser", MANAGE + "/programme.xlsx"),
    "programme_desk.new_slot": ("organiser", MANAGE + "/programme/slots/new"),
    "programme_desk.slot": ("organiser", "/manage/forums/{past}/programme/slots/{talk}"),
    "programme_desk.speakers": ("organiser", MANAGE + "/speakers"),
    "programme_desk.thanks": ("organiser", "/manage/forums/{past}/thanks.pdf"),
    "programme_desk.resolution": ("organiser", "/manage/forums/{past}/resolution.docx"),
    "programme_work.profile": ("speaker", "/profile/{own_speaker}"),
    "programme_work.section": ("moderator", "/running-order/{past}/corporate"),
    "programme_desk.left_out": ("organiser", MANAGE + "/programme/import/{programme_preview}/left-out.xlsx"),
    "programme_desk.preview": ("organiser", MANAGE + "/programme/import/{programme_preview}"),
    "programme_desk.programme": ("organiser", "/manage/forums/{past}/programme"),
    "programme_desk.template": ("organiser", MANAGE + "/programme/template.xlsx"),
    "programme_desk.upload": ("organiser", MANAGE + "/programme/import"),
    "registrations.calendar": ("", "/my/{token}/calendar.ics"),
    "registrations.again": ("", "/my/{token}/again"),
    "registrations.cancellation": ("", "/my/{token}/cancellation"),
    "registrations.erased": ("", "/forums/{coming}/registration/erased"),
    "registrations.erasure": ("", "/my/{token}/erasure"),
    "registrations.edit_participant": ("organiser", "/manage/forums/{past}/registrations/{participant}/edit"),
    "registrations.import_file": ("organiser", MANAGE + "/registrations/import"),
    "registrations.import_left_out": ("organiser", MANAGE + "/registrations/import/{people_preview}/left-out.xlsx"),
    "registrations.import_preview": ("organiser", MANAGE + "/registrations/import/{people_preview}"),
    "registrations.import_template": ("organiser", MANAGE + "/registrations/import/template.xlsx"),
    "registrations.my_forum": ("", "/my/{token}"),
    "registrations.new_participant": ("organiser", MANAGE + "/registrations/new"),
    "registrations.other_format": ("", "/my/{token}/format"),
    "registrations.participant": ("organiser", "/manage/forums/{past}/registrations/{participant}"),
    "registrations.participant_erasure": (
        "administrator",
        "/manage/forums/{past}/registrations/{participant}/erasure",
    ),
    "registrations.participants": ("organiser", "/manage/forums/{past}/registrations"),
    "registrations.participants_csv": ("organiser", MANAGE + "/registrations.csv"),
    "registrations.participants_xlsx": ("organiser", MANAGE + "/registrations.xlsx"),
    "registrations.resend": ("", "/forums/{coming}/registration/resend"),
    "registrations.sections": ("", "/my/{token}/sections"),
    "registrations.sent": ("", "/forums/{coming}/registration/sent"),
    "registrations.sign_up": ("", "/forums/{coming}/registration"),
    "registrations.ticket_pdf": ("", "/my/{token}/ticket.pdf"),
    "registrations.ticket_svg": ("", "/my/{token}/ticket.svg"),
    "static": ("", "/static/v-0/css/site.css"),
    "territories.index": ("", "/territories/"),
    "territories.territory": ("", "/territories/25536000"),
    "territories_desk.boundaries_left_out": (
        "administrator",
        "/manage/territories/boundaries/{boundaries_preview}/left-out.geojson?credit=Проба",
    ),
    "territories_desk.import_left_out": (
        "administrator",
        "/manage/territories/import/{territories_preview}/left-out.xlsx",
    ),
    "territories_desk.boundaries_preview": (
        "administrator",
        "/manage/territories/boundaries/{boundaries_preview}?credit=Проба",
    ),
    "territories_desk.boundaries_upload": ("administrator", "/manage/territories/boundaries"),
    "territories_desk.export": ("administrator", "/manage/territories.xlsx"),
    "territories_desk.preview": ("administrator", "/manage/territories/import/{territories_preview}"),
    "territories_desk.template": ("administrator", "/manage/territories/import/template.xlsx"),
    "territories_desk.territories": ("administrator", "/manage/territories"),
    "territories_desk.upload": ("administrator", "/manage/territories/import"),
}
"""Endpoint: whose eyes see it, and its address with demo values."""
MORE: dict[str, tuple[str, str]] = {
    "adoption grouped": ("", "/adoption/?group=audience&columns=size&state=works"),
    "adoption turned round": ("", "/adoption/?turned=1&columns=remote&practice={practice}"),
    "adoption that works": ("coordinator", "/cabinet/adoptions/{working}"),
    "adoption seen by the curator": ("curator", "/cabinet/adoptions/{working}"),
    "a quarter summed up": ("organiser", "/manage/rounds/{past_round}"),
    "a municipality's answers summed up": ("organiser", "/manage/rounds/{past_round}/25745000"),
    "author's card under review": ("", "/author/{sent}"),
    "author's accepted card": ("", "/author/{asked}"),
    "author's published practice": ("", "/author/{remarked}"),
    "passport with the author's remark": ("organiser", "/manage/practices/bolshaya-semya-ryadom"),
    "card reviewed again": ("methodist", "/manage/practices/lyzhnya-vykhodnogo-dnya/review"),
    "publication without the author": ("organiser", "/manage/practices/bolshaya-semya-ryadom/publication"),
    "editions with documents": ("", "/practices/semeynaya-dispetcherskaya/editions"),
    "passport that waits for the author": ("organiser", "/manage/practices/pervyy-klass-vmeste"),
    "catalogue: nothing found": ("", "/practices/?q=фывапролдж"),
    "graded already": ("expert", "/manage/grading?graded=yes"),
    "coming programme": ("", "/forums/{coming}/programme"),
    "programme as a table": ("", "/forums/{past}/programme?view=grid"),
    "programme by hall": ("", "/forums/{past}/programme?view=halls"),
    "closed registration": ("", "/forums/{past}/registration"),
    "running order with a code word and questions": ("moderator", "/running-order/repetitsiya/slovo"),
    "my forum on the day": ("", "/my/{viewer}"),
    "live: a section without a stream, nothing is heard": ("", "/my/{viewer}/live?section=slovo&trouble=told"),
    "live: before the day": ("", "/my/{token}/live"),
    "figures of the seminar": ("organiser", SEMINAR + "/figures"),
    "participants: nobody found": ("organiser", "/manage/forums/{past}/registrations?q=фывапролдж"),
    "form of taking over": ("coordinator", "/practices/{practice}/adoption"),
    "past forum": ("", "/forums/{past}/"),
    "past forum's desk": ("organiser", "/manage/forums/{past}"),
    "practice nobody took": ("", "/practices/{untaken}"),
    "region": ("", "/territories/25000000"),
    "territories: nothing found": ("", "/territories/?q=фывапролдж"),
    "territories: found": ("", "/territories/?q=район"),
}
"""The same pages in other states."""
FILES = {"adoption.launch_file", "adoption.pupil_file"}
"""What shows a launch, where a file was attached: see tests/adoption/test_honest_stages.py."""
LETTERS = {"activity.mail_html"}
"""Shown to mail programs, not by the site's own layout."""
AXE = """(rules) => axe.run(document, { resultTypes: ["violations"], ...rules }).then(({ violations }) => violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .map(({ id, nodes }) => `${id}: ` + nodes.slice(0, 4).map((node) => node.target.join(" ")
     + (node.any[0] ? ` (${node.any[0].message})` : "")).join(" | ")))"""
WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 6)
  .map((one) => `${one.tagName}.${one.className.baseVal ?? one.className} ${Math.round(one.getBoundingClientRect().right)}`)"""

CUT = """() => [...document.querySelectorAll("input[placeholder]:placeholder-shown")].filter((one) => {
  const style = getComputedStyle(one), pen = document.createElement("canvas").getContext("2d")
  pen.font = style.font
  const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
  return one.checkVisibility() && pen.measureText(one.placeholder).width > room
}).map((one) => `${one.name}: ${one.placeholder}`)"""
"""Examples in empty fields that do not fit."""

SETTLED = """() => Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition)
  .map((one) => one.finished.catch(() => null)))"""


@pytest.fixture(scope="session")
def filled(playwright: Playwright, site: Installation, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(playwright, site, tmp_path_factory.mktemp("filled"))


@pytest.fixture(scope="session")
def axe() -> str:
    return (ROOT / "static" / "vendor" / "axe.min.js").read_text(encoding="utf-8")


def test_every_page_has_its_demo_values(tmp_path: Any) -> None:
    app = create_app({"SECRET_KEY": "only for tests", "VAR": tmp_path, "SQLALCHEMY_DATABASE_URI": "sqlite://"})
    opened = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert opened - set(PAGES) - FILES == set(), "Say in PAGES how to open these."
    assert set(PAGES) - opened == set(), "These are in PAGES but not on the site."


@pytest.mark.parametrize("name", [*PAGES, *MORE])
def test_page(name: str, readers: Readers, filled: World, axe: str) -> None:
    role, pattern = PAGES.get(name) or MORE[name]
    address = pattern.format(**filled.values)
    page = readers.page(role)
    answer = page.request.get(address)
    assert answer.status == 200, f"{answer.status} {answer.url}"
    if not answer.headers["content-type"].startswith("text/html") or name in LETTERS:
        return
    page.goto(address, wait_until="load")
    page.evaluate(axe)
    faults = {"desk": page.evaluate(AXE, {})}
    page.set_viewport_size({"width": 390, "height": 844})
    faults["phone"] = page.evaluate(AXE, {})
    faults["wide"] = page.evaluate(WIDE)
    faults["cut"] = page.evaluate(CUT)
    page.emulate_media(color_scheme="dark")
    faults["dark"] = contrast(page)
    assert {where: found for where, found in faults.items() if found} == {}


def contrast(page: Page) -> list[str]:
    """Faults of contrast once colours that change softly have settled."""
    page.evaluate(SETTLED)
    found: list[str] = page.evaluate(AXE, {"runOnly": ["color-contrast"]})
    return found


@pytest.mark.parametrize("name", [name for name, (role, _) in PAGES.items() if not role])
def test_public_page_in_english(name: str, filled: World) -> None:
    address = PAGES[name][1].format(**filled.values)
    answer = filled.request().get("/en" + address)
    assert answer.status == 200
    if answer.headers["content-type"].startswith("text/html") and name not in LETTERS:
        assert '<html lang="en">' in answer.text()


def test_long_words_make_no_page_wider_than_a_phone(pages: Pages, filled: World) -> None:
    guest = pages.open(PHONE)
    sign_up(guest, filled.values["coming"], "Ы" * 100 + " Анна", "long@example.org")
    assert guest.evaluate(WIDE) == []
    for role, address in (
        ("organiser", "/manage/forums/{coming}/registrations?q=ыыыы"),
        ("door", "/door/{coming}?mode=record&q=ыыыы"),
        ("administrator", "/manage/activity"),
    ):
        page = pages.open(PHONE, role=role)
        page.goto(address.format(**filled.values))
        assert page.evaluate(WIDE) == []
        assert role == "administrator" or "Ы" * 100 in page.locator("body").inner_text()

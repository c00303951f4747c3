"""The demo world holds what the issue of the first forum promised."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from adoption.models import Adoption, Exit, Stage
from app import create_app
from kernel import pages
from kernel.db import db
from practices.models import Admission, Practice
from programme.models import Slot, SlotKind
from registrations.models import Attendance, Registration
from tests.client import PageClient
from tests.conftest import settings

pytestmark = pytest.mark.differs

DEMO = Path(__file__).resolve().parents[2] / "demo"


@pytest.fixture(scope="module")
def demo(demo_world, server):
    """The demo world in a database of this module's own."""
    server.copy(demo_world.database, "demo")
    app = create_app(settings(server.url("demo"), demo_world.var) | {"DEMO": True})
    pages.forget()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    server.drop("demo")


@pytest.fixture
def visitor(demo):
    return PageClient(demo)


def test_the_programme_has_six_sections_and_fifty_three_speakers(visitor):
    page = visitor.get("/forums/prosemyu-2026/programme").get_data(as_text=True)
    assert (
        "6\u00a0секций, 53\u00a0выступления, 53\u00a0спикера" in page or "6 секций, 53 выступления, 53 спикера" in page
    )
    assert len(set(re.findall(r'href="/speakers/([A-Z0-9]{6})"', page))) == 53
    assert len(set(re.findall(r'href="/forums/prosemyu-2026/talks/([A-Z0-9]{6})"', page))) == 53


UNNAMED = {
    "Файлова Виктория Константиновна",
    "Секционов Олег Олегович",
    "Указкин Антон Владимирович",
    "Повторова Мария Геннадьевна",
}


def _called(row: dict[str, str]) -> str:
    work = f"{row['Должность']}, {row['Организация']}"
    return work[0].upper() + work[1:] if row["Спикер"] in UNNAMED else row["Спикер"]


def test_four_speakers_of_the_coming_forum_are_counted_but_not_named(visitor):
    page = visitor.get("/forums/prosemyu-2027/programme").get_data(as_text=True).replace("\u00a0", " ")
    with (DEMO / "prosemyu-2027" / "programme.csv").open(encoding="utf-8") as file:
        people = {row["Спикер"] for row in csv.DictReader(file)} - {""}
    assert people > UNNAMED
    assert {name for name in people if name not in page} == UNNAMED
    assert f"{len(people)} спикер" in page


@pytest.mark.parametrize("slug", ["prosemyu-2026", "prosemyu-2027"])
def test_page_json_calendar_and_file_agree_to_the_last_item(visitor, slug):
    page = visitor.get(f"/forums/{slug}/programme").get_data(as_text=True)
    shown = set(re.findall(r'<li class="slot[^>]* id="([A-Z0-9]{6})"', page))
    schedule = json.loads(visitor.get(f"/forums/{slug}/programme.json").data)["schedule"]["conference"]
    events = {event["code"]: event for day in schedule["days"] for room in day["rooms"].values() for event in room}
    feed = Calendar.from_ical(visitor.get(f"/forums/{slug}/programme.ics").data).walk("VEVENT")
    with (DEMO / slug / "programme.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert shown == set(events)
    in_json = sorted(
        (e["date"], e["title"], e["room"], sorted(p["name"] for p in e["persons"])) for e in events.values()
    )
    in_file = sorted(
        (
            f"{d[6:]}-{d[3:5]}-{d[:2]}T{row['Начало']}:00+08:00",
            row["Название"],
            row["Зал"],
            [_called(row)] if row["Спикер"] else [],
        )
        for row in rows
        for d in [row["Дата"]]
    )
    assert in_json == in_file
    guids = {event["guid"]: event for event in events.values()}
    assert {str(entry["uid"]).removesuffix("@tirazh") for entry in feed} == set(guids)
    for entry in feed:
        event = guids[str(entry["uid"]).removesuffix("@tirazh")]
        assert entry["dtstart"].dt.isoformat() == event["date"]
        assert entry["dtend"].dt.isoformat() == event["end"]
        assert str(entry["summary"]) == event["title"]


def test_calendar_lines_are_folded_for_every_reader(visitor):
    body = visitor.get("/forums/prosemyu-2026/programme.ics").data
    lines = body.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in b"".join(lines)
    assert all(line.decode("utf-8") is not None for line in lines)


def test_people_and_presence_add_up(demo):
    registered = db.session.scalar(select(func.count()).select_from(Registration).where(Registration.forum_id == 1))
    present = db.session.scalar(
        select(func.count(func.distinct(Attendance.registration_id))).where(Attendance.forum_id == 1)
    )
    assert registered == 2900
    assert db.session.scalars(select(Registration.place).distinct()).all() == [""]  # all come from a municipality
    assert 2500 < present < registered


def test_every_talk_about_a_practice_finds_it(demo):
    with (DEMO / "prosemyu-2026" / "programme.csv").open(encoding="utf-8") as file:
        named = {row["Практика"] for row in csv.DictReader(file) if row["Практика"]}
    linked = set(
        db.session.scalars(
            select(Practice.name)
            .join(Slot, Slot.practice_id == Practice.id)
            .where(Slot.forum_id == 1, Slot.kind == SlotKind.talk)
        )
    )
    assert linked == named
    assert len(named) > 20


def test_every_practice_of_the_files_is_there(demo):
    with (DEMO / "practices.csv").open(encoding="utf-8") as file:
        rows = {row["slug"]: row["status"] for row in csv.DictReader(file)}
    rows |= {"utrenniy-gost": "draft", "kollektivnaya-kolyaska": "submitted"}
    rows |= {"vecher-bez-ekrana": "returned", "pervyy-klass-vmeste": "accepted"}
    rows |= {"lyzhnya-vykhodnogo-dnya": "submitted", "dvor-bez-chuzhikh": "accepted"}
    stored = dict(db.session.execute(select(Practice.slug, Practice.admission)).all())
    assert {slug: admission.value for slug, admission in stored.items()} == rows
    assert Admission.published in stored.values()


def test_passports_stand_on_every_step_of_their_way(demo):
    from practices.models import Readiness
    from practices.moderation.models import Answer, PracticeComment, PracticeConfirmation

    answers = db.session.scalars(select(PracticeConfirmation.answer).order_by(PracticeConfirmation.id)).all()
    assert answers == [Answer.waiting, Answer.confirmed, Answer.remark]
    assert db.session.scalar(select(func.count()).select_from(PracticeComment)) == 5
    editions = dict(db.session.execute(select(Practice.source_id, Practice.edition).where(Practice.edition > 1)).all())
    assert editions == {"P01": 2, "P05": 3, "P06": 2, "P09": 2, "P18": 3, "P19": 2, "P20": 2}
    assert set(db.session.scalars(select(Practice.readiness))) == {None, *Readiness}


def test_adoptions_stand_in_every_stage_and_exit(demo):
    stages = set(db.session.scalars(select(Adoption.stage)))
    exits = set(db.session.scalars(select(Adoption.exit))) - {None}
    assert stages == set(Stage)
    assert exits == set(Exit)


def test_loading_again_through_the_importers_changes_nothing(demo):
    from forum.queries import forum_by_slug
    from kernel.i18n import speaking
    from practices import importer as practices_importer
    from programme.importing import importer as programme_importer

    with speaking("ru"):
        plan = practices_importer.plan("practices.csv", (DEMO / "practices.csv").read_bytes())
        assert plan.summary() == "created 0, changed 0, skipped 33, errors 0"
        forum = forum_by_slug("prosemyu-2026")
        body = (DEMO / "prosemyu-2026" / "programme.csv").read_bytes()
        assert programme_importer.plan(forum, "p.csv", body).summary() == "created 0, changed 0, skipped 71, errors 0"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/forums/",
        "/forums/prosemyu-2026/",
        "/practices/",
        "/adoption/",
        "/territories/25536000",
        "/territories/25000000",
        "/privacy",
    ],
)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_public_pages_in_both_languages(visitor, path, prefix):
    answer = visitor.get(prefix + path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Set-Cookie" not in answer.headers


def test_an_old_municipal_code_leads_to_its_successor(visitor):
    answer = visitor.get("/territories/25636000")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/territories/25536000")


def test_all_municipalities_have_a_tile_of_their_own(demo):
    from territories.queries import current, municipalities

    rows = municipalities(current("25000000").id)
    tiles = {(row.tile_col, row.tile_row) for row in rows}
    assert len(rows) == 42
    assert len(tiles) == 42


def test_figures_of_attendance_counted_another_way(demo):
    from forum.queries import forum_by_slug
    from hall.counts import figures
    from registrations.models import AttendanceKind

    counted = figures(forum_by_slug("prosemyu-2026"))
    rows = db.session.execute(
        select(Attendance.registration_id, Attendance.kind, Attendance.minutes).where(Attendance.forum_id == 1)
    ).all()
    came = {number for number, kind, _minutes in rows if kind is AttendanceKind.entry}
    minutes: dict[int, int] = {}
    for number, kind, value in rows:
        if kind is AttendanceKind.minutes:
            minutes[number] = minutes.get(number, 0) + value
    watched = {number for number, total in minutes.items() if total >= 15}
    assert (counted.came, counted.remote, counted.unique) == (len(came), len(watched), len(came | watched))


def test_a_seminar_is_on_whenever_the_world_is_loaded(demo):
    """Around the clock on the day of loading and the next, its sections at once: one with a stream, one with a word."""
    from forum.copies import forum_copy
    from hall import queries
    from hall.hours import sittings

    seminar = forum_copy("repetitsiya")
    assert seminar.date_start == seminar.created_at.astimezone(seminar.zone).date()
    hours = [(one.section.slug, f"{one.starts:%d %H:%M}", f"{one.ends:%d %H:%M}") for one in sittings(seminar, set())]
    days = (seminar.date_start, seminar.date_end)
    assert hours == [(slug, f"{day:%d} 00:00", f"{day:%d} 23:59") for day in days for slug in ("efir", "slovo")]
    words = {section.slug: queries.joinings(seminar.id)[section.id].word for section in seminar.sections}
    assert words == {"efir": "", "slovo": "рябина"}
    assert [bool(section.stream_url) for section in seminar.sections] == [True, False]

"""What the demonstration makes up says so on every screen and in every file where it stands."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from accounts.enums import Role, ScopeKind
from accounts.models import User
from adoption.models import Adoption
from forum.models import Forum, ForumStatus
from kernel.pages import bump
from kernel.transaction import writing
from practices.models import Practice
from practices.scopes import HOME
from programme.models import Slot
from speakers.models import Speaker
from tests import factories
from tests.adoption.conftest import adoption
from tests.client import PageClient
from tests.registrations.conftest import enrol

MARK = "Демонстрационные данные"
WHO = "Демонстрационные данные: кто, что и\u00a0когда внедряет, придумано."


@dataclass(frozen=True)
class MadeUp:
    """A forum, its talk, a practice and an adoption; `invented()` says that all of it is made up."""

    forums: tuple[Forum, ...]
    practice: Practice
    adoption: Adoption
    talk: Slot
    speaker: Speaker
    organiser: PageClient
    administrator: PageClient
    curator: PageClient
    sign_in: Callable[[User], PageClient]


@pytest.fixture
def made_up(app, sign_in) -> MadeUp:
    with writing():
        series = factories.series()
        forum = factories.forum(in_series=series, date_start=date(2027, 4, 22))
        past = factories.forum("before", series, date_start=date(2026, 4, 22), date_end=date(2026, 4, 22))
        past.status = ForumStatus.announced
        speaker = factories.speaker(series)
        practice = factories.practice(slug="konsultant", territory_id=factories.territory(factories.TAYSHET).id)
        section = factories.section(forum)
        talk = factories.slot(section, practice_id=practice.id)
        factories.appearance(talk, speaker, territory_id=factories.territory(factories.TAYSHET).id)
        made = adoption(practice, factories.organisation())
        organiser = factories.organiser(series)
        administrator = factories.administrator()
        coordinator = factories.give(
            factories.user(), Role.curator, ScopeKind.territory, factories.territory(factories.REGION).id
        )
    return MadeUp(
        forums=(forum, past),
        practice=practice,
        adoption=made,
        talk=talk,
        speaker=speaker,
        organiser=sign_in(organiser),
        administrator=sign_in(administrator),
        curator=sign_in(coordinator),
        sign_in=sign_in,
    )


def invent(made_up):
    with writing():
        for thing in (*made_up.forums, made_up.practice, made_up.adoption):
            thing.demo = True
        bump("site", "forums", "speakers", HOME, "catalogue", f"forum:{made_up.forums[0].slug}")


def pages(made_up):
    forum = made_up.forums[0].slug
    return [
        "/",
        "/adoption/",
        "/forums/",
        f"/forums/{forum}/",
        f"/forums/{forum}/programme",
        f"/forums/{forum}/programme?view=sections",
        f"/forums/{forum}/sections/early-help",
        f"/forums/{forum}/talks/{made_up.talk.code}",
        f"/forums/{forum}/registration",
        f"/speakers/{made_up.speaker.code}",
        "/practices/",
        "/practices/konsultant",
        f"/territories/{factories.TAYSHET}",
        f"/territories/{factories.REGION}",
    ]


def test_every_public_page_says_what_is_invented(client, made_up):
    assert [path for path in pages(made_up) if MARK in client.get(path).get_data(as_text=True)] == []
    invent(made_up)
    assert [path for path in pages(made_up) if MARK not in client.get(path).get_data(as_text=True)] == []


def test_a_municipality_without_invented_data_is_not_marked(client, made_up):
    invent(made_up)
    assert MARK not in client.get(f"/territories/{factories.KUYTUN}").get_data(as_text=True)
    assert WHO in client.get(f"/territories/{factories.TAYSHET}").get_data(as_text=True)
    assert WHO in client.get("/practices/konsultant").get_data(as_text=True)


def test_the_region_is_marked_by_its_own_alone(client, made_up):
    """Whatever is made up elsewhere, another region's map says nothing of it."""
    invent(made_up)
    elsewhere = client.get("/territories/01000000").get_data(as_text=True)
    assert MARK not in elsewhere


def sheets_of(body):
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return json.dumps(
        [book.get_sheet_by_name(name).to_python() for name in book.sheet_names], ensure_ascii=False, default=str
    )


def test_every_file_says_what_is_invented(client, made_up):
    forum = made_up.forums[0].slug
    texts = {
        "programme.json": lambda: client.get(f"/forums/{forum}/programme.json").get_data(as_text=True),
        "programme.ics": lambda: (
            client.get(f"/forums/{forum}/programme.ics").get_data(as_text=True).replace("\r\n ", "")
        ),
        "adoption.csv": lambda: client.get("/adoption.csv").data.decode("utf-8-sig"),
        "adoption.xlsx": lambda: sheets_of(client.get("/adoption.xlsx").data),
        "map.xlsx": lambda: sheets_of(client.get("/adoption/map.xlsx").data),
        "programme.xlsx": lambda: sheets_of(made_up.organiser.get(f"/manage/forums/{forum}/programme.xlsx").data),
        "participants.csv": lambda: made_up.organiser.get(f"/manage/forums/{forum}/registrations.csv").data.decode(
            "utf-8-sig"
        ),
        "participants.xlsx": lambda: sheets_of(
            made_up.organiser.get(f"/manage/forums/{forum}/registrations.xlsx").data
        ),
    }
    assert [name for name, text in texts.items() if MARK in text()] == []
    assert client.get("/practices.json").json["practices"][0]["demo"] is False
    invent(made_up)
    assert [name for name, text in texts.items() if MARK not in text()] == []
    assert client.get("/practices.json").json["practices"][0]["demo"] is True
    assert client.get("/adoption.json").json["demo"] is True


def test_screens_of_those_who_work_say_it_too(made_up):
    invent(made_up)
    code = made_up.adoption.code
    for path in (f"/cabinet/adoptions/{code}", "/manage/adoptions", "/manage/adoption/sheet"):
        assert MARK.lower() in made_up.curator.get(path).get_data(as_text=True).lower(), path
    slug = made_up.forums[0].slug
    enrol(made_up.forums[0])
    with writing():
        district = factories.give(
            factories.user(), Role.coordinator, ScopeKind.territory, made_up.adoption.territory_id
        )
    for who, path in (
        (made_up.sign_in(district), "/cabinet/"),
        (made_up.organiser, f"/manage/forums/{slug}/registrations"),
        (made_up.organiser, f"/door/{slug}?mode=record"),
    ):
        assert MARK in who.get(path).get_data(as_text=True), path

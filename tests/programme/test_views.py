from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from icalendar import Calendar

from forum.models import Forum, Section
from kernel.transaction import writing
from programme import queries
from programme.models import Slot, SlotKind
from speakers.models import Speaker
from tests import factories
from tests.programme.test_import import GOOD, HEAD


@dataclass(frozen=True)
class Shown:
    """A published talk of a practice with its speaker, and a break after it."""

    forum: Forum
    section: Section
    talk: Slot
    speaker: Speaker


@pytest.fixture
def shown(app) -> Shown:
    with writing():
        forum = factories.forum()
        section = factories.section(forum)
        talk = factories.slot(section, practice_id=factories.practice().id)
        person = factories.speaker(forum.series)
        factories.appearance(talk, person)
        factories.slot(section, "Кофе", kind=SlotKind.break_, starts=talk.ends)
    return Shown(forum=forum, section=section, talk=talk, speaker=person)


def test_programme_json_and_calendar_agree(client, shown):
    page = client.get("/forums/prosemyu-2027/programme").get_data(as_text=True)
    data = json.loads(client.get("/forums/prosemyu-2027/programme.json").data)
    days = data["schedule"]["conference"]["days"]
    events = [event for day in days for room in day["rooms"].values() for event in room]
    calendar = Calendar.from_ical(client.get("/forums/prosemyu-2027/programme.ics").data)
    entries = calendar.walk("VEVENT")
    assert [event["title"] for event in events] == ["Домашний консультант", "Кофе"]
    assert [str(entry["summary"]) for entry in entries] == ["Домашний консультант", "Кофе"]
    assert [entry["dtstart"].dt.isoformat() for entry in entries] == [event["date"] for event in events]
    assert all(event["code"] in page for event in events)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?view=sections",
        "?view=halls",
        "?view=grid",
        "?section=early-help",
        "?day=2027-04-22",
        "?day=x&view=y&section=z",
    ],
)
def test_programme_in_every_form(client, shown, query):
    assert client.get(f"/forums/prosemyu-2027/programme{query}").status_code == 200
    assert client.get(f"/en/forums/prosemyu-2027/programme{query}").status_code == 200


def test_by_hall_an_item_without_one_comes_last(client, shown):
    with writing():
        forum = shown.forum
        room = factories.room(forum, "Зал 7")
        factories.slot(shown.section, "Показ", starts=shown.talk.ends, room_id=room.id)
    page = client.get("/forums/prosemyu-2027/programme?view=halls").get_data(as_text=True)
    parts = [part for part in page.split("<section")[1:] if "hall" in part.split(">")[0]]
    assert ["Зал 7" in part for part in parts] == [True, False]
    assert ["Показ" in part for part in parts] == [True, False]
    assert ["Домашний консультант" in part for part in parts] == [False, True]


def test_every_view_gives_the_end_of_an_item(client, shown):
    lasts = f"{shown.talk.starts:%H:%M}–{shown.talk.ends:%H:%M}"
    for view in ("", "grid", "sections", "halls"):
        assert lasts in client.get(f"/forums/prosemyu-2027/programme?view={view}").get_data(as_text=True), view


def test_section_talk_and_speaker_pages(client, shown):
    assert client.get("/forums/prosemyu-2027/sections/early-help").status_code == 200
    talk = client.get(f"/forums/prosemyu-2027/talks/{shown.talk.code}").get_data(as_text=True)
    assert "Примерова Анна Сергеевна" in talk
    assert client.get(f"/speakers/{shown.speaker.code}").status_code == 200


@dataclass(frozen=True)
class Unnamed:
    """A second talk by somebody without a consent."""

    talk: Slot
    speaker: Speaker


@pytest.fixture
def unnamed(shown) -> Unnamed:
    with writing():
        talk = factories.slot(shown.section, "Второй доклад", starts=shown.talk.ends + timedelta(hours=1))
        person = factories.speaker(shown.forum.series, "Незваный Нил Нилович", agreed=False, position="логопед")
        factories.appearance(talk, person, organisation_name="Центр речи", territory_id=factories.territory().id)
    return Unnamed(talk, person)


@pytest.mark.parametrize("language", ["", "/en"])
def test_without_a_consent_position_and_organisation_stand_for_the_name(client, unnamed, language):
    assert client.get(f"{language}/speakers/{unnamed.speaker.code}").status_code == 404
    for path in (
        "programme",
        "programme?view=sections",
        "sections/early-help",
        "programme.json",
        "programme.ics",
        f"talks/{unnamed.talk.code}",
    ):
        answer = client.get(f"{language}/forums/prosemyu-2027/{path}")
        page = answer.get_data().replace(b"\r\n ", b"").decode().replace("\\,", ",")
        for word in ("Незваный", unnamed.speaker.code):
            assert word not in page, path
        assert "логопед" in page.lower(), path
        assert "Центр речи" in page, path


def test_those_without_a_consent_are_counted_everywhere(client, unnamed):
    page = client.get("/forums/prosemyu-2027/programme").get_data(as_text=True).replace("\u00a0", " ")
    assert "2 выступления, 2 спикера" in page
    data = json.loads(client.get("/forums/prosemyu-2027/programme.json").data)
    rooms = data["schedule"]["conference"]["days"][0]["rooms"].values()
    people = [person for room in rooms for event in room for person in event["persons"]]
    assert [(one["name"], one["public_name"], one["code"] is None) for one in people] == [
        ("Примерова Анна Сергеевна", "Примерова Анна Сергеевна", False),
        ("Логопед, Центр речи", "Логопед, Центр речи", True),
    ]
    assert queries.counts_of(unnamed.talk.forum_id).speakers == 2


def test_the_description_for_search_engines_names_nobody_without_a_consent(client, unnamed, shown):
    def performers(talk):
        page = client.get(f"/forums/prosemyu-2027/talks/{talk.code}").get_data(as_text=True)
        return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])["performer"]

    assert performers(shown.talk) == [{"@type": "Person", "name": "Примерова Анна Сергеевна"}]
    employer = {"@type": "Organization", "name": "Центр речи"}
    assert performers(unnamed.talk) == [{"@type": "Person", "jobTitle": "логопед", "worksFor": employer}]


def test_of_whom_nothing_may_be_said_is_a_speaker(client, unnamed):
    with writing():
        unnamed.talk.appearances[0].position = unnamed.talk.appearances[0].organisation_name = ""
    data = client.get("/forums/prosemyu-2027/programme.json").get_data(as_text=True)
    assert '"name":"Спикер"' in data
    assert "<h3>Спикер</h3>" in client.get(f"/forums/prosemyu-2027/talks/{unnamed.talk.code}").get_data(as_text=True)


def test_an_unpublished_programme_is_not_there(client, shown):
    with writing():
        shown.forum.programme_published = False
    for path in ("programme", "programme.json", "programme.ics", f"talks/{shown.talk.code}"):
        assert client.get(f"/forums/prosemyu-2027/{path}").status_code == 404


def test_organiser_loads_a_workbook(shown, sign_in):
    with writing():
        person = factories.organiser(shown.forum.series)
    client = sign_in(person)
    start = "/manage/forums/prosemyu-2027/programme/import"
    body = "\n".join([HEAD, *[row.replace("10:", "11:") for row in GOOD]]).encode()
    shown = client.submit(start, {"file": (io.BytesIO(body), "programme.csv")}, content_type="multipart/form-data")
    assert shown.status_code == 302
    preview = shown.headers["Location"]
    assert "будет добавлено" in client.get(preview).get_data(as_text=True)
    done = client.submit(f"{preview}/confirmation", page=preview)
    assert done.headers["Location"] == "/manage/forums/prosemyu-2027/programme"
    assert "Второй доклад" in client.get("/manage/forums/prosemyu-2027/programme").get_data(as_text=True)
    assert "Второй доклад" in client.get("/forums/prosemyu-2027/programme").get_data(as_text=True)


def test_a_file_with_nothing_new_offers_nothing_to_carry_out(shown, sign_in):
    with writing():
        person = factories.organiser(shown.forum.series)
    client = sign_in(person)
    start = "/manage/forums/prosemyu-2027/programme/import"
    body = "\n".join([HEAD, GOOD[2].replace("10:", "11:")]).encode()
    told = []
    for _time in range(2):
        upload = {"file": (io.BytesIO(body), "programme.csv")}
        preview = client.submit(start, upload, content_type="multipart/form-data").headers["Location"]
        page = client.get(preview).get_data(as_text=True).replace("\u00a0", " ")
        told.append(("загружать нечего" in page, "/confirmation" in page))
        client.submit(f"{preview}/confirmation", page=preview)
    assert told == [(False, True), (True, False)]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("x.xlsx", b"not a workbook"),
        ("x.exe", b"MZ"),
        ("x.csv", b"  "),
        ("x.csv", b"a;b\n1;2"),
        ("x.xlsx", b"PK\x03\x04broken"),
    ],
)
def test_a_bad_file_is_explained_at_the_field(shown, sign_in, name, body):
    with writing():
        person = factories.organiser(shown.forum.series)
    client = sign_in(person)
    answer = client.submit(
        "/manage/forums/prosemyu-2027/programme/import",
        {"file": (io.BytesIO(body), name)},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "error" in answer.get_data(as_text=True)


def test_an_organiser_of_another_series_sees_nothing(shown, sign_in):
    with writing():
        stranger = factories.organiser(factories.series("other"))
    client = sign_in(stranger)
    for path in ("programme", "programme/import", "programme.xlsx", "programme/template.xlsx"):
        assert client.get(f"/manage/forums/prosemyu-2027/{path}").status_code == 404

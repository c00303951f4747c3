from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date

import html5lib
import pytest
from sqlalchemy import select

from accounts.enums import Role, ScopeKind
from activity.models import Entry
from forum.models import EventKind, Format, Forum, ForumStatus, Quota, Section, Series, Venue
from forum.operations import set_capacity
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.client import PageClient, X

NEW = {
    "name": "Форум «Пробный»",
    "kind": "forum",
    "date_start": "2027-09-01",
    "date_end": "2027-09-02",
    "timezone": "Asia/Irkutsk",
    "place": "Тулун",
    "capacity_in_person": "50",
}


@dataclass(frozen=True)
class Desk:
    """A forum of a series whose organiser is signed in."""

    series: Series
    forum: Forum
    client: PageClient


@pytest.fixture
def desk(app, sign_in) -> Desk:
    with writing():
        series = factories.series()
        forum = factories.forum(in_series=series)
        person = factories.organiser(series)
    return Desk(series=series, forum=forum, client=sign_in(person))


def new(**changes):
    return NEW | {"territory": str(factories.territory(factories.TULUN).id)} | changes


def test_a_forum_from_nothing_to_the_public_page(desk, client):
    organiser = desk.client
    answer = organiser.submit("/manage/forums/new", new())
    assert answer.headers["Location"] == "/manage/forums/forum-probnyy/places"
    assert client.get("/forums/forum-probnyy/").status_code == 404
    places = "/manage/forums/forum-probnyy/places"
    organiser.submit("/manage/forums/forum-probnyy/venues", {"name": "Дворец", "address": "ул. Пробная"}, page=places)
    venue = db.session.scalars(select(Venue)).one()
    organiser.submit(
        "/manage/forums/forum-probnyy/rooms", {"venue": str(venue.id), "name": "Зал 1", "seats": "50"}, page=places
    )
    section = "/manage/forums/forum-probnyy/sections/new"
    made = organiser.submit(
        section, {"name": "Отцы и дети", "room": str(venue.rooms[0].id), "stream_url": "https://example.org/s"}
    )
    assert made.status_code == 302
    desk = "/manage/forums/forum-probnyy"
    organiser.submit(f"{desk}/status", {"status": "announced"}, page=desk)
    page = client.get("/forums/forum-probnyy/").get_data(as_text=True)
    assert "Отцы и\u00a0дети" in page
    assert "https://example.org/s" not in page
    quota = db.session.scalars(
        select(Quota).join(Forum).where(Forum.slug == "forum-probnyy", Quota.format == Format.in_person)
    ).one()
    assert quota.capacity == 50


def test_a_double_click_makes_one_forum(desk):
    client = desk.client
    form = new(csrf_token=client.token("/manage/forums/new"))
    answers = [client.post("/manage/forums/new", data=form).headers["Location"] for _time in range(2)]
    assert answers == ["/manage/forums/forum-probnyy/places"] * 2
    assert "уже есть" in client.get(answers[0]).get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    client.post("/manage/forums/new", data=form | {"date_start": "2027-08-31"})
    assert len(db.session.scalars(select(Forum).where(Forum.slug.startswith("forum-probnyy"))).all()) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("date_end", "2027-08-01"),
        ("date_start", "не дата"),
        ("date_start", "0207-09-01"),
        ("date_end", "2107-09-01"),
        ("date_end", "9999-12-31"),
        ("capacity_in_person", "-5"),
        ("capacity_in_person", "много"),
        ("contact_email", "не адрес"),
        ("timezone", "Mars/Olympus"),
        ("name", "я" * 300),
    ],
)
def test_bad_input_is_explained_and_kept(desk, field, value):
    answer = desk.client.submit("/manage/forums/new", new(**{field: value}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page
    assert "Тулун" in page
    assert db.session.scalar(select(Forum).where(Forum.slug == "forum-probnyy")) is None


def test_editing_meanwhile_shows_both_texts(desk):
    client = desk.client
    address = "/manage/forums/prosemyu-2027/edit"
    opened = client.get(address).get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', opened).group(1)
    token = client.token(address)
    with writing():
        desk.forum.name = "Имя от коллеги"
    mine = new(name="Моё имя", version=version, date_start="2027-04-22", date_end="2027-04-22", csrf_token=token)
    answer = client.post(address, data=mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Имя от коллеги" in page
    assert "Моё имя" in page
    db.session.expire_all()
    assert db.session.get(Forum, desk.forum.id).name == "Имя от коллеги"


def test_places_added_meanwhile_are_not_taken_back(desk):
    """The places stand in rows of their own: the forum's version rises with them all the same."""
    client, forum = desk.client, desk.forum
    address = "/manage/forums/prosemyu-2027/edit"
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(address).get_data(as_text=True)).group(1)
    token = client.token(address)
    with writing():
        set_capacity(forum, Format.in_person, 500, by=None)
    mine = new(name=forum.name, version=version, capacity_in_person="50", csrf_token=token)
    answer = client.post(address, data=mine)
    assert answer.status_code == 409
    page = re.sub(r"<[^>]+>|\s+", " ", answer.get_data(as_text=True)).replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"Мест для очного участия +500 +50 ", page)
    db.session.rollback()
    quota = db.session.scalars(select(Quota).where(Quota.forum_id == forum.id, Quota.format == Format.in_person)).one()
    assert quota.capacity == 500


@pytest.mark.parametrize("kind", ["in_person", "remote"])
def test_capacity_cannot_fall_below_what_is_taken(desk, kind):
    with writing():
        for quota in desk.forum.quotas:
            quota.taken = 60
    address = "/manage/forums/prosemyu-2027/edit"
    version = re.search(r'name="version"[^>]*value="(\d+)"', desk.client.get(address).get_data(as_text=True)).group(1)
    places = {"capacity_in_person": "100", "capacity_remote": "100"} | {f"capacity_{kind}": "10"}
    answer = desk.client.submit(address, new(version=version, **places))
    assert answer.status_code == 422
    wrong = [tag for tag in re.findall(r"<input[^>]*>", answer.get_data(as_text=True)) if 'aria-invalid="true"' in tag]
    assert [re.search(r'name="([^"]+)"', tag).group(1) for tag in wrong] == [f"capacity_{kind}"]
    assert "60" in answer.get_data(as_text=True)


def test_a_draft_is_seen_by_organisers_only(desk, client):
    with writing():
        desk.forum.status = ForumStatus.draft
    assert client.get("/forums/prosemyu-2027/").status_code == 404
    assert desk.client.get("/manage/forums/prosemyu-2027").status_code == 200
    assert "prosemyu-2027" not in client.get("/forums/").get_data(as_text=True)


def test_a_room_in_use_is_not_removed(desk):
    with writing():
        room = factories.room(desk.forum)
        factories.slot(factories.section(desk.forum, room_id=room.id))
    places = "/manage/forums/prosemyu-2027/places"
    desk.client.submit(f"/manage/forums/prosemyu-2027/rooms/{room.id}/removal", page=places)
    assert "Что-то" in desk.client.get(places).get_data(as_text=True) or db.session.get(type(room), room.id) is not None
    desk.client.submit("/manage/forums/prosemyu-2027/sections/early-help/removal", page=places)
    assert db.session.scalars(select(Section)).one().slug == "early-help"


def test_a_room_is_edited_from_the_list(desk):
    with writing():
        room = factories.room(desk.forum, name="Зал 1")
        factories.room(desk.forum, name="Зал 2")
    address, places = f"/manage/forums/prosemyu-2027/rooms/{room.id}", "/manage/forums/prosemyu-2027/places"
    page = desk.client.get(places).get_data(as_text=True)
    assert f'href="{address}" aria-label="Изменить «Зал 1»"' in page
    assert 'value="100"' in desk.client.get(address).get_data(as_text=True)
    answer = desk.client.submit(address, {"name": "Большой зал", "floor": "2 этаж", "seats": "120"})
    assert answer.headers["Location"] == places
    db.session.expire_all()
    assert (room.name, room.floor, room.seats) == ("Большой зал", "2 этаж", 120)
    entry = db.session.scalar(select(Entry).order_by(Entry.id.desc()).limit(1))
    assert (entry.action, entry.details) == ("room.changed", {"fields": ["name", "floor", "seats"]})


def test_two_rooms_of_a_venue_do_not_share_a_name(desk):
    with writing():
        room = factories.room(desk.forum, name="Зал 1")
        factories.room(desk.forum, name="Зал 2")
    answer = desk.client.submit(f"/manage/forums/prosemyu-2027/rooms/{room.id}", {"name": "зал 2", "floor": "Цоколь"})
    assert answer.status_code == 422
    assert "уже есть зал с таким названием" in answer.get_data(as_text=True).replace("\xa0", " ")
    assert "Цоколь" in answer.get_data(as_text=True)
    db.session.expire_all()
    assert room.name == "Зал 1"


def test_a_room_of_another_forum_is_not_here(desk):
    with writing():
        room = factories.room(factories.forum("other-2027", factories.series("other")))
    assert desk.client.get(f"/manage/forums/prosemyu-2027/rooms/{room.id}").status_code == 404
    assert desk.client.get(f"/manage/forums/other-2027/rooms/{room.id}").status_code == 404


def test_an_empty_room_is_removed(desk):
    with writing():
        room = factories.room(desk.forum)
        number = room.id
    desk.client.submit(
        f"/manage/forums/prosemyu-2027/rooms/{number}/removal", page="/manage/forums/prosemyu-2027/places"
    )
    db.session.expire_all()
    assert db.session.get(type(room), number) is None


@pytest.mark.parametrize("path", ["", "/edit", "/places", "/sections/new"])
def test_an_organiser_of_another_series_sees_nothing(desk, sign_in, path):
    with writing():
        stranger = factories.organiser(factories.series("other"))
    assert sign_in(stranger).get(f"/manage/forums/prosemyu-2027{path}").status_code == 404


@pytest.mark.parametrize("path", ["status", "programme-publication", "venues", "rooms"])
def test_get_on_a_command_is_refused(desk, path):
    assert desk.client.get(f"/manage/forums/prosemyu-2027/{path}").status_code == 405


def test_schema_org_is_mixed_attendance(desk, client):
    page = client.get("/forums/prosemyu-2027/").get_data(as_text=True)
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page).group(1))
    assert data["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert [place["@type"] for place in data["location"]] == ["Place", "VirtualLocation"]


def test_public_pages_are_warm_until_something_changes(desk, client, count_queries):
    first = client.get("/forums/prosemyu-2027/")
    with count_queries() as counted:
        second = client.get("/forums/prosemyu-2027/")
    assert counted.number == 0  # the versions are asked of the driver, past the counter
    assert second.headers["ETag"] == first.headers["ETag"]
    assert client.get("/forums/prosemyu-2027/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    page = "/manage/forums/prosemyu-2027"
    desk.client.submit(f"{page}/status", {"status": "finished"}, page=page)
    assert client.get("/forums/prosemyu-2027/").headers["ETag"] != first.headers["ETag"]


def shown(page: str) -> dict[str, str]:
    """What a browser would send of the page's last form if nothing were touched."""
    form = [found for found in html5lib.parse(page).iter(f"{X}form") if found.get("method") == "post"][-1]
    fields = {}
    for element in form.iter():
        name, kind = element.get("name"), str(element.tag).removeprefix(X)
        if not name:
            continue
        if kind == "select":
            options = list(element.iter(f"{X}option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            fields[name] = chosen[0].get("value")
        elif kind == "textarea":
            fields[name] = "".join(element.itertext())
        else:
            fields[name] = element.get("value") or ""
    return fields


def test_saving_a_form_untouched_changes_nothing(desk):
    with writing():
        forum = desk.forum
        forum.kind, forum.territory_id = EventKind.conference, factories.territory(factories.TULUN).id
        desk.series.territory_id = factories.territory(factories.TAYSHET).id
        section = factories.section(forum)
        section.room = factories.room(forum)

    def state() -> list[object]:
        db.session.expire_all()
        made = desk.forum
        return [made.kind, made.territory_id, made.version, section.room_id, section.version, made.series.territory_id]

    before = state()
    for path in (
        "/manage/forums/prosemyu-2027/edit",
        "/manage/forums/prosemyu-2027/sections/early-help",
        "/manage/series/prosemyu/edit",
    ):
        page = desk.client.get(path).get_data(as_text=True)
        assert desk.client.post(path, data=shown(page)).status_code == 302, path
        assert state() == before, path


def test_an_administrator_begins_a_series_and_its_first_forum_belongs_to_it(desk, sign_in):
    with writing():
        person = factories.administrator()
    admin = sign_in(person)
    assert 'href="/manage/series/new"' in admin.get("/manage/forums").get_data(as_text=True)
    territory = str(factories.territory(factories.TULUN).id)
    made = admin.submit("/manage/series/new", {"name": "Новые встречи", "territory": territory})
    assert made.headers["Location"] == "/manage/forums/new?series=novye-vstrechi"
    page = admin.get(made.headers["Location"]).get_data(as_text=True)
    assert '<option selected value="novye-vstrechi">' in page
    refused = admin.submit("/manage/forums/new", new())
    assert refused.status_code == 422
    assert "Выберите цикл, к которому относится форум." in refused.get_data(as_text=True).replace("\u00a0", " ")
    assert admin.submit("/manage/forums/new", new(series="nonsense")).status_code == 422
    admin.submit("/manage/forums/new", new(series="novye-vstrechi"))
    assert db.session.scalars(select(Forum).where(Forum.slug == "forum-probnyy")).one().series.name == "Новые встречи"


def test_the_only_series_is_named_in_the_form(desk):
    page = desk.client.get("/manage/forums/new").get_data(as_text=True)
    assert "Цикл: «ПроСемью»" in page.replace("\u00a0", " ")
    assert 'name="series"' not in page


def test_quotation_marks_inside_quotation_marks(desk):
    with writing():
        factories.room(desk.forum).venue.name = "Дом культуры «Братск»"
    page = desk.client.get("/manage/forums/prosemyu-2027/places").get_data(as_text=True).replace("\u00a0", " ")
    assert "Залы площадки «Дом культуры „Братск“»" in page


def test_an_organiser_begins_a_series_where_they_organise_and_organises_it(desk):
    assert 'href="/manage/series/new"' in desk.client.get("/manage/forums").get_data(as_text=True)
    region = str(factories.territory(factories.REGION).id)
    made = desk.client.submit("/manage/series/new", {"name": "Новые встречи", "territory": region})
    assert made.location == "/manage/forums/new?series=novye-vstrechi"
    assert desk.client.submit("/manage/forums/new", new(series="novye-vstrechi")).status_code == 302
    assert desk.client.get("/manage/forums/forum-probnyy/places").status_code == 200
    with writing():
        factories.series("foreign").name = "Чужие встречи"
    foreign = desk.client.submit("/manage/series/new", {"name": "Чужие встречи", "territory": region})
    assert foreign.status_code == 422
    assert "другое название" in foreign.get_data(as_text=True).replace("\u00a0", " ")


def test_whoever_organises_one_forum_is_offered_no_other(app, sign_in):
    with writing():
        forum = factories.forum(date_start=date(2020, 1, 1), date_end=date(2020, 1, 1))
        person = factories.give(factories.user(), Role.organiser, ScopeKind.forum, forum.id)
    client = sign_in(person)
    for page in ("/manage/forums/new", "/manage/series/new"):
        assert client.get(page).status_code == 404
    for page in ("/manage/forums", "/work"):
        assert "/new" not in client.get(page).get_data(as_text=True)

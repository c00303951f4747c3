"""Who did what: read by administrators whole, by organisers where they organise."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accounts.enums import ConsentKind, Role, ScopeKind
from accounts.models import User
from accounts.queries import consent_text
from activity.models import Entry
from activity.operations import record
from adoption.quarter import operations as rounds
from forum import operations as forums
from forum.models import Forum, ForumStatus
from kernel import db as kernel_db
from kernel.db import db
from kernel.documents.sheets import read_table
from kernel.transaction import writing
from programme import entries
from speakers import operations as speakers
from tests import factories
from tests.client import PageClient
from tests.conftest import NOW

pytestmark = pytest.mark.differs

LOG = "/manage/activity"
OTHER = "38000000"


def text(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.get_data(as_text=True))))


def sentences(client, query: str = "") -> list[str]:
    """The log's entries as they are read."""
    page = client.get(f"{LOG}{query}").get_data(as_text=True)
    items = re.findall(r'<ul class="lines log">(.*?)</ul>', page, re.DOTALL)
    found = re.findall(r"<li><p>(.*?)</p>", items[0], re.DOTALL) if items else []
    return [html.unescape(re.sub(r"<[^>]+>", "", one)).replace("\N{NO-BREAK SPACE}", " ") for one in found]


@dataclass(frozen=True)
class Logged:
    """A forum of one series and what its organiser and an administrator did, another series beside it."""

    forum: Forum
    admin: PageClient
    organiser: PageClient
    person: User
    boss: User


@pytest.fixture
def logged(app, sign_in) -> Logged:
    with writing():
        mine, other = factories.series(), factories.series("other")
        forum = factories.forum(in_series=mine)
        foreign = factories.forum("other-2027", other, name="Форум соседей")
        organiser, admin = factories.organiser(mine), factories.administrator()
    with writing():
        forums.set_status(forum, ForumStatus.finished, by=organiser)
        forums.set_status(foreign, ForumStatus.finished, by=admin)
        factories.slot(factories.section(forum))
    return Logged(forum=forum, admin=sign_in(admin), organiser=sign_in(organiser), person=organiser, boss=admin)


def test_an_entry_is_a_sentence_with_a_link_to_its_subject(logged):
    [first, second, _territories] = sentences(logged.admin)
    assert first == "Админова Ада Тестовна: изменено состояние форума — Форум соседей"
    assert second == "Устроитель Олег Пробович: изменено состояние форума — Форум «ПроСемью-2027»"
    assert 'href="/manage/forums/prosemyu-2027"' in logged.admin.get(LOG).get_data(as_text=True)
    assert "forum's state changed" in logged.admin.get(f"/en{LOG}").get_data(as_text=True).replace("&#39;", "'")


def test_an_organiser_reads_only_of_their_own_series(logged):
    assert sentences(logged.organiser) == [
        "Устроитель Олег Пробович: изменено состояние форума — Форум «ПроСемью-2027»"
    ]
    assert sentences(logged.organiser, "?actor=" + str(logged.boss.id)) == []
    assert "Админова" not in text(logged.organiser.get(LOG))
    assert "Форум соседей" not in repr(
        read_table("x.xlsx", logged.organiser.get(f"{LOG}.xlsx").data, {"name": ("Название",)}, ("name",))
    )


def test_organisers_of_one_forum_read_of_that_one(logged, sign_in):
    with writing():
        person = factories.give(factories.user(), Role.organiser, ScopeKind.forum, logged.forum.id)
    assert len(sentences(sign_in(person))) == 1


def newest() -> Entry:
    entry = db.session.scalar(select(Entry).order_by(Entry.id.desc()).limit(1))
    assert entry is not None
    return entry


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 4),
        ("?action=forum.status", 2),
        ("?action=section.added", 0),
        ("?kind=user_account", 1),
        ("?since=2027-03-01", 2),
        ("?until=2027-02-28", 2),
        ("?since=2027-02-20&until=2027-02-28", 0),
        ("?since=nonsense&page=99", 4),
        ("?since=0001-01-01", 4),
        ("?since=2027-03-01&until=9999-12-31", 2),
    ],
)
def test_filters_stand_in_the_address(logged, query, number):
    with writing():
        record(logged.boss, "user.signed_in", logged.boss)
        newest().at = NOW - timedelta(days=30)
    assert len(sentences(logged.admin, query)) == number


def test_filters_by_person_and_by_subject(logged):
    assert len(sentences(logged.admin, f"?actor={logged.boss.id}")) == 1
    assert len(sentences(logged.admin, f"?kind=forum&subject={logged.forum.id}")) == 1
    page = logged.admin.get(f"{LOG}?actor={logged.boss.id}").get_data(as_text=True)
    assert "Кто: <b>Админова Ада Тестовна</b>" in page


def test_organisers_read_what_happens_with_practices_and_rounds_of_their_territory(logged, sign_in):
    """The series lies in the region, so all of it below; the log of another region is not theirs."""
    with writing():
        practice, other = (
            factories.practice(),
            factories.practice("Чужая практика", territory_id=factories.territory(OTHER).id),
        )
        taken = factories.adoption(practice)
        made, _new = rounds.open_round(
            factories.territory(factories.REGION), 2027, 1, date(2027, 4, 5), by=logged.person, letters=False
        )
        record(logged.boss, "practice.published", practice)
        record(logged.boss, "practice.published", other)
        record(logged.boss, "adoption.confirmed", taken)
    page = sentences(logged.organiser)
    assert page[:3] == [
        "Админова Ада Тестовна: запуск подтверждён — Домашний консультант, " + taken.organisation.name,
        "Админова Ада Тестовна: практика опубликована — Домашний консультант",
        "Устроитель Олег Пробович: задан вопрос за квартал — I квартал 2027 года, Иркутская область",
    ]
    assert "Чужая практика" not in " ".join(page)
    assert "Чужая практика" in " ".join(sentences(logged.admin))
    assert f'href="/manage/rounds/{made.code}"' in logged.organiser.get(LOG).get_data(as_text=True)
    with writing():
        elsewhere = factories.organiser(factories.series("far", territory_id=factories.territory(OTHER).id))
    assert [line.split(" — ")[1] for line in sentences(sign_in(elsewhere))] == ["Чужая практика"]


def test_an_account_is_named_only_to_those_who_may_open_it(logged):
    with writing():
        record(logged.boss, "user.invited", logged.person)
        newest().within = f"forum:{logged.forum.id}"
    assert sentences(logged.admin)[0].endswith(" — Устроитель Олег Пробович")
    assert sentences(logged.organiser)[0].endswith(f"учётная запись № {logged.person.id}")


def test_signing_in_names_nobody_twice(logged):
    with writing():
        record(logged.person, "user.signed_in", logged.person)
    assert sentences(logged.admin)[0] == "Устроитель Олег Пробович: вход на сайт"


def test_a_speaker_is_named_to_those_who_see_the_list_of_speakers(logged, app):
    with writing():
        slot = factories.slot(factories.section(logged.forum, "second"))
        speaker = factories.speaker(logged.forum.series, agreed=False)
        paper = consent_text(ConsentKind.publication, "ru")
        speakers.consent(speaker, paper, address="", by=logged.person, on_paper=True)
        moderator = factories.give(factories.user(), Role.organiser, ScopeKind.forum, logged.forum.id)
    told = "Устроитель Олег Пробович: согласие на публикацию имени дано — Примерова Анна Сергеевна"
    assert sentences(logged.admin)[0] == sentences(logged.organiser)[0] == told
    assert "/speakers?q=" not in logged.organiser.get(LOG).get_data(as_text=True)
    with writing():
        factories.appearance(slot, speaker)
    page = logged.organiser.get(LOG).get_data(as_text=True)
    [address] = re.findall(r'href="([^"]+/speakers[?]q=[^"]+)"', page)
    assert "Примерова Анна Сергеевна" in logged.organiser.get(html.unescape(address)).get_data(as_text=True)
    with app.test_request_context():
        assert entries.speakers(moderator, {speaker.id})[speaker.id].name == "Примерова Анна Сергеевна"


def test_a_speaker_of_others_is_not_named(logged):
    with writing():
        speaker = factories.speaker(logged.forum.series)
        stranger = factories.organiser(factories.series("third"))
        record(logged.boss, "speaker.changed", speaker)
    assert newest().within == f"series:{speaker.series_id}"
    assert newest().subject_name == ""
    assert entries.speakers(stranger, {speaker.id}) == {}


def test_the_place_of_an_act_is_kept(logged):
    with writing():
        room = factories.room(logged.forum)
        record(None, "room.added", room)
        assert newest().within == f"forum:{logged.forum.id}"
        record(None, "settings.changed", logged.boss)
        assert newest().within == ""


@pytest.mark.parametrize("number", [1, 20])
def test_the_log_asks_as_often_for_one_as_for_many(logged, number, count_queries):
    with writing():
        section = factories.section(logged.forum, "s")
        for index in range(number):
            record(None, "slot.added", factories.slot(section, f"Доклад {index}"))
            record(None, "section.added", section)
    with count_queries() as counted:
        assert logged.admin.get(LOG).status_code == 200
    assert counted.number == 14


def test_the_last_page_of_a_long_log_is_reached(logged):
    with writing():
        db.session.add_all([Entry(action="forum.added", subject_type="forum", subject_id=1) for _number in range(120)])
    kernel_db.set_clock(lambda: NOW)
    page = text(logged.admin.get(f"{LOG}?page=3"))
    assert "101–123 из 123" in page.replace("\N{NO-BREAK SPACE}", " ")


def test_nothing_found_leads_back_to_everything(logged):
    page = logged.admin.get("/manage/activity?until=2001-01-01").get_data(as_text=True)
    assert "Ничего не нашлось" in page
    assert '<a class="button plain" href="/manage/activity"' in page

"""Who did what: read by administrators whole, by organisers where they organise."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accounts.enums import ConsentKind, Role, ScopeKind
from accounts.queries import consent_text
from activity.models import Entry
from activity.operations import record
from adoption.quarter import operations as rounds
from forum import operations as forums
from forum.models import ForumStatus
from kernel import db as kernel_db
from kernel.db import db
from kernel.documents.sheets import read_table
from kernel.transaction import writing
from programme import entries
from speakers import operations as speakers
from tests import factories
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


@pytest.fixture
def world(app, sign_in):
    with writing():
        mine, other = factories.series(), factories.series("other")
        forum = factories.forum(in_series=mine)
        foreign = factories.forum("other-2027", other, name="Форум соседей")
        organiser, admin = factories.organiser(mine), factories.administrator()
    with writing():
        forums.set_status(forum, ForumStatus.finished, by=organiser)
        forums.set_status(foreign, ForumStatus.finished, by=admin)
        factories.slot(factories.section(forum))
    return {
        "forum": forum,
        "admin": sign_in(admin),
        "organiser": sign_in(organiser),
        "person": organiser,
        "boss": admin,
    }


def test_an_entry_is_a_sentence_with_a_link_to_its_subject(world):
    [first, second, _territories] = sentences(world["admin"])
    assert first == "Админова Ада Тестовна: изменено состояние форума — Форум соседей"
    assert second == "Устроитель Олег Пробович: изменено состояние форума — Форум «ПроСемью-2027»"
    assert 'href="/manage/forums/prosemyu-2027"' in world["admin"].get(LOG).get_data(as_text=True)
    assert "forum's state changed" in world["admin"].get(f"/en{LOG}").get_data(as_text=True).replace("&#39;", "'")


def test_an_organiser_reads_only_of_their_own_series(world):
    assert sentences(world["organiser"]) == [
        "Устроитель Олег Пробович: изменено состояние форума — Форум «ПроСемью-2027»"
    ]
    assert sentences(world["organiser"], "?actor=" + str(world["boss"].id)) == []
    assert "Админова" not in text(world["organiser"].get(LOG))
    assert "Форум соседей" not in repr(
        read_table("x.xlsx", world["organiser"].get(f"{LOG}.xlsx").data, {"name": ("Название",)}, ("name",))
    )


def test_organisers_of_one_forum_read_of_that_one(world, sign_in):
    with writing():
        person = factories.give(factories.user(), Role.organiser, ScopeKind.forum, world["forum"].id)
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
def test_filters_stand_in_the_address(world, query, number):
    with writing():
        record(world["boss"], "user.signed_in", world["boss"])
        newest().at = NOW - timedelta(days=30)
    assert len(sentences(world["admin"], query)) == number


def test_filters_by_person_and_by_subject(world):
    assert len(sentences(world["admin"], f"?actor={world['boss'].id}")) == 1
    assert len(sentences(world["admin"], f"?kind=forum&subject={world['forum'].id}")) == 1
    page = world["admin"].get(f"{LOG}?actor={world['boss'].id}").get_data(as_text=True)
    assert "Кто: <b>Админова Ада Тестовна</b>" in page


def test_organisers_read_what_happens_with_practices_and_rounds_of_their_territory(world, sign_in):
    """The series lies in the region, so all of it below; the log of another region is not theirs."""
    with writing():
        practice, other = (
            factories.practice(),
            factories.practice("Чужая практика", territory_id=factories.territory(OTHER).id),
        )
        taken = factories.adoption(practice)
        made, _new = rounds.open_round(
            factories.territory(factories.REGION), 2027, 1, date(2027, 4, 5), by=world["person"], letters=False
        )
        record(world["boss"], "practice.published", practice)
        record(world["boss"], "practice.published", other)
        record(world["boss"], "adoption.confirmed", taken)
    page = sentences(world["organiser"])
    assert page[:3] == [
        "Админова Ада Тестовна: запуск подтверждён — Домашний консультант, " + taken.organisation.name,
        "Админова Ада Тестовна: практика опубликована — Домашний консультант",
        "Устроитель Олег Пробович: задан вопрос за квартал — I квартал 2027 года, Иркутская область",
    ]
    assert "Чужая практика" not in " ".join(page)
    assert "Чужая практика" in " ".join(sentences(world["admin"]))
    assert f'href="/manage/rounds/{made.code}"' in world["organiser"].get(LOG).get_data(as_text=True)
    with writing():
        elsewhere = factories.organiser(factories.series("far", territory_id=factories.territory(OTHER).id))
    assert [line.split(" — ")[1] for line in sentences(sign_in(elsewhere))] == ["Чужая практика"]


def test_an_account_is_named_only_to_those_who_may_open_it(world):
    with writing():
        record(world["boss"], "user.invited", world["person"])
        newest().within = f"forum:{world['forum'].id}"
    assert sentences(world["admin"])[0].endswith(" — Устроитель Олег Пробович")
    assert sentences(world["organiser"])[0].endswith(f"учётная запись № {world['person'].id}")


def test_signing_in_names_nobody_twice(world):
    with writing():
        record(world["person"], "user.signed_in", world["person"])
    assert sentences(world["admin"])[0] == "Устроитель Олег Пробович: вход на сайт"


def test_a_speaker_is_named_to_those_who_see_the_list_of_speakers(world, app):
    with writing():
        slot = factories.slot(factories.section(world["forum"], "second"))
        speaker = factories.speaker(world["forum"].series, agreed=False)
        paper = consent_text(ConsentKind.publication, "ru")
        speakers.consent(speaker, paper, address="", by=world["person"], on_paper=True)
        moderator = factories.give(factories.user(), Role.organiser, ScopeKind.forum, world["forum"].id)
    told = "Устроитель Олег Пробович: согласие на публикацию имени дано — Примерова Анна Сергеевна"
    assert sentences(world["admin"])[0] == sentences(world["organiser"])[0] == told
    assert "/speakers?q=" not in world["organiser"].get(LOG).get_data(as_text=True)
    with writing():
        factories.appearance(slot, speaker)
    page = world["organiser"].get(LOG).get_data(as_text=True)
    [address] = re.findall(r'href="([^"]+/speakers[?]q=[^"]+)"', page)
    assert "Примерова Анна Сергеевна" in world["organiser"].get(html.unescape(address)).get_data(as_text=True)
    with app.test_request_context():
        assert entries.speakers(moderator, {speaker.id})[speaker.id].name == "Примерова Анна Сергеевна"


def test_a_speaker_of_others_is_not_named(world):
    with writing():
        speaker = factories.speaker(world["forum"].series)
        stranger = factories.organiser(factories.series("third"))
        record(world["boss"], "speaker.changed", speaker)
    assert newest().within == f"series:{speaker.series_id}"
    assert newest().subject_name == ""
    assert entries.speakers(stranger, {speaker.id}) == {}


def test_the_place_of_an_act_is_kept(world):
    with writing():
        room = factories.room(world["forum"])
        record(None, "room.added", room)
        assert newest().within == f"forum:{world['forum'].id}"
        record(None, "settings.changed", world["boss"])
        assert newest().within == ""


@pytest.mark.parametrize("number", [1, 20])
def test_the_log_asks_as_often_for_one_as_for_many(world, number, count_queries):
    with writing():
        section = factories.section(world["forum"], "s")
        for index in range(number):
            record(None, "slot.added", factories.slot(section, f"Доклад {index}"))
            record(None, "section.added", section)
    with count_queries() as counted:
        assert world["admin"].get(LOG).status_code == 200
    assert counted.number == 13


def test_the_last_page_of_a_long_log_is_reached(world):
    with writing():
        db.session.add_all([Entry(action="forum.added", subject_type="forum", subject_id=1) for _number in range(120)])
    kernel_db.set_clock(lambda: NOW)
    page = text(world["admin"].get(f"{LOG}?page=3"))
    assert "101–123 из 123" in page.replace("\N{NO-BREAK SPACE}", " ")


def test_nothing_found_leads_back_to_everything(world):
    page = world["admin"].get("/manage/activity?until=2001-01-01").get_data(as_text=True)
    assert "Ничего не нашлось" in page
    assert '<a class="button plain" href="/manage/activity"' in page

"""The organiser's desk before, during and after the day, by the forum's own clock."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import current_app

from accounts import settings
from activity.models import Letter, LetterStatus
from forum.models import Format, Forum, ForumStatus, Section
from forum.queries import phase
from forum.readiness import Lack, lacks
from hall.presence import note
from hall.rules import minute_of, packed
from kernel import db as kernel_db
from kernel.db import db
from kernel.transaction import writing
from programme.models import Slot
from registrations.door.attendance import admit_many
from tests import factories
from tests.client import PageClient
from tests.registrations.conftest import enrol, set_capacity

DESK = "/manage/forums/prosemyu-2027"
DAY = datetime(2027, 4, 22, 2, 5, tzinfo=UTC)
"""10:05 in Irkutsk on the forum's day."""


@dataclass(frozen=True)
class Desk:
    """A forum with two talks, one speaker of which has not agreed to be named, and its organiser."""

    forum: Forum
    section: Section
    talk: Slot
    client: PageClient


@pytest.fixture
def desk(app, sign_in) -> Desk:
    with writing():
        settings.change({"operator": "Центр помощи семье"})
        forum = factories.forum()
        room = factories.room(forum)
        section = factories.section(forum, room_id=room.id)
        talk = factories.slot(section, practice_id=factories.practice().id)
        speaker = factories.speaker(forum.series, agreed=False, email="speaker@example.org")
        factories.appearance(talk, speaker)
        factories.slot(section, "Второй доклад", starts=talk.ends)
        person = factories.organiser(forum.series)
    return Desk(forum=forum, section=section, talk=talk, client=sign_in(person))


def test_whatever_disappears_from_the_site_is_asked_about_first(desk):
    with writing():
        desk.forum.programme_published = True
    page = desk.client.get(DESK).get_data(as_text=True)
    asked = dict(
        re.findall(r'data-confirm="([^"]*)" data-confirm-yes="([^"]*)"', page.replace("\N{NO-BREAK SPACE}", " "))
    )
    questions = {yes: question.split(",")[0].split(" с сайта")[0] for question, yes in asked.items()}
    assert (questions["Скрыть программу"], questions["Вернуть в черновик"]) == (
        "Программа исчезнет",
        "Страницы форума исчезнут",
    )


def test_the_answer_to_cancel_an_item_cannot_be_taken_for_no(desk):
    page = desk.client.get(f"{DESK}/programme").get_data(as_text=True)
    answers = re.findall(r'/cancellation" [^>]*data-confirm-yes="([^"]*)"', page)
    assert [answer.replace("\N{NO-BREAK SPACE}", " ") for answer in answers] == ["Отменить пункт"] * 2


def at(moment: datetime) -> None:
    kernel_db.set_clock(lambda: moment)


def text(desk, path: str = DESK) -> str:
    page = desk.client.get(path).get_data(as_text=True)
    main = re.sub(r"(?s)^.*<main", "", page)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)).replace("\N{NO-BREAK SPACE}", " "))


def missing(forum) -> list[Lack]:
    db.session.rollback()
    with current_app.test_request_context():
        return lacks(forum)


def told(forum) -> list[str]:
    return [lack.text.replace("\N{NO-BREAK SPACE}", " ") for lack in missing(forum)]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2027, 4, 21, 15, 59, tzinfo=UTC), "before"),
        (datetime(2027, 4, 21, 16, 1, tzinfo=UTC), "during"),
        (datetime(2027, 4, 22, 15, 59, tzinfo=UTC), "during"),
        (datetime(2027, 4, 22, 16, 1, tzinfo=UTC), "after"),
    ],
)
def test_the_day_begins_and_ends_at_the_forums_midnight(desk, moment, expected):
    at(moment)
    assert phase(desk.forum) == expected


def test_a_draft_is_not_under_way_and_a_closed_forum_is_over(desk):
    at(DAY)
    with writing():
        desk.forum.status = ForumStatus.draft
    assert phase(desk.forum) == "before"
    at(DAY - timedelta(days=30))
    with writing():
        desk.forum.status = ForumStatus.finished
    assert phase(desk.forum) == "after"


def test_what_is_not_ready_is_told_and_links_lead_to_it(desk):
    assert told(desk.forum) == [
        "Без спикера 1 выступление",
        "Без практики 1 выступление",
        "Нет согласия на публикацию имени: 1, это имя не показано",
    ]
    page = text(desk)
    assert "Без спикера 1 выступление" in page
    for lack in missing(desk.forum):
        assert desk.client.get(lack.href).status_code == 200
    only = text(desk, f"{DESK}/programme?without=practice")
    assert "Второй доклад" in only
    assert "Домашний консультант" not in only


def test_rooms_and_streams_are_asked_for_only_where_the_format_needs_them(desk):
    with writing():
        desk.section.room_id, desk.section.stream_url = None, ""
    both = {"Без зала 1 секция: «Ранняя помощь»", "Без ссылки на трансляцию 1 секция: «Ранняя помощь»"}
    assert both < set(told(desk.forum))
    set_capacity(desk.forum, 0, Format.remote)
    assert both & set(told(desk.forum)) == {"Без зала 1 секция: «Ранняя помощь»"}
    set_capacity(desk.forum, None, Format.remote)
    set_capacity(desk.forum, 0, Format.in_person)
    assert both & set(told(desk.forum)) == {"Без ссылки на трансляцию 1 секция: «Ранняя помощь»"}


def test_a_section_without_a_moderator_and_a_letter_nobody_got_are_told(desk):
    enrol(desk.forum)
    with writing():
        desk.section.moderator = ""
        db.session.add(Letter(kind="registration_ticket", to="anna@example.org", status=LetterStatus.dead))
        db.session.add(Letter(kind="registration_ticket", to="stranger@example.org", status=LetterStatus.dead))
    found = told(desk.forum)
    assert "Без модератора 1 секция: «Ранняя помощь»" in found
    assert "Не доставлено 1 письмо участнику: anna@example.org" in found


def test_a_forum_without_an_operator_of_personal_data_is_not_ready(desk, sign_in):
    with writing():
        settings.change({"operator": ""})
        administrator = factories.administrator()
    organiser = desk.client.get(DESK).get_data(as_text=True)
    assert 'href="/privacy">Не указан оператор' in organiser
    master = sign_in(administrator).get(DESK).get_data(as_text=True)
    assert 'href="/manage/settings">Укажите оператора' in master


def test_before_anybody_has_signed_up_no_zeros_stand_there(desk):
    page = text(desk)
    assert "Пока никто не зарегистрировался." in page
    assert "из 100" not in page
    with writing():
        desk.forum.status = ForumStatus.draft
    assert "Регистрация откроется, когда форум будет объявлен." in text(desk)


def test_on_a_day_nobody_signed_up_for_nothing_is_told_of_nothing(desk):
    at(DAY)
    page = text(desk)
    assert "0 вошли за последние 10 минут" in page
    assert "0 из 0" not in page
    assert "Собирались в секцию" not in page


def test_the_first_forum_is_begun_with_its_series(app, sign_in):
    with writing():
        administrator = factories.administrator()
    client = sign_in(administrator)
    page = client.get("/manage/forums").get_data(as_text=True)
    assert page.count('href="/manage/series/new"') == 1
    assert "Начните с цикла форумов" in page
    assert "Сначала назовите цикл" in client.get("/manage/series/new").get_data(as_text=True)


def test_before_the_day_sign_ups_stand_day_by_day_with_the_places_left(desk):
    enrol(desk.forum)
    page = text(desk)
    assert "99 из 100" in page
    assert "01.03 1" in page
    assert "28.02 0" in page


def test_during_the_day_it_says_what_goes_on_and_who_is_here(desk):
    anna, boris = enrol(desk.forum), enrol(desk.forum, "Борисов Борис", "b@example.org", format=Format.remote)
    at(DAY)
    with writing():
        admit_many(desk.forum, [(anna.id, DAY - timedelta(minutes=3))])
    page = text(desk)
    assert "10:00–10:20 Домашний консультант" in page
    assert "10:20 Второй доклад" in page
    assert "1 в зале: отмечены на входе" in page
    assert "0 сейчас у экранов" in page
    assert "1 вошли за последние 10 минут" in page
    note(boris.id, desk.section.id, packed([minute_of(DAY) + 19]))
    at(DAY + timedelta(minutes=20))
    page = text(desk)
    assert "1 сейчас у экранов" in page
    assert "0 вошли за последние 10 минут" in page
    assert "10:20–10:40 Второй доклад" in page


def test_afterwards_there_are_figures_and_papers(desk):
    anna = enrol(desk.forum)
    with writing():
        admit_many(desk.forum, [(anna.id, DAY)])
    at(DAY + timedelta(days=2))
    page = text(desk, f"{DESK}/outcome")
    assert "1 зарегистрированы: человек — это имя и почта" in page
    assert "1 пришли очно" in page
    assert "смотрели дистанционно" not in page
    assert "Осталось" not in page
    for paper in ("summary", "thanks"):
        answer = desk.client.get(f"{DESK}/{paper}.pdf")
        assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_letters_of_thanks_name_each_speaker_once_and_cancelled_talks_nobody(desk):
    from programme.documents import thanks_data
    from programme.queries import spoke_at

    with writing():
        second = factories.slot(desk.section, "Третий доклад", starts=desk.talk.ends + timedelta(hours=1))
        factories.appearance(second, desk.talk.appearances[0].speaker)
        other = factories.slot(desk.section, "Отменённый", starts=second.ends, cancelled=True)
        factories.appearance(other, factories.speaker(desk.forum.series, "Неслышный Нил"))
    pages = thanks_data(desk.forum, spoke_at(desk.forum.id))["pages"]
    assert [page["name"] for page in pages] == ["Примерова Анна Сергеевна"]
    assert "«Домашний консультант»" in pages[0]["text"]


def test_without_speakers_there_is_nobody_to_thank(desk):
    with writing():
        db.session.delete(desk.talk.appearances[0])
    assert desk.client.get(f"{DESK}/thanks.pdf").status_code == 404
    at(DAY + timedelta(days=2))
    assert "thanks.pdf" not in desk.client.get(f"{DESK}/outcome").get_data(as_text=True)


BUTTONS = ("Объявить", "Возобновить форум", "Опубликовать как прошедший", "Завершить форум", "Вернуть в черновик")


@pytest.mark.parametrize(
    ("status", "days", "expected"),
    [
        (ForumStatus.draft, -1, ["Объявить"]),
        (ForumStatus.announced, -1, ["Завершить форум", "Вернуть в черновик"]),
        (ForumStatus.announced, 0, ["Завершить форум", "Вернуть в черновик"]),
        (ForumStatus.finished, -1, ["Возобновить форум"]),
        (ForumStatus.draft, 1, ["Опубликовать как прошедший"]),
        (ForumStatus.announced, 1, ["Завершить форум", "Вернуть в черновик"]),
        (ForumStatus.finished, 1, ["Вернуть в черновик"]),
    ],
)
def test_the_desk_offers_only_what_fits_the_day(desk, status, days, expected):
    at(DAY + timedelta(days=days))
    with writing():
        desk.forum.status = status
    page = text(desk)
    assert [label for label in BUTTONS if f" {label} " in page] == expected


@pytest.mark.parametrize(
    ("status", "days", "wanted", "becomes"),
    [
        (ForumStatus.draft, -1, "announced", ForumStatus.announced),
        (ForumStatus.draft, 1, "announced", ForumStatus.draft),
        (ForumStatus.finished, 1, "announced", ForumStatus.finished),
        (ForumStatus.draft, 1, "finished", ForumStatus.finished),
        (ForumStatus.draft, -1, "finished", ForumStatus.draft),
        (ForumStatus.announced, -1, "announced", ForumStatus.announced),
        (ForumStatus.finished, -1, "announced", ForumStatus.announced),
    ],
)
def test_a_page_left_open_overnight_changes_nothing_that_no_longer_fits(desk, status, days, wanted, becomes):
    at(DAY + timedelta(days=days))
    with writing():
        desk.forum.status = status
    assert desk.client.submit(f"{DESK}/status", {"status": wanted}, page=DESK).status_code == 302
    refused = becomes.value != wanted
    assert ("Ничего не изменено" in text(desk)) == refused
    db.session.expire_all()
    assert desk.forum.status is becomes


def test_closing_a_forum_says_how_many_still_wait(desk):
    forum = desk.forum
    page = desk.client.get(DESK).get_data(as_text=True)
    assert "ждёт места" not in page
    set_capacity(forum, 0)
    enrol(forum)
    page = desk.client.get(DESK).get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    told = "1 человек ещё ждёт места и узнает, что его не нашлось."
    assert f'data-confirm="Регистрация закроется. {told} Продолжить?"' in page
    assert f"Если закрыть форум: {told}" in page
    at(DAY + timedelta(days=3))
    page = desk.client.get(DESK).get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert f'data-confirm="{told} Продолжить?"' in page


def test_a_loaded_programme_is_to_be_published_not_loaded(desk):
    with writing():
        desk.forum.programme_published = False
        empty = factories.forum("empty", desk.forum.series, name="Пустой форум", programme_published=False)
    assert "Опубликуйте программу" in told(desk.forum)
    assert "Загрузите программу и опубликуйте её" not in told(desk.forum)
    assert "Загрузите программу и опубликуйте её" in told(empty)


PAGES = [
    "places",
    "programme",
    "programme/slots/new",
    "programme/import",
    "speakers",
    "registrations",
    "registrations/new",
    "registrations/import",
    "sections/new",
    "outcome",
]


@pytest.mark.parametrize("path", PAGES)
def test_the_way_back_names_the_forum_once_and_not_the_page_itself(desk, path):
    page = desk.client.get(f"{DESK}/{path}").get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    crumbs, rest = page.split("</nav>", page[: page.index('class="crumbs"')].count("</nav>") + 1)[-2:]
    links = re.findall(r'<li><a href="[^"]+">([^<]*)</a>', crumbs[crumbs.index('class="crumbs"') :])
    assert [html.unescape(link) for link in links] == ["Форумы", "Форум «ПроСемью-2027»"]
    assert "aria-current" not in crumbs[crumbs.index('class="crumbs"') :]
    assert desk.forum.name not in html.unescape(rest.split("</header>")[0])

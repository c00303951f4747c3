"""The page of whoever takes part from afar: what is on, the way in, and that looking at it changes nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from forum.models import Format
from forum.queries import section_of
from hall import queries
from hall.models import PresenceHour, Trouble
from kernel.db import db
from kernel.transaction import writing
from registrations import operations
from registrations.models import Attendance
from registrations.own.tickets import link_path
from tests.hall.conftest import TEN, at
from tests.registrations.conftest import enrol, text_of


def rows(model):
    return db.session.query(model).count()


def live(client, person, **query):
    return client.get(link_path(person) + "/live", query_string=query)


def test_my_forum_leads_there_on_the_day_and_only_then(client, forum, anna):
    way = f'href="{link_path(anna)}/live"'
    assert way not in text_of(client.get(link_path(anna)))
    at(TEN)
    assert way in text_of(client.get(link_path(anna)))
    hall = enrol(forum, "Залов Зиновий", "z@example.org")
    assert "Не в зале?" in text_of(client.get(link_path(hall)))
    at(TEN + timedelta(days=2))
    assert way not in text_of(client.get(link_path(anna)))


def test_what_is_on_what_follows_and_one_way_in(client, forum, anna):
    at(TEN + timedelta(minutes=5))
    page = text_of(live(client, anna))
    assert "Идёт сейчас" in page
    assert "10:00–10:40 Первый доклад" in page
    assert "Далее в 10:50: Второй доклад" in page
    assert page.count("https://example.org/stream/1") == 1
    assert "Молодые семьи" in page  # the other that is on
    assert "Кодовое слово" not in page  # this section has none
    other = text_of(live(client, anna, section="young"))
    assert "https://example.org/stream/1" not in other
    assert "Кодовое слово" in other
    assert "tel:+73952000001" in other


def test_before_between_and_after(client, forum, anna):
    at(TEN - timedelta(minutes=10))
    page = text_of(live(client, anna))
    assert "Начало в 10:00" in page
    assert "https://example.org/stream/1" in page
    at(TEN - timedelta(hours=1))
    page = text_of(live(client, anna))
    assert "https://example.org/stream/1" not in page
    assert "Начало в 10:00" in page
    at(TEN + timedelta(hours=3))
    page = text_of(live(client, anna))
    assert "ничего больше не будет" in page
    assert "Как вам?" in page


def test_a_look_changes_nothing(client, forum, anna):
    at(TEN)
    before = rows(PresenceHour), rows(Attendance)
    for end in ("/live", "/live.json", "/live?section=young"):
        assert client.get(link_path(anna) + end).status_code == 200
    assert client.get(link_path(anna) + "/presence").status_code == 405
    assert (rows(PresenceHour), rows(Attendance)) == before


def test_whoever_has_no_place_has_no_page(client, forum, anna):
    at(TEN)
    with writing():
        operations.cancel(anna)
    assert live(client, anna).status_code == 404
    assert client.get("/my/AAAAAAAAAAAAAAAAAAAAAAAAAA/live").status_code == 404


def test_the_small_answer_is_304_until_something_changes(client, forum, anna):
    at(TEN + timedelta(minutes=1))
    first = client.get(link_path(anna) + "/live.json")
    assert first.json["section"] == "early-help"
    assert first.json["counts"] is True
    headers = {"If-None-Match": first.headers["ETag"]}
    at(TEN + timedelta(minutes=20))
    assert client.get(link_path(anna) + "/live.json", headers=headers).status_code == 304
    at(TEN + timedelta(minutes=45))
    assert client.get(link_path(anna) + "/live.json", headers=headers).status_code == 200
    page = live(client, anna).get_data(as_text=True)
    assert re.search('data-version="([^"]+)"', page)[1] in client.get(link_path(anna) + "/live.json").headers["ETag"]


def test_a_player_stands_on_this_page_alone(client, forum, anna):
    at(TEN)
    usual = client.get(link_path(anna))
    assert "frame-src" not in live(client, anna).headers["Content-Security-Policy"]
    with writing():
        section = section_of(forum, "early-help")
        section.stream_url = "https://rutube.ru/video/" + "a" * 32 + "/"
        db.session.flush()
        from kernel.pages import bump

        bump(f"forum:{forum.slug}")
    page = live(client, anna)
    assert "frame-src https://rutube.ru" in page.headers["Content-Security-Policy"]
    assert 'fullscreen=(self "https://rutube.ru")' in page.headers["Permissions-Policy"]
    assert 'src="https://rutube.ru/play/embed/' in text_of(page)
    assert 'referrerpolicy="strict-origin"' in text_of(page)
    assert client.get(link_path(anna)).headers["Content-Security-Policy"] == usual.headers["Content-Security-Policy"]


def test_the_word_is_entered_however_it_is_typed_and_counts_once(client, forum, anna):
    at(TEN)
    path = link_path(anna) + "/word"
    token = client.token(link_path(anna) + "/live?section=young")
    wrong = client.post(path, data={"csrf_token": token, "word-word": "клён"})
    assert wrong.status_code == 422
    assert "не слово" in text_of(wrong)
    for typed in ("РЯБИНА", " ряби на ", "PЯБИНА"):
        assert client.post(path, data={"csrf_token": token, "word-word": typed}).status_code == 303
    section = section_of(forum, "young")
    assert queries.entered_word(anna.id, section.id)
    assert rows(Attendance) == 1
    assert "Ваше участие в этой секции отмечено" in text_of(live(client, anna, section="young"))
    at(TEN + timedelta(hours=5))
    other = enrol(forum, "Поздний Пётр", "p@example.org", format=Format.remote)
    token = client.token(link_path(other) + "/format")
    assert client.post(link_path(other) + "/word", data={"csrf_token": token, "word-word": "рябина"}).status_code == 422


def test_twenty_wrong_words_are_enough(client, forum, anna):
    at(TEN)
    token = client.token(link_path(anna) + "/live")
    for number in range(21):
        page = client.post(link_path(anna) + "/word", data={"csrf_token": token, "word-word": f"слово{number}"})
    assert "слишком много неверных слов" in text_of(page).lower()
    other = enrol(forum, "Другая Дарья", "d@example.org", format=Format.remote)
    good = client.post(link_path(other) + "/word", data={"csrf_token": token, "word-word": "рябина"})
    assert good.status_code == 303  # the same address, another person


def test_what_is_not_heard_is_told_once_an_hour_and_other_ways_are_shown(client, forum, anna):
    at(TEN)
    token = client.token(link_path(anna) + "/live")
    for _time in range(2):
        answer = client.post(link_path(anna) + "/trouble", data={"csrf_token": token, "section": "early-help"})
        assert answer.status_code == 303
    assert rows(Trouble) == 1
    page = text_of(client.get(answer.location))
    assert "https://example.org/audio" in page
    assert "Организатор уже знает" in page


@pytest.mark.parametrize(
    ("url", "embedded", "opened"),
    [
        ("https://rutube.ru/video/" + "0" * 32 + "/", "https://rutube.ru/play/embed/" + "0" * 32 + "/", "https://rutube.ru/video/" + "0" * 32 + "/"),
        ("https://vk.com/video_ext.php?oid=-1&id=2", "https://vk.com/video_ext.php?oid=-1&id=2", "https://vk.com/video-1_2"),
        ("https://vk.com/video_ext.php?oid=x&id=2", None, "https://vk.com/video_ext.php?oid=x&id=2"),
        ("http://rutube.ru/video/" + "0" * 32, None, "http://rutube.ru/video/" + "0" * 32),
        ("https://rutube.ru.example.org/video/" + "0" * 32, None, "https://rutube.ru.example.org/video/" + "0" * 32),
        ("https://telemost.yandex.ru/j/1", None, "https://telemost.yandex.ru/j/1"),
    ],
)  # fmt: skip
def test_only_known_players_are_embedded(url, embedded, opened):
    from hall.providers import page, player

    found = player(url)
    assert (found.url if found else None, page(url)) == (embedded, opened)

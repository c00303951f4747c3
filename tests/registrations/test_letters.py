from __future__ import annotations

from sqlalchemy import select

from activity.models import Letter
from activity.outbox import compose
from forum.models import Format
from kernel.db import db
from kernel.documents.qr import png
from kernel.transaction import writing
from registrations import operations
from registrations.own.tickets import link_path, qr_text
from tests.registrations.conftest import ANNA, enrol, set_capacity


def newest():
    db.session.rollback()
    return compose(db.session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one())


def parts(message) -> list[str]:
    return [part.get_content_type() for part in message.walk() if not part.is_multipart()]


def words(message) -> str:
    return message.get_body(("plain",)).get_content().replace("\N{NO-BREAK SPACE}", " ")


def test_the_ticket(forum):
    person = enrol(forum)
    message = newest()
    assert message["Subject"].replace("\N{NO-BREAK SPACE}", " ") == "Ваш билет: Форум «ПроСемью-2027»"
    assert message["To"] == "anna@example.org"
    assert parts(message) == ["text/plain", "text/html", "image/png", "text/calendar"]
    picture = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert picture.get_content() == png(qr_text(person), scale=6)
    assert f"cid:{picture['Content-ID'].strip('<>')}" in message.get_body(("html",)).get_content()
    assert "https://forum.example.org" + link_path(person) in words(message)
    assert "22 апреля 2027 года, начало в 10:00\nИркутск\n" in words(message)
    assert "Программа: https://forum.example.org/forums/prosemyu-2027/programme" in words(message)


def test_who_is_remote_gets_no_code(forum):
    enrol(forum, format=Format.remote)
    message = newest()
    assert parts(message) == ["text/plain", "text/html", "text/calendar"]
    assert message["Subject"].replace("\N{NO-BREAK SPACE}", " ") == "Вы участвуете дистанционно: Форум «ПроСемью-2027»"
    assert "22 апреля 2027 года, начало в 10:00 (Иркутск, UTC+8)\nПрограмма:" in words(message)


def test_the_waiting_list_and_the_way_out_of_it(forum):
    set_capacity(forum, 1)
    first, _second = enrol(forum), enrol(forum, "Другая Алла")
    message = newest()
    assert "Ваш номер в листе ожидания: 1" in words(message)
    assert parts(message) == ["text/plain", "text/html"]
    with writing():
        operations.cancel(first)
    assert "Освободилось место, и оно ваше" in words(newest())


def test_a_letter_tells_the_state_at_its_leaving(forum):
    person = enrol(forum)
    ticket = db.session.scalars(select(Letter)).one()
    with writing():
        operations.cancel(person)
    assert compose(ticket) is None
    assert "больше не в списке участников" in words(newest())


def test_one_letter_for_the_whole_mailbox(forum):
    people = [enrol(forum), enrol(forum, "Другая Алла")]
    gone = enrol(forum, "Третий Лев")
    with writing():
        operations.cancel(gone)
        assert operations.send_all(forum, " Anna@EXAMPLE.org", language="ru")
        assert not operations.send_all(forum, "nobody@example.org", language="ru")
    text = words(newest())
    assert all(link_path(person) in text for person in people)
    assert ANNA in text
    assert "Третий Лев" not in text


def test_in_english(forum):
    enrol(forum, language="en")
    assert "/en/my/" in words(newest())
    assert "You take part in person." in words(newest())

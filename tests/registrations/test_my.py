from __future__ import annotations

import re
from datetime import UTC, date, datetime

import zxingcpp
from icalendar import Calendar
from PIL import Image
from sqlalchemy import event

from forum.models import Format, ForumStatus
from kernel import db as kernel_db
from kernel import pages
from kernel.db import db
from kernel.documents.qr import png
from kernel.transaction import writing
from registrations import operations
from registrations.models import RegistrationStatus
from registrations.own.documents import when, where
from registrations.own.tickets import link_path, qr_text
from tests import factories
from tests.registrations.conftest import enrol, set_capacity, text_of


def test_the_page_tells_each_state(client, forum):
    person = enrol(forum)
    path = link_path(person)
    assert "вы участвуете очно" in text_of(client.get(path))
    with writing():
        operations.change_format(person, Format.remote)
    page = text_of(client.get(path))
    assert "вы участвуете дистанционно" in page
    assert 'class="qr"' not in page
    with writing():
        operations.cancel(person)
    page = text_of(client.get(path))
    assert "участие отменено" in page
    assert "Записаться снова" in page
    set_capacity(forum, 0)
    assert "Ваш номер в листе ожидания: 1" in text_of(client.get(link_path(enrol(forum, "Другая Алла"))))


def test_the_page_shows_what_is_kept_and_whom_to_write_to(client, forum):
    with writing():
        forum.contact_email = "forum@example.org"
    territory = factories.territory(factories.TAYSHET)
    person = enrol(
        forum,
        territory_id=territory.id,
        organisation="Центр помощи семье",
        position="психолог",
        section_ids=(forum.sections[0].id,),
    )
    page = text_of(client.get(link_path(person)))
    for kept in (territory.name, "Центр помощи семье", "психолог", "Ранняя помощь"):
        assert f"<dd>{kept}</dd>" in page
    assert "Ошибка в данных? Напишите организатору:" in page
    assert 'href="mailto:forum@example.org"' in page


def test_the_page_is_nobody_elses(client, forum):
    response = client.get(link_path(enrol(forum)))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get("/my/" + "A" * 26).status_code == 404
    assert client.get("/my/nonsense").status_code == 404
    assert "удалены по просьбе" in text_of(client.get("/my/" + "A" * 26))


def test_a_get_changes_nothing(client, forum):
    person = enrol(forum)
    written: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for end in ("", "/cancellation", "/format", "/calendar.ics", "/ticket.svg", "/ticket.pdf"):
            assert client.get(link_path(person) + end).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert written == []
    assert person.status is RegistrationStatus.confirmed


def test_cancelling_asks_first(client, forum):
    person = enrol(forum)
    path = link_path(person)
    assert "Отказаться от участия?" in text_of(client.get(path + "/cancellation"))
    assert client.submit(path + "/cancellation").location == path
    db.session.rollback()
    assert person.status is RegistrationStatus.cancelled
    assert client.get(path + "/cancellation").location == path
    assert client.put(path + "/cancellation").status_code == 405


def test_the_next_in_line_is_named_only_when_somebody_waits(client, forum):
    hall, remote = enrol(forum), enrol(forum, "Другая Алла", format=Format.remote)
    told = "следующему"
    for person in (hall, remote):
        for end in ("", "/cancellation", "/format"):
            assert told not in text_of(client.get(link_path(person) + end))
    set_capacity(forum, 1)
    enrol(forum, "Третий Лев")
    for end in ("", "/cancellation", "/format"):
        assert told in text_of(client.get(link_path(hall) + end))
    assert told not in text_of(client.get(link_path(remote) + "/cancellation"))


def test_changing_the_format_asks_first(client, forum):
    person = enrol(forum)
    path = link_path(person)
    assert "код на билете перестанет действовать" in text_of(client.get(path + "/format"))
    client.submit(path + "/format", {"format": "remote"})
    db.session.rollback()
    assert person.format is Format.remote
    client.submit(path + "/format", {"format": "remote"})
    db.session.rollback()
    assert person.format is Format.remote
    set_capacity(forum, 0)
    assert "лист ожидания" in text_of(client.get(path + "/format")) or "листе ожидания" in text_of(
        client.get(path + "/format")
    )


def test_a_stranger_without_the_token_of_the_form_changes_nothing(client, forum):
    person = enrol(forum)
    assert client.post(link_path(person) + "/cancellation").status_code == 400
    db.session.rollback()
    assert person.status is RegistrationStatus.confirmed


def close(forum) -> None:
    with writing():
        forum.status = ForumStatus.finished
    pages.forget()


def test_after_the_forum_nothing_is_promised(client, forum):
    hall, remote = enrol(forum), enrol(forum, "Другая Алла", format=Format.remote)
    set_capacity(forum, 1)
    waiting = enrol(forum, "Третий Лев")
    close(forum)
    for person in (hall, remote, waiting):
        page = text_of(client.get(link_path(person)))
        assert "Форум прошёл" in page
        for promise in ("Покажите", 'class="qr"', "/format", "/cancellation", "calendar.ics", "листе ожидания"):
            assert promise not in page
        assert client.get(link_path(person) + "/format").status_code == 303
        assert client.get(link_path(person) + "/cancellation").status_code == 303
    assert "Места не нашлось" in text_of(client.get(link_path(waiting)))
    assert "Места не нашлось" not in text_of(client.get(link_path(hall)))


def test_a_past_forum_is_over_though_nobody_closed_it(client, forum):
    person = enrol(forum)
    kernel_db.set_clock(lambda: datetime(2027, 4, 23, 4, tzinfo=UTC))
    page = text_of(client.get(link_path(person)))
    assert "Форум прошёл" in page
    assert "Покажите" not in page


def test_the_calendar_keeps_its_uid_and_raises_its_sequence(client, forum):
    person = enrol(forum, section_ids=(forum.sections[0].id,))
    first = calendar(client, person)
    with writing():
        operations.change_format(person, Format.remote)
    second = calendar(client, person)
    with writing():
        operations.cancel(person)
    third = calendar(client, person)
    assert {str(one["uid"]) for one in (first, second, third)} == {person.uuid}
    assert first["sequence"] < second["sequence"] < third["sequence"]
    assert [str(one["status"]) for one in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert first["dtstart"].dt.isoformat() == "2027-04-22T10:00:00+08:00"
    assert first["dtend"].dt.isoformat() == "2027-04-22T10:20:00+08:00"
    assert "TZID" in first["dtstart"].params


def calendar(client, person):
    body = client.get(link_path(person) + "/calendar.ics").data
    assert b"BEGIN:VTIMEZONE" in body
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    read = Calendar.from_ical(body)
    assert str(read["method"]) == "PUBLISH"
    return read.walk("VEVENT")[0]


def test_time_place_and_floor_are_told(client, forum):
    with writing():
        room = factories.room(forum)
        room.floor = "1"
        forum.sections[0].room_id = room.id
        db.session.flush()
        factories.slot(forum.sections[0], "Открытие", datetime(2027, 4, 22, 9, 30), room_id=room.id)
    hall, remote = enrol(forum), enrol(forum, "Другая Алла", format=Format.remote)
    page = text_of(client.get(link_path(hall)))
    told = "22 апреля 2027 года, начало в 09:30"
    assert f"{told} · Иркутск, Дом проверок, ул. Пробная, 1" in page
    assert 'href="/forums/prosemyu-2027/programme">Программа форума' in page
    assert "Зал 1, 1 этаж" in page
    page = text_of(client.get(link_path(remote)))
    assert f"{told} (Иркутск, UTC+8)" in page
    assert "ул. Пробная" not in page
    one = calendar(client, hall)
    assert str(one["location"]) == "Иркутск, Дом проверок, ул. Пробная, 1"
    assert "https://forum.example.org/forums/prosemyu-2027/programme" in str(one["description"])


def test_the_town_is_not_said_twice(forum):
    with writing():
        factories.room(forum).venue.address = "г. Иркутск, ул. Пробная, 1"
    assert where(forum) == "Дом проверок, г. Иркутск, ул. Пробная, 1"


def test_several_days_tell_on_which_the_forum_begins(forum):
    with writing():
        forum.date_end = date(2027, 4, 23)
    assert when(forum).replace("\N{NO-BREAK SPACE}", " ") == "22–23 апреля 2027 года, начало 22 апреля в 10:00"


def test_without_a_programme_the_calendar_has_whole_days(client, forum):
    with writing():
        forum.programme_published = False
    body = client.get(link_path(enrol(forum)) + "/calendar.ics").get_data(as_text=True)
    assert "DTSTART;VALUE=DATE:20270422" in body
    assert "DTEND;VALUE=DATE:20270423" in body


def test_the_code_is_read_by_another_decoder(forum):
    person = enrol(forum)
    import io

    image = Image.open(io.BytesIO(png(qr_text(person))))
    assert zxingcpp.read_barcodes(image.convert("L"))[0].text == qr_text(person)


def test_the_ticket_as_picture_and_document(client, forum):
    person = enrol(forum, "Примерова-Демонстрационная " * 6 + "Анна")
    picture = client.get(link_path(person) + "/ticket.svg")
    assert picture.mimetype == "image/svg+xml"
    assert b"style=" not in picture.data
    document = client.get(link_path(person) + "/ticket.pdf")
    assert document.data.startswith(b"%PDF-")
    remote = enrol(forum, "Другая Алла", format=Format.remote)
    assert client.get(link_path(remote) + "/ticket.svg").status_code == 404
    assert client.get(link_path(remote) + "/ticket.pdf").status_code == 404


def test_the_page_costs_the_same_for_one_item_and_for_many(client, forum):
    person = enrol(forum)
    path = link_path(person)
    pages.forget()
    few = statements(client, path)
    with writing():
        for hour in range(12, 18):
            factories.slot(forum.sections[1], f"Выступление {hour}", datetime(2027, 4, 22, hour))
    pages.forget()
    assert statements(client, path) == few
    assert statements(client, path) < few


def statements(client, path: str) -> int:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        client.get(path)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_in_english(client, forum):
    assert "My forum" in client.get("/en" + link_path(enrol(forum))).get_data(as_text=True)


def test_signing_up_again_begins_with_what_is_known(client, forum):
    person = enrol(
        forum,
        territory_id=factories.territory(factories.TAYSHET).id,
        organisation="Центр помощи семье",
        position="психолог",
        section_ids=(forum.sections[0].id,),
    )
    path = link_path(person)
    assert client.get(path + "/again").location == path
    with writing():
        operations.cancel(person)
    assert f'href="{path}/again"' in text_of(client.get(path))
    response = client.get(path + "/again")
    assert response.headers["Cache-Control"] == "private, no-store"
    page = text_of(response)
    for known in (person.name, "anna@example.org", "Центр помощи семье", "психолог"):
        assert f'value="{known}"' in page
    assert f'<option value="{factories.TAYSHET}" selected>' in page
    assert 'action="/forums/prosemyu-2027/registration"' in page
    assert re.findall(r'<input[^>]*name="consent_[^>]*checked', page) == []
    with writing():
        forum.status = ForumStatus.finished
    assert client.get(path + "/again").location == path
    assert client.get("/my/" + "A" * 26 + "/again").status_code == 404

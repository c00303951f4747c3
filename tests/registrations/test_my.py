from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import zxingcpp
from icalendar import Calendar
from PIL import Image
from sqlalchemy import event, select

from activity.models import Entry
from forum.models import Format, ForumStatus
from kernel import db as kernel_db
from kernel import pages
from kernel.db import db
from kernel.documents.qr import png
from kernel.transaction import writing
from programme import operations as programme
from registrations import operations
from registrations.models import RegistrationStatus
from registrations.tickets import link_path, qr_text, when, where
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


def at(hour: int, minute: int = 0) -> None:
    """Move the clock to that time of the forum's day in Irkutsk (UTC+8)."""
    kernel_db.set_clock(lambda: datetime(2027, 4, 22, hour - 8, minute, tzinfo=UTC))


def test_the_broadcast_opens_fifteen_minutes_early_for_remote_people_alone(client, forum):
    section = forum.sections[0]
    remote = enrol(forum, format=Format.remote, section_ids=(section.id,))
    hall = enrol(forum, "Другая Алла", section_ids=(section.id,))
    at(9, 44)
    page = text_of(client.get(link_path(remote)))
    assert section.stream_url not in page
    assert "Откроется 22 апреля в 09:45 (Иркутск)" in page
    at(9, 45)
    assert section.stream_url in text_of(client.get(link_path(remote)))
    assert section.stream_url not in text_of(client.get(link_path(hall)))
    at(10, 21)
    page = text_of(client.get(link_path(remote)))
    assert section.stream_url not in page
    assert "Трансляция завершена" in page


def test_now_and_next_are_of_the_chosen_sections(client, forum):
    first, second = forum.sections
    with writing():
        factories.slot(second, "Выступление другой секции")
    person = enrol(forum, section_ids=(first.id,))
    page = text_of(client.get(link_path(person)))
    assert "Ваша программа" in page
    assert "Сейчас и дальше" not in page
    at(10, 5)
    page = text_of(client.get(link_path(person)))
    assert "Сейчас и дальше" in page
    assert "Ранняя помощь" in page
    assert "Домашний консультант" in page
    assert "Выступление другой секции" not in page
    at(11)
    assert "Домашний консультант" not in text_of(client.get(link_path(person)))


def in_sections(forum, number: int, *, days: int = 1) -> None:
    """That many items in the first section, 20 minutes each, over so many days."""
    with writing():
        forum.date_end = forum.date_start + timedelta(days=days - 1)
        for index in range(number):
            start = datetime(2027, 4, 22 + index % days, 11) + timedelta(minutes=20 * index)
            factories.slot(forum.sections[0], f"Пункт № {index:02}", start)


def listed(page: str) -> list[str]:
    return sorted(re.findall(r"Пункт № \d\d", page))


def test_before_the_day_every_item_of_ones_sections_stands_on_the_page(client, forum):
    in_sections(forum, 15)
    page = text_of(client.get(link_path(enrol(forum, section_ids=(forum.sections[0].id,)))))
    assert len(listed(page)) == 15
    assert "<details" not in page.split('id="ahead"')[1].split("</section>")[0]


def test_the_whole_programme_begins_with_twelve_and_the_rest_is_one_tap_away(client, forum):
    in_sections(forum, 15)
    page = text_of(client.get(link_path(enrol(forum))))
    before, after = page.split("<summary>и ещё 4</summary>")
    assert (len(listed(before)), len(listed(after))) == (11, 4)


def test_on_the_day_four_stand_out_and_none_vanishes(client, forum):
    in_sections(forum, 6)
    person = enrol(forum, section_ids=(forum.sections[0].id,))
    at(10, 30)
    before, after = text_of(client.get(link_path(person))).split("<summary>и ещё 2</summary>")
    assert (len(listed(before)), len(listed(after))) == (4, 2)


def test_several_days_stand_under_their_headings(client, forum):
    in_sections(forum, 4, days=2)
    page = text_of(client.get(link_path(enrol(forum, section_ids=(forum.sections[0].id,)))))
    headings = re.findall(r'<h3 class="agenda-day">([^<]+)</h3>', page)
    assert headings == ["22 апреля 2027 года", "23 апреля 2027 года"]


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


def test_a_cancelled_talk_stays_in_ones_programme_struck_out(client, forum, noon_of_the_day):
    section = forum.sections[0]
    with writing():
        talk = factories.slot(section, "Идёт сейчас", starts=datetime(2027, 4, 22, 11, 50))
        unseen = factories.slot(section, "Никто не видел", starts=datetime(2027, 4, 22, 13), cancelled=True)
    path = link_path(enrol(forum))
    assert "Отменено" not in text_of(client.get(path))
    with writing():
        programme.cancel_slot(talk, True, by=None)
    page = text_of(client.get(path))
    [item] = re.findall(r'<li class="cancelled">.*?</li>', page, re.DOTALL)
    assert talk.title in item
    assert "<span>Отменено</span>" in item
    assert "data-now" not in item
    assert unseen.title not in page


def with_a_plenary(forum):
    """Two parallel sections at 13:00 after a plenary at 09:00, which has a stream of its own."""
    with writing():
        plenary = factories.section(
            forum, "plenary", "Пленарное заседание", stream_url="https://example.org/stream/all", position=5
        )
        factories.slot(plenary, "Приветствие", datetime(2027, 4, 22, 9))
        for section in forum.sections[:2]:
            factories.slot(section, f"После обеда: {section.name}", datetime(2027, 4, 22, 13))
    return plenary


def test_every_broadcast_is_shown_the_chosen_first_and_the_plenary_always(client, forum):
    first, second = forum.sections
    with_a_plenary(forum)
    with writing():
        first.stream_url = ""
    remote = enrol(forum, format=Format.remote, section_ids=(first.id,))
    at(8)
    page = text_of(client.get(link_path(remote)))
    broadcasts = page.split('id="streams"')[1].split("</section>")[0]
    order = [broadcasts.index(f"<b>{name}</b>") for name in (first.name, "Пленарное заседание")]
    order += [broadcasts.index("Другие секции"), broadcasts.index(f"<b>{second.name}</b>")]
    assert order == sorted(order)
    assert broadcasts.count("Трансляция этой секции не объявлена.") == 1
    at(9)
    assert "https://example.org/stream/all" in text_of(client.get(link_path(remote)))


def test_the_plenary_stands_in_ones_programme_and_calendar(client, forum):
    first, second = forum.sections
    with_a_plenary(forum)
    path = link_path(enrol(forum, section_ids=(first.id,)))
    page = text_of(client.get(path))
    assert "Приветствие" in page
    assert f"После обеда: {second.name}" not in page
    event = Calendar.from_ical(client.get(path + "/calendar.ics").data).walk("VEVENT")[0]
    assert event.decoded("dtstart").hour == 9


def test_where_nothing_runs_in_parallel_every_section_is_a_choice(client, forum):
    first, second = forum.sections
    with writing():
        factories.slot(second, "Вечером", datetime(2027, 4, 22, 18))
    assert "Вечером" not in text_of(client.get(link_path(enrol(forum, section_ids=(first.id,)))))


def test_the_choice_of_sections_changes_until_the_forum_begins(client, forum):
    first, second = forum.sections
    person = enrol(forum, section_ids=(first.id,))
    path = link_path(person)
    assert f'href="{path}/sections"' in text_of(client.get(path))
    before = Calendar.from_ical(client.get(path + "/calendar.ics").data).walk("VEVENT")[0]["sequence"]
    form = text_of(client.get(path + "/sections"))
    assert f'value="{first.id}" checked' in form
    assert client.submit(path + "/sections", {"sections": [second.id, 999]}).location == path
    db.session.rollback()
    assert [interest.section_id for interest in person.interests] == [second.id]
    after = Calendar.from_ical(client.get(path + "/calendar.ics").data).walk("VEVENT")[0]["sequence"]
    assert after > before
    entry = db.session.scalars(select(Entry).where(Entry.action == "registration.corrected")).one()
    assert (entry.actor_id, entry.details["fields"]) == (None, ["sections"])
    client.submit(path + "/sections", {})
    db.session.rollback()
    assert person.interests == []
    token = client.token(path + "/sections")
    at(10)
    assert f'href="{path}/sections"' not in text_of(client.get(path))
    assert client.get(path + "/sections").location == path
    client.post(path + "/sections", data={"sections": [first.id], "csrf_token": token})
    db.session.rollback()
    assert person.interests == []

"""«Ваша программа» and the broadcasts on «Мой форум»: the items and sections that are one's own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from icalendar import Calendar
from sqlalchemy import select

from activity.models import Entry
from forum.models import Format
from kernel import db as kernel_db
from kernel.db import db
from kernel.transaction import writing
from programme import operations as programme
from registrations.own.tickets import link_path
from tests import factories
from tests.registrations.conftest import enrol, text_of


def at(hour: int, minute: int = 0) -> None:
    """Move the clock to that time of the forum's day in Irkutsk (UTC+8)."""
    kernel_db.set_clock(lambda: datetime(2027, 4, 22, hour - 8, minute, tzinfo=UTC))


def test_before_the_day_remote_people_alone_read_when_the_broadcast_opens(client, forum):
    section = forum.sections[0]
    remote = enrol(forum, format=Format.remote, section_ids=(section.id,))
    hall = enrol(forum, "Другая Алла", section_ids=(section.id,))
    told = "Откроется 22 апреля в 09:45 (Иркутск)"
    assert told in text_of(client.get(link_path(remote)))
    assert told not in text_of(client.get(link_path(hall)))
    at(9, 45)
    page = text_of(client.get(link_path(remote)))
    assert told not in page  # the page of the day has it
    assert section.stream_url not in page


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
    page = text_of(client.get(link_path(remote)))
    broadcasts = page.split('id="streams"')[1].split("</section>")[0]
    order = [broadcasts.index(f"<b>{name}</b>") for name in (first.name, "Пленарное заседание")]
    order += [broadcasts.index("Другие секции"), broadcasts.index(f"<b>{second.name}</b>")]
    assert order == sorted(order)
    assert broadcasts.count("Трансляция этой секции не объявлена.") == 1
    at(9)
    assert "https://example.org/stream/all" in text_of(client.get(link_path(remote) + "/live?section=plenary"))


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

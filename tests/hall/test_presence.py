"""A minute of a person in a section is a bit: nothing counts it twice, and nothing that was not is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forum.models import Format
from forum.queries import section_of
from hall import queries, rules
from hall.models import PresenceHour
from kernel.db import db
from kernel.transaction import writing
from registrations import erasing, operations
from registrations.models import Attendance, AttendanceKind
from registrations.own.tickets import link_path
from tests.hall.conftest import TEN, at, minute
from tests.registrations.conftest import enrol, text_of


def tell(client, person, *moments, section="early-help", **headers):
    data = {"section": section, "at": [minute(moment) for moment in moments]}
    return client.post(link_path(person) + "/presence", data=data, headers=headers)


def minutes(person):
    db.session.rollback()
    return queries.minutes_of(person)


def rows():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(PresenceHour))


def span(first, number):
    return [first + timedelta(minutes=n) for n in range(number)]


def test_told_twice_by_two_tabs_and_after_a_reload_counts_once(client, forum, anna):
    at(TEN + timedelta(minutes=20))
    for _tab in range(3):
        answer = tell(client, anna, *span(TEN, 10))
        assert (answer.status_code, answer.json["counted"]) == (200, 10)
        assert 30 <= answer.json["next"] <= 60
    tell(client, anna, *span(TEN + timedelta(minutes=5), 10))
    assert (minutes(anna), rows()) == (15, 1)
    assert "Отмечено 15 минут вашего участия" in text_of(client.get(link_path(anna) + "/live"))


def test_sections_of_one_moment_are_one_minute_of_the_forum(client, forum, anna):
    at(TEN + timedelta(minutes=80))
    tell(client, anna, *span(TEN, 30))
    tell(client, anna, *span(TEN + timedelta(minutes=20), 50), section="young")
    assert minutes(anna) == 70  # the rows are three: the second section runs over the hour
    assert rows() == 3


def test_never_from_the_future_never_outside_the_hours_never_too_late(client, forum, anna):
    at(TEN + timedelta(minutes=3))
    early, ahead = span(TEN - timedelta(minutes=5), 5), span(TEN + timedelta(minutes=4), 5)
    assert tell(client, anna, *early, *ahead).json["counted"] == 0
    assert rows() == 0
    at(TEN + timedelta(hours=3))
    assert tell(client, anna, *span(TEN + timedelta(minutes=85), 20)).json["counted"] == 5
    at(TEN + timedelta(hours=14))
    assert tell(client, anna, *span(TEN, 30)).json["counted"] == 0
    assert minutes(anna) == 5


def test_what_a_page_can_send_wrongly_is_no_error(client, forum, anna):
    at(TEN)
    path = link_path(anna) + "/presence"
    for data in ({}, {"section": "nowhere"}, {"section": "early-help", "at": ["x", "", "-1", "9" * 40, "²"]}):
        answer = client.post(path, data=data)
        assert (answer.status_code, rows()) == (200 if data.get("section") == "early-help" else 404, 0)


def test_only_our_own_pages_and_only_who_has_a_place(client, forum, anna):
    at(TEN)
    assert tell(client, anna, TEN, Origin="https://evil.example").status_code == 403
    assert tell(client, anna, TEN, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    with writing():
        operations.cancel(anna)
    assert tell(client, anna, TEN).status_code == 404
    assert rows() == 0
    hall = enrol(forum, "Залов Зиновий", "z@example.org", format=Format.in_person)
    assert tell(client, hall, TEN).json["counted"] == 1  # meant to come, and could not


def test_a_minute_costs_five_statements_and_a_known_one_writes_nothing(client, forum, anna, count_queries):
    at(TEN + timedelta(minutes=2))
    tell(client, anna, TEN)
    with count_queries() as new:
        tell(client, anna, TEN + timedelta(minutes=1))
    with count_queries() as known:
        tell(client, anna, TEN + timedelta(minutes=1))
    assert (new.number, known.number) == (5, 4)  # versions, whose link, what is known; what is new


def test_a_total_is_united_with_the_minutes_and_never_added(client, forum, anna):
    from hall.models import Source
    from hall.operations import keep_total

    at(TEN + timedelta(minutes=30))
    tell(client, anna, *span(TEN, 20))
    section = section_of(forum, "early-help")
    for told, united in ((12, 20), (31, 31), (25, 25)):
        with writing():
            keep_total(forum.id, anna.id, section.id, told, Source.export, None)
        assert minutes(anna) == united
    assert db.session.query(Attendance).count() == 1


def test_of_somebody_erased_the_number_stays_and_when_it_was_goes(client, forum, anna):
    at(TEN + timedelta(minutes=30))
    tell(client, anna, *span(TEN, 20))
    erasing.erase([anna])
    assert (rows(), minutes(anna)) == (0, 20)


def test_a_total_of_before_is_the_same_after_erasure(client, forum, anna):
    with writing():
        values = {"forum_id": forum.id, "registration_id": anna.id, "kind": AttendanceKind.minutes}
        db.session.add(Attendance(**values, minutes=40, source="link", nonce=f"link-{anna.id}", at=TEN))
    assert minutes(anna) == 40
    erasing.erase([anna])
    assert minutes(anna) == 40


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [([], {}), ([0], {0: 1}), ([59, 60], {0: 1 << 59, 1: 1}), (range(60), {0: 2**60 - 1})],
)
def test_an_hour_is_sixty_bits(minutes, hours):
    assert rules.packed(minutes) == hours


@pytest.mark.parametrize(
    ("bits", "totals", "minutes"),
    [({}, [], 0), ({1: 0b101, 2: 1}, [], 3), ({1: 0b101}, [2], 2), ({1: 1}, [5, 9], 9)],
)
def test_sources_are_united(bits, totals, minutes):
    assert rules.united(bits, totals) == minutes


@pytest.mark.parametrize(
    ("minutes", "proved", "counts", "part"),
    [(15, False, True, True), (14, False, True, False), (0, True, True, True), (0, True, False, False)],
)
def test_the_rule_of_the_forum(minutes, proved, counts, part):
    assert rules.takes_part(minutes, proved, threshold=15, word_counts=counts) is part

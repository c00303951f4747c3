from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from activity.models import Entry, Letter
from forum.models import Format
from forum.signals import quota_changed
from kernel.db import db
from kernel.transaction import writing
from registrations import operations, queries
from registrations.details import details_of
from registrations.models import Registration, RegistrationStatus
from tests.registrations.conftest import enrol, set_capacity

pytestmark = pytest.mark.differs

CONFIRMED, WAITLISTED, CANCELLED = RegistrationStatus


def state(*people: Registration) -> list[RegistrationStatus]:
    db.session.rollback()
    return [person.status for person in people]


def taken(forum, format=Format.in_person) -> int:
    return queries.quota(forum.id, format).taken


def letters(kind: str) -> list[int]:
    statement = select(Letter).where(Letter.kind == kind).order_by(Letter.id)
    return [letter.argument["registration_id"] for letter in db.session.scalars(statement)]


def test_places_end_and_numbers_begin(forum):
    set_capacity(forum, 2)
    people = [enrol(forum, f"Человек Номер{i}", f"p{i}@example.org") for i in range(4)]
    assert state(*people) == [CONFIRMED, CONFIRMED, WAITLISTED, WAITLISTED]
    assert [person.waiting_number for person in people] == [None, None, 1, 2]
    assert queries.place_in_line(people[3]) == 2
    assert taken(forum) == 2


def test_cancelling_promotes_the_next_by_number_and_tells_them(forum):
    set_capacity(forum, 1)
    first, second, third = (enrol(forum, f"Человек Номер{i}", f"p{i}@example.org") for i in range(3))
    with writing():
        assert operations.cancel(first)
    assert state(first, second, third) == [CANCELLED, CONFIRMED, WAITLISTED]
    assert letters("registration_promoted") == [second.id]
    assert letters("registration_cancelled") == [first.id]
    assert taken(forum) == 1


def test_cancelling_twice_frees_one_place(forum):
    person = enrol(forum)
    with writing():
        operations.cancel(person)
    with writing():
        assert not operations.cancel(person)
    assert taken(forum) == 0


def test_who_waits_may_leave_the_line(forum):
    set_capacity(forum, 0)
    first, second = enrol(forum), enrol(forum, "Другая Алла")
    with writing():
        operations.cancel(first)
    assert state(first, second) == [CANCELLED, WAITLISTED]
    assert queries.place_in_line(second) == 1
    assert taken(forum) == 0


def test_changing_the_format_frees_one_place_and_takes_another(forum):
    set_capacity(forum, 1)
    person, waiting = enrol(forum), enrol(forum, "Другая Алла")
    old = person.code_hash
    with writing():
        assert operations.change_format(person, Format.remote)
    assert state(person, waiting) == [CONFIRMED, CONFIRMED]
    assert (person.format, person.code_generation) == (Format.remote, 2)
    assert person.code_hash != old
    assert (taken(forum), taken(forum, Format.remote)) == (1, 1)


def test_changing_into_a_full_format_means_its_waiting_list(forum):
    set_capacity(forum, 0)
    person = enrol(forum, format=Format.remote)
    with writing():
        operations.change_format(person, Format.in_person)
    assert state(person) == [WAITLISTED]
    assert (taken(forum), taken(forum, Format.remote)) == (0, 0)


def test_without_waiting_a_full_format_changes_nothing(forum):
    set_capacity(forum, 0)
    person = enrol(forum, format=Format.remote)
    with pytest.raises(operations.NoPlaces), writing():
        operations.change_format(person, Format.in_person, wait=False)
    assert (state(person), person.format) == ([CONFIRMED], Format.remote)
    assert taken(forum, Format.remote) == 1


def test_whoever_has_cancelled_comes_back_only_when_asked(forum):
    person = enrol(forum)
    with writing():
        operations.cancel(person)
    for format in Format:
        with writing():
            assert not operations.change_format(person, format, back=False)
        assert person.status is RegistrationStatus.cancelled
    assert (taken(forum), taken(forum, Format.remote)) == (0, 0)
    with writing():
        assert operations.change_format(person, Format.remote)
    assert state(person) == [CONFIRMED]


def test_the_link_outlives_a_change_of_format(forum):
    person = enrol(forum)
    link = person.link_hash
    with writing():
        operations.change_format(person, Format.remote)
    assert person.link_hash == link


def test_raising_the_capacity_promotes_in_the_same_transaction(forum):
    set_capacity(forum, 0)
    people = [enrol(forum, f"Человек Номер{i}", f"p{i}@example.org") for i in range(3)]
    with writing():
        quota = queries.quota(forum.id, Format.in_person)
        quota.capacity = 2
        db.session.flush()
        quota_changed(forum.id, Format.in_person)
    assert state(*people) == [CONFIRMED, CONFIRMED, WAITLISTED]
    assert letters("registration_promoted") == [people[0].id, people[1].id]


def test_lifting_the_capacity_promotes_everybody(forum):
    set_capacity(forum, 0)
    people = [enrol(forum, f"Человек Номер{i}", f"p{i}@example.org") for i in range(3)]
    set_capacity(forum, None)
    with writing():
        operations.promote_waiting(forum.id, Format.in_person)
    assert state(*people) == [CONFIRMED] * 3
    assert taken(forum) == 3


def test_fifteen_people_share_one_mailbox(forum):
    people = [enrol(forum, f"Сотрудник Номер{i}", "office@example.org") for i in range(15)]
    assert state(*people) == [CONFIRMED] * 15
    assert len({person.link_hash for person in people} | {person.code_hash for person in people}) == 30


def test_a_correction_may_not_make_two_of_one_person(forum):
    enrol(forum)
    other = enrol(forum, "Другая Алла")
    with pytest.raises(IntegrityError), writing():
        operations.correct(other, details_of(other)._replace(name="Примерова Анна Сергеевна"), by=None)


def test_the_log_keeps_no_personal_values(forum):
    person = enrol(forum)
    with writing():
        told = details_of(person)._replace(name="Новая Фамилия", answers={"organisation": "Новая"})
        operations.correct(person, told, by=None)
        operations.change_format(person, Format.remote)
        operations.cancel(person)
    entries = db.session.scalars(select(Entry).where(Entry.subject_type == "registration").order_by(Entry.id)).all()
    assert [entry.action for entry in entries] == [
        "registration.added",
        "registration.corrected",
        "registration.format_changed",
        "registration.cancelled",
    ]
    assert not any("Новая" in f"{entry.subject_name}{entry.details}" for entry in entries)


def test_every_act_says_it_once(forum):
    enrol(forum)
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 1

"""Quotas and the waiting list hold whatever people do, in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from activity.models import Entry, Letter
from forum.models import Format, Quota
from kernel.db import db
from kernel.transaction import writing
from registrations import operations
from registrations.details import Details
from registrations.models import Registration, RegistrationStatus

pytestmark = pytest.mark.differs

PEOPLE = 7
formats = st.sampled_from(list(Format))
people = st.integers(0, PEOPLE - 1)
acts = st.one_of(
    st.tuples(st.just("register"), people, formats),
    st.tuples(st.just("cancel"), people, formats),
    st.tuples(st.just("change"), people, formats),
    st.tuples(st.just("raise"), st.integers(1, 2), formats),
)


@given(st.lists(acts, max_size=30), st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_places_and_numbers_hold(forum, steps, hall, remote):
    with writing():
        for model in (Registration, Letter, Entry):
            db.session.execute(delete(model))
        for quota in db.session.scalars(select(Quota)):
            quota.taken = quota.waiting = 0
            quota.capacity = hall if quota.format is Format.in_person else remote
    for kind, number, format in steps:
        waiting = line(format)
        act(forum.id, kind, number, format)
        check()
        assert line(format)[: len(waiting)] == [n for n in waiting if n in line(format)], (
            "somebody passed one who waits"
        )


def act(forum_id: int, kind: str, number: int, format: Format) -> None:
    if kind == "register":
        details = Details(f"Человек Номер{number}", f"p{number}@example.org")
        operations.sign_up(forum_id, operations.Application(details, format))
        return
    with writing():
        if kind == "raise":
            quota = db.session.scalar(select(Quota).where(Quota.format == format))
            quota.capacity += number
            operations.promote_waiting(forum_id, format)
            return
        person = db.session.scalar(select(Registration).where(Registration.email == f"p{number}@example.org"))
        if person is not None and kind == "cancel":
            operations.cancel(person)
        elif person is not None:
            operations.change_format(person, format)


def line(format: Format) -> list[int]:
    statement = select(Registration.waiting_number).where(
        Registration.status == RegistrationStatus.waitlisted, Registration.format == format
    )
    return list(db.session.scalars(statement.order_by(Registration.waiting_number)))


def check() -> None:
    db.session.rollback()
    rows = db.session.scalars(select(Registration)).all()
    for quota in db.session.scalars(select(Quota)):
        here = [row for row in rows if row.format is quota.format]
        seated = [row for row in here if row.status is RegistrationStatus.confirmed]
        waiting = [row for row in here if row.status is RegistrationStatus.waitlisted]
        assert quota.taken == len(seated) <= quota.capacity
        assert not waiting or quota.taken == quota.capacity, "somebody waits while a place is free"
        numbers = [row.waiting_number for row in waiting]
        assert len(set(numbers)) == len(numbers)
        assert all(number is not None and number <= quota.waiting for number in numbers)
        assert all(row.waiting_number is None for row in here if row not in waiting)

"""What accounts do at the same moment: removals of administrators, attempts to sign in; on the database under test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select

from accounts import queries
from accounts.enums import Role
from accounts.models import RoleAssignment, User
from accounts.passwords import hash_password
from kernel.db import db
from kernel.limits import SIGN_IN_ACCOUNT, RateWindow
from kernel.transaction import writing
from tests import factories
from tests.conftest import settings
from tests.registrations.crowd import Crowd

pytestmark = pytest.mark.processes
REPETITIONS = int(os.environ.get("TIRAZH_REPETITIONS", "8"))


@pytest.fixture(scope="module")
def pair(application: Any, server: Any, tmp_path_factory: Any) -> Iterator[Crowd]:
    made = Crowd(2, settings(server.url("test"), tmp_path_factory.mktemp("pair")))
    yield made
    made.close()


@pytest.fixture
def two(app: Any) -> list[User]:
    with writing():
        return [
            factories.user(f"{name}@example.org", f"{name} Пробович", password_hash="set") for name in ("Ада", "Ида")
        ]


def both_administer(two: list[User]) -> None:
    with writing():
        db.session.execute(delete(RoleAssignment))
        for person in two:
            db.session.refresh(person)
            person.suspended_at = None
            factories.give(person, Role.administrator)


def removal(of: User, how: str) -> tuple[str, dict[str, str]]:
    page = f"/manage/people/{of.uuid}"
    if how == "withdrawal":
        return f"{page}/roles/{of.assignments[0].id}/withdrawal", {}
    return f"{page}/suspension", {"reason": "Проба"}


@pytest.mark.parametrize(
    ("first", "second"), [("withdrawal", "withdrawal"), ("suspension", "suspension"), ("withdrawal", "suspension")]
)
def test_one_administrator_stays(pair, two, first, second):
    """Fails on PostgreSQL when nothing locks the administrators: tried, both were gone in the first repetitions."""
    for repetition in range(REPETITIONS):
        both_administer(two)
        pair.meet("/work", two[0].get_id(), two[1].get_id())
        answers = pair.send([removal(two[1], first), removal(two[0], second)])
        assert {status for status, _ in answers} <= {302, 401, 404}, repetition
        db.session.rollback()
        assert queries.administrators() == 1, repetition


def test_work_handed_over_twice_at_once_makes_one_new_person(pair, two):
    """Fails on PostgreSQL when the unique e-mail is not caught: tried, the second answer was an error of ours."""
    page = f"/manage/people/{two[1].uuid}/handover"
    for number in range(REPETITIONS):
        both_administer(two)
        roles = [str(one.id) for one in two[1].assignments]
        pair.meet("/work", two[0].get_id())
        new = {
            "to": "",
            "name": "Новикова Нина",
            "email": f"nina{number}@example.org",
            "whole": "y",
            "confirmed": "yes",
        }
        answers = pair.send([(page, new | {"roles": roles[0]})] * 2)
        assert sorted(status for status, _said in answers) in ([302, 422], [302, 404]), number
        db.session.rollback()
        assert len(db.session.scalars(select(User).where(User.email == new["email"])).all()) == 1


def test_a_burst_of_wrong_passwords_stops_exactly_at_the_limit(pair, app):
    """Fails when failures are counted only after the password was compared: tried, one more was let through."""
    with writing():
        factories.user("anna@example.org", "Примерова Анна", password_hash=hash_password("четыре слова подряд"))
    pair.meet("/login")
    wrong = {"email": "anna@example.org", "password": "wrong"}
    answers = pair.send([("/login", wrong)] * 3 * SIGN_IN_ACCOUNT.hits)
    statuses = sorted(status for status, _said in answers)
    assert statuses == [422] * SIGN_IN_ACCOUNT.hits + [429] * 2 * SIGN_IN_ACCOUNT.hits


def test_right_passwords_at_the_same_moment_leave_no_mark(pair, app):
    """Fails when a hit is given back by reading and then writing."""
    with writing():
        factories.user("anna@example.org", "Примерова Анна", password_hash=hash_password("четыре слова подряд"))
    right = {"email": "anna@example.org", "password": "четыре слова подряд"}
    for _repetition in range(REPETITIONS):
        pair.meet("/login")
        assert pair.send([("/login", right)] * 2) == [(302, "/work")] * 2
    db.session.rollback()
    assert set(db.session.scalars(select(RateWindow.hits))) == {0}

"""What accounts do at the same moment: removals of administrators, attempts to sign in; on the database under test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select

from accounts import operations, queries
from accounts.enums import Role
from accounts.models import RoleAssignment, User
from accounts.passwords import hash_password
from accounts.views.session import SIGN_IN_STRANGER
from activity.models import Entry, Letter
from kernel.db import db
from kernel.limits import RateWindow
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
        assert sorted(status for status, _said in answers) == [302, 422], number
        db.session.rollback()
        assert len(db.session.scalars(select(User).where(User.email == new["email"])).all()) == 1


def test_a_burst_of_wrong_passwords_stops_exactly_at_the_limit(pair, app):
    """Fails when failures are counted only after the password was compared: tried, one more was let through."""
    with writing():
        factories.user("anna@example.org", "Примерова Анна", password_hash=hash_password("четыре слова подряд"))
    pair.meet("/login")
    wrong = {"email": "anna@example.org", "password": "wrong"}
    answers = pair.send([("/login", wrong)] * 3 * SIGN_IN_STRANGER.hits)
    statuses = sorted(status for status, _said in answers)
    assert statuses == [422] * SIGN_IN_STRANGER.hits + [429] * 2 * SIGN_IN_STRANGER.hits


def test_after_a_burst_the_right_password_waits_too(pair, app):
    """The limit is looked at before the password: only what is under way at that very moment slips past it."""
    with writing():
        factories.user("anna@example.org", "Примерова Анна", password_hash=hash_password("четыре слова подряд"))
    form = {"email": "anna@example.org"}
    pair.meet("/login")
    pair.send([("/login", form | {"password": "wrong"})] * SIGN_IN_STRANGER.hits)
    assert pair.send([("/login", form | {"password": "четыре слова подряд"})] * 4) == [(429, "")] * 4
    db.session.rollback()
    hits = db.session.scalars(select(RateWindow.hits)).all()
    assert hits == [SIGN_IN_STRANGER.hits] * 3  # what is refused is counted nowhere


def test_right_passwords_at_the_same_moment_do_not_refuse_each_other(pair, app):
    """Fails when they are counted first and given back afterwards: tried, one of eight entered."""
    with writing():
        factories.user("anna@example.org", "Примерова Анна", password_hash=hash_password("четыре слова подряд"))
    wrong = {"email": "anna@example.org", "password": "wrong"}
    right = {"email": "anna@example.org", "password": "четыре слова подряд"}
    pair.meet("/login")
    pair.send([("/login", wrong)] * (SIGN_IN_STRANGER.hits - 1))
    for _repetition in range(REPETITIONS):
        pair.meet("/login")
        assert pair.send([("/login", right)] * 2) == [(302, "/work")] * 2
    db.session.rollback()
    assert set(db.session.scalars(select(RateWindow.hits))) == {SIGN_IN_STRANGER.hits - 1}


def entries(action: str) -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Entry).where(Entry.action == action)).all())


@pytest.mark.parametrize("where", ["site", "territory"])
def test_a_role_given_at_the_same_moment_is_held_once(pair, two, where):
    """Fails on PostgreSQL when the account is not locked: two rows without a scope, an error of ours with one."""
    both_administer(two)
    page = f"/manage/people/{two[1].uuid}"
    tayshet = factories.territory(factories.TAYSHET)
    role, scope = ("speaker", "site") if where == "site" else ("coordinator", f"territory:{tayshet.id}")
    for repetition in range(REPETITIONS):
        pair.meet(page, two[0].get_id())
        answers = pair.send([(f"{page}/roles", {"role": role, "scope": scope})] * 4)
        assert answers == [(302, page)] * 4
        db.session.rollback()
        held = [one for one in two[1].assignments if one.role.value == role]
        assert len(held) == 1, repetition
        assert entries("role.assigned") == repetition + 1
        with writing():
            operations.withdraw(held[0], by=None)


def test_an_account_is_closed_once(pair, two):
    """Fails when nothing looks at the account under its lock: a line in the log for each press."""
    both_administer(two)
    page = f"/manage/people/{two[1].uuid}"
    for repetition in range(REPETITIONS):
        pair.meet(page, two[0].get_id())
        answers = pair.send([(f"{page}/suspension", {"reason": "Проба"})] * 4)
        assert answers == [(302, page)] * 4
        assert entries("user.suspended") == repetition + 1
        answers = pair.send([(f"{page}/restoration", {})] * 4)
        assert answers == [(302, page)] * 4
        assert entries("user.restored") == repetition + 1


def test_work_handed_over_at_the_same_moment_moves_once(pair, two):
    """Fails when the accounts are held only after the roles were read: an error of ours on PostgreSQL."""
    page = f"/manage/people/{two[1].uuid}"
    form = {"to": two[0].uuid, "name": "", "email": "", "whole": "y", "confirmed": "yes"}
    for repetition in range(REPETITIONS):
        both_administer(two)
        roles = str(two[1].assignments[0].id)
        pair.meet("/work", two[0].get_id())
        answers = pair.send([(f"{page}/handover", form | {"roles": roles})] * 2)
        # Whoever comes after the first is told on the person's page, or at the field when the form was read later.
        assert sorted(status for status, _said in answers) in ([302, 302], [302, 422]), repetition
        assert {where for status, where in answers if status == 302} == {page}
        assert entries("user.handed_over") == repetition + 1
        assert two[1].assignments == []


def test_a_role_given_while_it_is_handed_over_is_held_once(pair, two):
    """Fails on PostgreSQL when whoever takes over is not held: an error of ours about the unique key."""
    page = f"/manage/people/{two[1].uuid}"
    form = {"to": two[0].uuid, "name": "", "email": "", "whole": "", "confirmed": "yes"}
    for repetition in range(REPETITIONS):
        both_administer(two)
        with writing():
            factories.give(two[1], Role.speaker)
        speaker = next(one for one in two[1].assignments if one.role is Role.speaker)
        pair.meet("/work", two[0].get_id())
        given = {"role": "speaker", "scope": "site"}
        answers = pair.send(
            [
                (f"{page}/handover", form | {"roles": str(speaker.id)}),
                (f"/manage/people/{two[0].uuid}/roles", given),
            ]
        )
        assert [status for status, _said in answers] == [302, 302], repetition
        db.session.rollback()
        assert sorted(one.role.value for one in two[0].assignments) == ["administrator", "speaker"], repetition
        assert [one.role for one in two[1].assignments] == [Role.administrator]


def test_what_hangs_on_a_person_moves_once(pair, two):
    """Fails when nothing looks at what is left: letters to both and a line in the log for each press."""
    with writing():
        two[1].email = "ida@example.org"
        factories.adoption(factories.practice(), contact_email=two[1].email)
    both_administer(two)
    page = f"/manage/people/{two[1].uuid}"
    form = {"to": two[0].uuid, "name": "", "email": "", "whole": "y", "confirmed": "yes"}
    pair.meet("/work", two[0].get_id())
    assert pair.send([(f"{page}/handover", form)] * 4) == [(302, page)] * 4
    assert entries("user.handed_over") == 1
    told = db.session.scalars(select(Letter.to).where(Letter.kind == "account_handover")).all()
    assert sorted(told) == sorted(person.email for person in two)

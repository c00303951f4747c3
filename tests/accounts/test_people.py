from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accounts.enums import Role, ScopeKind
from accounts.models import RoleAssignment, Setting, User
from activity.models import Entry, Letter
from kernel.db import db
from kernel.documents.sheets import read_table
from kernel.transaction import writing
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.differs


@pytest.fixture
def admin(app, sign_in):
    with writing():
        person = factories.administrator()
    return sign_in(person)


def test_inviting_a_person_and_giving_a_role(admin):
    with writing():
        series = factories.series()
    answer = admin.submit(
        "/manage/people/new", {"name": "Новикова Нина", "email": "Nina@example.org", "position": "специалист"}
    )
    address = answer.headers["Location"]
    person = db.session.scalars(select(User).where(User.email == "nina@example.org")).one()
    assert address == f"/manage/people/{person.uuid}"
    assert [letter.to for letter in db.session.scalars(select(Letter))] == ["nina@example.org"]
    admin.submit(f"{address}/roles", {"role": "organiser", "scope": f"series:{series.id}"}, page=address)
    assignment = db.session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == person.id)).one()
    assert (assignment.role, assignment.scope_id, assignment.scope_name) == (Role.organiser, series.id, "«ПроСемью»")


@pytest.mark.parametrize(("role", "scope"), [("nonsense", "site"), ("", "nonsense"), ("organiser", "nonsense:1")])
def test_a_forged_role_or_place_is_refused(admin, role, scope):
    page = f"/manage/people/{db.session.scalars(select(User)).one().uuid}"
    assert admin.submit(f"{page}/roles", {"role": role, "scope": scope}, page=page).status_code == 422
    assert len(db.session.scalars(select(RoleAssignment)).all()) == 1


def test_the_database_keeps_a_role_everywhere_once(app):
    with writing():
        person = factories.methodist()
        factories.give(person, Role.expert)
        factories.give(person, Role.organiser, ScopeKind.series, factories.series().id)
    with pytest.raises(IntegrityError), writing():
        factories.give(person, Role.methodist)
    db.session.rollback()
    assert [one.role for one in person.assignments] == [Role.methodist, Role.expert, Role.organiser]


def test_a_known_address_is_explained_at_the_field(admin):
    answer = admin.submit("/manage/people/new", {"name": "Двойник", "email": "admin@example.org"})
    assert answer.status_code == 422
    assert "Двойник" in answer.get_data(as_text=True)


def test_a_role_is_taken_away_and_the_last_administrator_kept(admin):
    page = f"/manage/people/{db.session.scalars(select(User)).one().uuid}"
    assignment = db.session.scalars(select(RoleAssignment)).one()
    assert admin.submit(f"{page}/roles/{assignment.id}/withdrawal", page=page).status_code == 302
    assert db.session.scalars(select(RoleAssignment)).one().id == assignment.id


def test_an_administrator_of_one_forum_does_not_replace_the_last_one(admin):
    with writing():
        forum = factories.forum()
        factories.give(factories.user("x@example.org"), Role.administrator, ScopeKind.forum, forum.id)
    last = db.session.scalars(select(User).where(User.email == "admin@example.org")).one()
    page = f"/manage/people/{last.uuid}"
    admin.submit(f"{page}/roles/{last.assignments[0].id}/withdrawal", page=page)
    admin.submit(f"{page}/suspension", page=page)
    db.session.expire_all()
    assert (len(last.assignments), last.suspended_at) == (1, None)


def test_closing_and_opening_an_account(admin):
    with writing():
        person = factories.user("x@example.org")
    page = f"/manage/people/{person.uuid}"
    refused = admin.submit(f"{page}/suspension", {"reason": " "}, page=page)
    assert (refused.status_code, db.session.get(User, person.id).suspended_at) == (422, None)
    admin.submit(f"{page}/suspension", {"reason": "Ушёл на другую работу"}, page=page)
    db.session.expire_all()
    closed = db.session.get(User, person.id)
    assert (closed.state, closed.suspension_reason) == ("suspended", "Ушёл на другую работу")
    assert "Ушёл на другую работу" in admin.get(page).get_data(as_text=True)
    admin.submit(f"{page}/restoration", page=page)
    db.session.expire_all()
    opened = db.session.get(User, person.id)
    assert (opened.suspended_at, opened.suspension_reason) == (None, "")


def test_the_filters_stand_in_the_address(admin):
    with writing():
        here, there = factories.forum(), factories.forum("other", factories.series("other"))
        factories.give(factories.user(name="Здешний Захар"), Role.door, ScopeKind.forum, here.id)
        factories.give(factories.user(name="Тамошний Тарас"), Role.door, ScopeKind.forum, there.id)
        factories.give(factories.user(name="Кураторов Кирилл"), Role.organiser, ScopeKind.forum, here.id)
        factories.user(name="Закрытый Зиновий", suspended_at=NOW)
        factories.user(name="Приглашённый Пров", invited_at=NOW)

    def found(query: str) -> list[str]:
        page = admin.get(f"/manage/people?{query}").get_data(as_text=True)
        return re.findall(r'<th scope="row"><a href="/manage/people/[^"]+">([^<]+)', page)

    assert found("role=door") == ["Здешний Захар", "Тамошний Тарас"]
    assert found(f"role=door&scope=forum:{here.id}") == ["Здешний Захар"]
    assert found(f"scope=forum:{here.id}") == ["Здешний Захар", "Кураторов Кирилл"]
    assert found("state=suspended") == ["Закрытый Зиновий"]
    assert found("state=invited") == ["Приглашённый Пров"]
    assert len(found("state=nonsense&role=king&scope=forum:x")) == 6
    assert found("q=захар") == ["Здешний Захар"]


def test_the_list_is_taken_as_a_workbook_with_the_filters_kept(admin):
    with writing():
        forum = factories.forum()
        person = factories.user("door@example.org", "=Опасный Олег")
        factories.give(person, Role.door, ScopeKind.forum, forum.id)
        person.assignments[0].scope_name = forum.name
        factories.give(person, Role.expert)
    answer = admin.get("/manage/people.xlsx?role=door")
    table = read_table(
        "book.xlsx",
        answer.data,
        {"name": ("ФИО", "Полное имя", "Фамилия, имя, отчество"), "role": ("Роль",), "where": ("Где",)},
        ("role",),
    )
    assert [(row["role"], row["where"]) for _number, row in table.rows] == [
        ("Волонтёр на\u00a0входе", "Форум «ПроСемью-2027»"),
        ("Эксперт каталога", "Везде"),
    ]
    assert b"door@example.org" not in admin.get("/manage/people.xlsx?role=analyst").data


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_asks_as_often_for_one_as_for_many(admin, number, count_queries):
    with writing():
        for index in range(number):
            factories.give(factories.user(f"p{index}@example.org", f"Ёлкин {index}"), Role.analyst)
    with count_queries() as counted:
        admin.get("/manage/people?q=елкин")
    assert counted.number == 11


def test_search_knows_cyrillic_case_and_yo(admin):
    with writing():
        factories.user("a@example.org", "Ёлкин Пётр")
        factories.user("b@example.org", "ИВАНОВ Иван")
    page = admin.get("/manage/people?q=ёлкин").get_data(as_text=True)
    assert "Ёлкин" in page
    assert "ИВАНОВ" not in page
    assert "ИВАНОВ" in admin.get("/manage/people?q=иванов").get_data(as_text=True)


def test_settings_reach_the_public_pages(admin, client):
    assert "Центр пробы" not in client.get("/privacy").get_data(as_text=True)
    answer = admin.submit("/manage/settings", {"name": "Тираж", "operator": "Центр пробы"})
    assert answer.status_code == 302
    assert "Центр пробы" in client.get("/privacy").get_data(as_text=True)
    assert db.session.get(Setting, "operator").value == "Центр пробы"


def test_a_channel_without_https_is_explained(admin):
    answer = admin.submit("/manage/settings", {"name": "Тираж", "channel_vk": "javascript:alert(1)"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "path", ["/manage/people", "/manage/people/new", "/manage/settings", "/manage/activity", "/manage/people.xlsx"]
)
def test_others_do_not_see_these_pages(app, sign_in, path):
    with writing():
        person = factories.coordinator()
    assert sign_in(person).get(path).status_code == 404


def test_the_log_says_where_a_role_is_held(admin):
    with writing():
        series, person = factories.series(), factories.user("nina@example.org", "Новикова Нина")
    page = f"/manage/people/{person.uuid}"
    admin.submit(f"{page}/roles", {"role": "organiser", "scope": f"series:{series.id}"}, page=page)
    admin.submit(f"{page}/roles", {"role": "expert", "scope": "site"}, page=page)
    log = admin.get("/manage/activity?action=role.assigned").get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert "где: «ПроСемью»" in log
    assert "где: везде" in log
    held = db.session.scalars(select(RoleAssignment).where(RoleAssignment.scope_id == series.id)).one()
    admin.submit(f"{page}/roles/{held.id}/withdrawal", page=page)
    log = admin.get("/manage/activity?action=role.withdrawn").get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert "где: «ПроСемью»" in log


def test_each_role_says_where_it_is_held(admin):
    with writing():
        person = factories.user("nina@example.org", "Новикова Нина")
    page = admin.get(f"/manage/people/{person.uuid}").get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert '<option value="door">Волонтёр на входе (форум, цикл форумов)</option>' in page
    assert '<option value="administrator">Администратор (везде)</option>' in page


def test_closing_a_closed_account_keeps_the_reason(admin):
    with writing():
        person = factories.user("x@example.org")
    page = f"/manage/people/{person.uuid}"
    form = {"csrf_token": admin.token(page)}
    for reason in ("Ушёл на другую работу", "Другое"):
        assert admin.post(f"{page}/suspension", data=form | {"reason": reason}).status_code == 302
    db.session.rollback()
    assert (person.suspension_reason, person.generation) == ("Ушёл на другую работу", 2)
    assert len(db.session.scalars(select(Entry).where(Entry.action == "user.suspended")).all()) == 1

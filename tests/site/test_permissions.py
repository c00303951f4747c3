"""Every endpoint and method, called by somebody who holds the same roles elsewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule

from accounts.enums import Role, ScopeKind
from accounts.models import User
from forum.models import Format
from kernel.db import db
from kernel.text import email_key, sort_key
from kernel.transaction import writing
from registrations.models import Registration
from tests import factories
from tests.client import PageClient

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = "38000000"
"""Kursk oblast: another region than the one everything here lies in."""
OWN_LISTS = {
    "forum_desk.index",
    "practices.manage",
    "practices.export",
    "adoption.cabinet",
    "adoption.adoptions",
    "adoption.adviser_sheet",
    "adoption.adviser_sheet_pdf",
    "adoption.standing",
    "door.choose",
    "home.work",
    "accounts.logout",
}
"""Lists that show a person only what is theirs, and their own pages."""
MAKES_OWN = {
    "forum_desk.new_forum",
    "practices.new",
    "practices.upload",
    "practices.import_template",
    "adoption.start",
}
"""Pages where a person begins something of their own."""


@pytest.fixture
def world(app) -> dict[str, Any]:
    from kernel.secrets import token, token_hash

    with writing():
        series = factories.series()
        forum = factories.forum(in_series=series)
        room = factories.room(forum)
        section = factories.section(forum)
        slot = factories.slot(section)
        practice = factories.practice(organisation_id=factories.organisation(oktmo=factories.TULUN).id)
        person = factories.user("somebody@example.org")
        uuid = "11111111-2222-3333-4444-555555555555"
        registration = Registration(
            uuid=uuid,
            forum_id=forum.id,
            email="a@example.org",
            name="Примерова Анна",
            identity=f"{email_key('a@example.org')}|{sort_key('Примерова Анна')}",
            format=Format.in_person,
            status="confirmed",
            link_hash=token_hash(token("link", uuid, 1)),
            code_hash=token_hash(token("code", uuid, 1)),
        )
        db.session.add(registration)
        db.session.flush()
        owner = factories.coordinator(factories.TAYSHET)
        adoption = factories.adoption(practice, oktmo=factories.TAYSHET, by=owner)
        return {
            "slug": {
                "forum_desk.edit_series": series.slug,
                "practices": practice.slug,
                "adoption.start": practice.slug,
            },
            "forum": forum.slug,
            "section_slug": section.slug,
            "code": {"adoption": adoption.code, "programme_desk": slot.code, "programme": slot.code},
            "uuid": {"accounts": person.uuid, "registrations": registration.uuid},
            "venue_id": forum.venues[0].id,
            "place_id": room.id,
            "kind": "rooms",
        }


@pytest.fixture
def stranger(world) -> User:
    """Organiser, door volunteer, moderator and coordinator, all of them elsewhere."""
    with writing():
        region = factories.territory(ELSEWHERE)
        other = factories.series("other", territory_id=region.id)
        forum = factories.forum("other-2027", in_series=other, territory_id=region.id)
        section = factories.section(forum)
        person = factories.organiser(other)
        factories.give(person, Role.door, ScopeKind.forum, forum.id)
        factories.give(person, Role.section_moderator, ScopeKind.section, section.id)
        for role in (Role.coordinator, Role.curator, Role.analyst, Role.approver):
            factories.give(person, role, ScopeKind.territory, region.id)
    return person


def address(rule: Rule, world: dict[str, Any]) -> str:
    """The rule's address with the world's objects filled in."""
    feature = rule.endpoint.split(".")[0]
    values: dict[str, Any] = {}
    for name in rule.arguments:
        known = world.get(name, 1)
        if name == "slug":
            known = world["slug"].get(rule.endpoint) or world["slug"].get(feature) or world["forum"]
        elif isinstance(known, dict):
            known = known.get(feature, "00000000-0000-0000-0000-000000000000")
        values[name] = known
    return str(rule.build(values)[1])  # type: ignore[index]


def scoped_rules(app) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if app.view_functions[rule.endpoint].access.kind != "public"]


def test_every_endpoint_declares_who_may_call(app):
    undeclared = [
        rule.endpoint for rule in app.url_map.iter_rules() if not hasattr(app.view_functions[rule.endpoint], "access")
    ]
    assert undeclared == []


def test_a_stranger_of_the_same_roles_is_refused_everywhere(app, world, stranger, sign_in):
    client = sign_in(stranger)
    client.checking = False
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/work").get_data(as_text=True)).group(1)
    answers = {}
    for rule in scoped_rules(app):
        if rule.endpoint in OWN_LISTS | MAKES_OWN:
            continue
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            answer = client.open(address(rule, world), method=method, data={"csrf_token": token})
            answers[f"{method} {rule.endpoint}"] = answer.status_code
    allowed = {404, 405}
    assert {name: code for name, code in answers.items() if code not in allowed} == {}
    assert sum(code == 404 for code in answers.values()) > 60


def test_a_visitor_is_sent_to_sign_in_and_may_change_nothing(app, world):
    client = PageClient(app)
    client.checking = False
    answers = {}
    for rule in scoped_rules(app):
        for method in rule.methods & {"GET", "POST"}:
            answers[f"{method} {rule.endpoint}"] = client.open(address(rule, world), method=method).status_code
    assert {name: code for name, code in answers.items() if code not in {302, 401}} == {}


def test_a_post_without_a_token_is_refused(app, world, sign_in):
    with writing():
        admin = factories.administrator()
    client = sign_in(admin)
    client.checking = False
    answers = {}
    for rule in scoped_rules(app):
        if "POST" in rule.methods:
            answers[rule.endpoint] = client.post(address(rule, world)).status_code
    assert {name: code for name, code in answers.items() if code not in {400, 404, 422}} == {}


def test_addresses_are_kebab_case_nouns(app):
    words = [
        part
        for rule in app.url_map.iter_rules()
        for part in re.sub(r"<[^>]+>", "", rule.rule).split("/")
        if part.strip(".") and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?|\.[a-z]+|v-", part)
    ]
    assert words == []


VIEW_FILES = [
    *ROOT.glob("*/views.py"),
    *ROOT.glob("*/manage.py"),
    *ROOT.glob("*/views/*.py"),
    ROOT / "registrations" / "door.py",
    ROOT / "registrations" / "my.py",
]


@pytest.mark.parametrize("path", VIEW_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_views_read_only_through_finders(path):
    """A view that selects by itself could show somebody else's object: `select` belongs to queries."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert called & {"select", "scalars", "scalar", "execute", "get_one"} == set()

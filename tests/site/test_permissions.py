"""Every endpoint and method, called by somebody who holds the same roles elsewhere."""

from __future__ import annotations

import ast
import io
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from sqlalchemy import func, select
from werkzeug.routing import Rule

from accounts.enums import Role, ScopeKind
from accounts.models import Organisation, User
from activity.operations import record
from adoption.quarter.operations import open_round
from forum.models import Format
from kernel.db import Base, db
from kernel.text import email_key, sort_key
from kernel.transaction import writing
from practices.models import Admission, Practice
from practices.moderation.models import PracticeComment
from practices.operations import save_search
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
    "practices.waiting",
    "practices.grading",
    "adoption.cabinet",
    "adoption.quarter",
    "adoption.quarter_form",
    "adoption.rounds",
    "adoption.adoptions",
    "adoption.adviser_sheet",
    "door.choose",
    "home.work",
    "activity.log",
    "activity.log_export",
}
"""Lists that show a person only what is theirs: see `test_a_list_of_ones_own_shows_nothing_of_others`."""
MAKES_OWN = {
    "forum_desk.new_forum",
    "practices.invitation",
    "practices.new",
    "practices.upload",
    "adoption.start",
    "adoption.new_round",
}
"""Where a person begins something of their own: see `test_nothing_is_made_in_the_scope_of_others`."""
BELONGS_TO_NOBODY = {
    "accounts.logout",
    "practices.import_template",
    "adoption.quarter_upload",
}
"""Pages that show and change nothing but the caller's own session."""
OF_ONESELF = {"practices.searches", "practices.new_search"}
"""What a person keeps for themselves: see `test_what_a_person_keeps_nobody_else_sees`."""
OF_ONE_SHEET = {"adoption.adviser_sheet_pdf", "adoption.standing", "adoption.standing_xlsx"}
"""The adviser's sheet on paper and at full length: see `test_the_sheet_is_of_ones_own_territories`."""
MARKS = {"adoption.rounds": "I.квартал 2027"}
"""Where what is not the stranger's bears another word."""
FOREIGN = re.compile("Чуж|Соседск", re.IGNORECASE)
"""A word in the name of everything that is not the stranger's; organisations are «Соседская»."""


@dataclass(frozen=True)
class Foreign:
    """What is not the stranger's: who owns it, ids of series, forum and section, values for arguments of addresses."""

    owner: User
    ids: tuple[int, int, int]
    values: dict[str, Any]


@pytest.fixture
def foreign(app) -> Foreign:
    from kernel.secrets import token, token_hash

    with writing():
        series = factories.series()
        series.name = "Чужой цикл"
        forum = factories.forum(in_series=series, name="Чужой форум")
        room = factories.room(forum, "Чужой зал")
        section = factories.section(forum, name="Чужая секция")
        slot = factories.slot(section, "Чужой доклад")
        speaker = factories.speaker(series, "Чужой Спикер", email="speaker@example.org")
        factories.appearance(slot, speaker)
        author = factories.organisation("Соседская организация автора", factories.TULUN)
        practice = factories.practice("Чужая практика", organisation_id=author.id)
        factories.practice("Чужой черновик", admission=Admission.draft)
        factories.organisation("Соседская организация", factories.TAYSHET)
        for act, thing in (("forum.added", forum), ("series.added", series), ("section.added", section)):
            record(None, act, thing)
        record(None, "slot.added", slot)
        record(None, "practice.added", practice)
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
        asked, _new = open_round(
            factories.territory(factories.REGION), 2027, 1, date(2027, 4, 5), by=None, letters=False
        )
        kept = save_search("Чужой поиск", "q=чужое", by=owner)
        return Foreign(
            owner=owner,
            ids=(
                series.id,
                forum.id,
                section.id,
            ),
            values={
                "round_code": asked.code,
                "search_id": kept.id,
                "oktmo": factories.TAYSHET,
                "slug": {
                    "forum_desk.edit_series": series.slug,
                    "practices": practice.slug,
                    "adoption.start": practice.slug,
                },
                "forum": forum.slug,
                "section_slug": section.slug,
                "code": {
                    "adoption": adoption.code,
                    "programme_desk": slot.code,
                    "programme": slot.code,
                    "programme_work": speaker.code,
                },
                "uuid": {"accounts": person.uuid, "registrations": registration.uuid},
                "venue_id": forum.venues[0].id,
                "place_id": room.id,
                "kind": "rooms",
                "comment_id": comment(practice),
            },
        )


def comment(practice) -> int:
    """A comment on the practice whose author has a link."""
    factories.author(practice)
    made = PracticeComment(practice_id=practice.id, text="Проще.")
    db.session.add(made)
    db.session.flush()
    return made.id


@pytest.fixture
def stranger(foreign) -> User:
    """Somebody who holds every role that has a scope, all of them elsewhere."""
    with writing():
        region = factories.territory(ELSEWHERE)
        other = factories.series("other", territory_id=region.id)
        forum = factories.forum("other-2027", in_series=other, territory_id=region.id)
        section = factories.section(forum)
        return _of_every_role(other.id, forum.id, section.id, region.id)


@pytest.fixture
def native(foreign) -> User:
    """The same roles held here: what the stranger must not see, this person does."""
    with writing():
        return _of_every_role(*foreign.ids, factories.territory(factories.REGION).id)


def _of_every_role(series_id: int, forum_id: int, section_id: int, territory_id: int) -> User:
    person = factories.user(name="Устроитель Олег Пробович")
    factories.give(person, Role.organiser, ScopeKind.series, series_id)
    factories.give(person, Role.door, ScopeKind.forum, forum_id)
    factories.give(person, Role.speaker)
    for role in (Role.section_moderator, Role.assistant):
        factories.give(person, role, ScopeKind.section, section_id)
    for role in (Role.coordinator, Role.curator, Role.analyst, Role.approver, Role.methodist, Role.expert):
        factories.give(person, role, ScopeKind.territory, territory_id)
    return person


def address(rule: Rule, foreign: Foreign) -> str:
    """The rule's address with the foreign's objects filled in."""
    feature = rule.endpoint.split(".")[0]
    known_values, values = foreign.values, dict[str, Any]()
    for name in rule.arguments:
        known = known_values.get(name, 1)
        if name == "slug":
            known = (
                known_values["slug"].get(rule.endpoint) or known_values["slug"].get(feature) or known_values["forum"]
            )
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


def enter(sign_in, person: User) -> tuple[PageClient, str]:
    """The person's client, and a token for its forms."""
    client = sign_in(person)
    client.checking = False
    return client, client.token("/work")


def test_a_stranger_of_the_same_roles_is_refused_everywhere(app, foreign, stranger, sign_in):
    client, token = enter(sign_in, stranger)
    answers = {}
    for rule in scoped_rules(app):
        if rule.endpoint in OWN_LISTS | MAKES_OWN | BELONGS_TO_NOBODY | OF_ONESELF | OF_ONE_SHEET:
            continue
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            answer = client.open(address(rule, foreign), method=method, data={"csrf_token": token})
            answers[f"{method} {rule.endpoint}"] = answer.status_code
    allowed = {404, 405}
    assert {name: code for name, code in answers.items() if code not in allowed} == {}
    assert sum(code == 404 for code in answers.values()) > 60


def shown(client: PageClient, address: str) -> str:
    """What an address shows, workbooks as the text of their cells, where it leads included."""
    answer = client.get(address, follow_redirects=True)
    if answer.status_code == 404 and "territory=" in address:
        return ""
    assert answer.status_code == 200
    if answer.mimetype.startswith("text/"):
        return answer.get_data(as_text=True)
    book = python_calamine.load_workbook(io.BytesIO(answer.data))
    return repr([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


def own_address(app, endpoint: str, foreign: dict[str, Any]) -> str:
    return address(next(rule for rule in scoped_rules(app) if rule.endpoint == endpoint), foreign)


@pytest.mark.parametrize("endpoint", sorted(OWN_LISTS))
def test_a_list_of_ones_own_shows_nothing_of_others(app, foreign, stranger, native, sign_in, endpoint):
    """Nor does it when asked by name; whoever holds the same roles here finds it there."""
    path, mark = own_address(app, endpoint, foreign), re.compile(MARKS.get(endpoint, FOREIGN.pattern), re.IGNORECASE)
    client, _token = enter(sign_in, stranger)
    for question in ("", "?q=Чуж", "?state=think", "?territory=" + factories.TAYSHET):
        assert mark.findall(shown(client, path + question).replace(question[3:], "")) == []
    assert mark.search(shown(enter(sign_in, native)[0], path))


@pytest.mark.parametrize("endpoint", sorted(OF_ONE_SHEET))
def test_the_sheet_is_of_ones_own_territories(app, foreign, stranger, native, sign_in, endpoint):
    path = own_address(app, endpoint, foreign) + "?territory=" + factories.TAYSHET
    assert enter(sign_in, stranger)[0].get(path).status_code == 404
    assert enter(sign_in, native)[0].get(path).status_code == 200


def test_what_a_person_keeps_nobody_else_sees(foreign, stranger, native, sign_in):
    for person in (stranger, native):
        assert "Чужой поиск" not in shown(enter(sign_in, person)[0], "/searches")
    assert "Чужой поиск" in shown(enter(sign_in, foreign.owner)[0], "/searches")


def test_what_belongs_to_nobody_shows_and_ends_nothing_of_others(app, foreign, stranger, native, sign_in):
    here, _token = enter(sign_in, native)
    client, token = enter(sign_in, stranger)
    for endpoint in sorted(BELONGS_TO_NOBODY - {"accounts.logout"}):
        assert FOREIGN.findall(shown(client, own_address(app, endpoint, foreign))) == []
    assert client.post("/logout", data={"csrf_token": token}).status_code == 302
    assert client.get("/work").status_code == 302
    assert here.get("/work").status_code == 200


FORUM = {
    "name": "Форум не там",
    "kind": "forum",
    "date_start": "2027-09-01",
    "date_end": "2027-09-02",
    "timezone": "Asia/Irkutsk",
    "place": "Тулун",
}
PRACTICE = {
    "name": "Практика не там",
    "effect": "Семьям легче.",
    "groups": "large",
    "what_is_done": "Помощь.",
    "who_does_it": "Центр.",
    "what_is_needed": "Люди.",
    "contact_email": "a@example.org",
    "sphere": "social",
    "territory": factories.TULUN,
}
REQUEST = {"contact_name": "Пробов Пётр", "contact_email": "p@example.org", "source": ""}


def attempts(endpoint: str) -> list[dict[str, Any]]:
    """Forms that would make something where the stranger holds no role."""
    if endpoint == "forum_desk.new_forum":
        return [FORUM | {"series": "prosemyu", "territory": str(factories.territory(factories.TULUN).id)}]
    if endpoint == "practices.new":
        return [PRACTICE]
    if endpoint == "practices.invitation":
        named = {"name": "Пробов Пётр", "email": "p@example.org", "practice": "Практика не там"}
        return [named | {"territory": factories.TULUN}]
    if endpoint == "adoption.new_round":
        return [{"region": factories.REGION, "quarter": "2027-1", "due": "2027-04-05"}]
    if endpoint == "practices.upload":
        book = "Название;Территория\nПрактика не там;Тулун\n".encode()
        known = "Название;Территория;Эффект\nЧужая практика;Иркутск;Хуже\n".encode()
        return [{"file": (io.BytesIO(body), "book.csv")} for body in (book, known)]
    assert endpoint == "adoption.start", "A new page where something begins: say here how a stranger would misuse it."
    known = str(organisation_id("Соседская организация"))
    new = {"organisation": "new", "new_organisation": "Соседская новая", "territory": factories.TAYSHET}
    return [REQUEST | {"organisation": known}, REQUEST | new]


def organisation_id(name: str) -> int:
    return db.session.scalars(select(Organisation.id).where(Organisation.name == name)).one()


UNCOUNTED = {"import_preview", "stored_file", "activity_entry", "content_version", "rate_window"}


def rows() -> dict[str, int]:
    """How many rows each table has, but for what an upload leaves to be looked at."""
    db.session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in UNCOUNTED]
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def try_to_make(client: PageClient, path: str, form: dict[str, Any], token: str) -> int:
    """Send the form; when that leads to a preview, confirm it too. Returns the form's own status."""
    answer = client.post(path, data=form | {"csrf_token": token}, content_type="multipart/form-data")
    if answer.status_code == 302 and "/import/" in (preview := answer.headers["Location"]):
        page = client.get(preview).get_data(as_text=True)
        assert FOREIGN.findall(page.replace("Чужая практика", "")) == []
        client.post(f"{preview}/confirmation", data={"csrf_token": token})
    return answer.status_code


@pytest.mark.parametrize("endpoint", sorted(MAKES_OWN))
def test_nothing_is_made_in_the_scope_of_others(app, foreign, stranger, native, sign_in, endpoint):
    path = own_address(app, endpoint, foreign)
    practice = db.session.scalars(select(Practice).where(Practice.name == "Чужая практика")).one()
    client, token = enter(sign_in, stranger)
    before = rows()
    for form in attempts(endpoint):
        assert try_to_make(client, path, form, token) in ({302} if endpoint == "practices.upload" else {404, 422})
        assert rows() == before
    db.session.refresh(practice)
    assert (practice.effect, practice.version) == ("Специалист приходит домой и учит родителей.", 1)
    client, token = enter(sign_in, native)
    for form in attempts(endpoint):
        assert client.post(path, data=form | {"csrf_token": token}, content_type="multipart/form-data").status_code in {
            302,
            303,
        }


def test_a_visitor_is_sent_to_sign_in_and_may_change_nothing(app, foreign):
    client = PageClient(app)
    client.checking = False
    answers = {}
    for rule in scoped_rules(app):
        for method in rule.methods & {"GET", "POST"}:
            answers[f"{method} {rule.endpoint}"] = client.open(address(rule, foreign), method=method).status_code
    assert {name: code for name, code in answers.items() if code not in {302, 401}} == {}


def test_what_is_not_public_is_kept_by_nobody(app, foreign, sign_in):
    """Downloads too: `send_file` says «no-cache» of its own, which a proxy may keep."""
    with writing():
        admin = factories.administrator()
    client = sign_in(admin)
    client.checking = False
    told = {}
    for rule in scoped_rules(app):
        if "GET" in rule.methods:
            told[rule.endpoint] = client.get(address(rule, foreign)).headers["Cache-Control"]
    assert {name: value for name, value in told.items() if value != "private, no-store"} == {}


def test_a_post_without_a_token_is_refused(app, foreign, sign_in):
    with writing():
        admin = factories.administrator()
    client = sign_in(admin)
    client.checking = False
    answers = {}
    for rule in scoped_rules(app):
        if "POST" in rule.methods:
            answers[rule.endpoint] = client.post(address(rule, foreign)).status_code
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
    *ROOT.glob("*/*/views.py"),
    *ROOT.glob("*/manage.py"),
    *(path for path in ROOT.glob("*/manage/*.py") if path.name != "queries.py"),
    *ROOT.glob("*/views/*.py"),
    *ROOT.glob("*/*/views/*.py"),
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


def test_what_is_posted_without_a_forms_token_is_few_and_stands_at_a_secret_address(app):
    free = {
        (rule.rule, getattr(view, "token_page", False))
        for rule in app.url_map.iter_rules()
        if getattr(view := app.view_functions[rule.endpoint], "without_form_token", False)
    }
    assert free == {("/my/<token>/presence", True)}

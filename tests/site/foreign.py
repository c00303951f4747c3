"""What is not the stranger's, and two people of the same roles: one elsewhere, one here."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import python_calamine
from werkzeug.routing import Rule

from accounts.enums import Role, ScopeKind
from accounts.models import User
from activity.operations import record
from adoption.quarter.operations import open_round
from forum.models import Format
from kernel.db import db
from kernel.text import email_key, sort_key
from kernel.transaction import writing
from practices.models import Admission
from practices.moderation.models import PracticeComment
from practices.operations import save_search
from registrations.models import Registration
from tests import factories
from tests.client import PageClient

ELSEWHERE = "38000000"
"""Kursk oblast: another region than the one everything here lies in."""


FOREIGN = re.compile("Чуж|Соседск", re.IGNORECASE)
"""A word in the name of everything that is not the stranger's; organisations are «Соседская»."""


@dataclass(frozen=True)
class Foreign:
    """What is not the stranger's: who owns it, ids of series, forum and section, values for arguments of addresses."""

    owner: User
    ids: tuple[int, int, int]
    values: dict[str, Any]


def make_foreign() -> Foreign:
    """Everything with a name that says it belongs to somebody else."""
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


def make_stranger() -> User:
    """Somebody who holds every role that has a scope, all of them elsewhere."""
    with writing():
        region = factories.territory(ELSEWHERE)
        other = factories.series("other", territory_id=region.id)
        forum = factories.forum("other-2027", in_series=other, territory_id=region.id)
        section = factories.section(forum)
        return _of_every_role(other.id, forum.id, section.id, region.id)


def make_native(foreign: Foreign) -> User:
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
    """The rule's address with what is foreign filled in."""
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


def enter(sign_in, person: User) -> tuple[PageClient, str]:
    """The person's client, and a token for its forms."""
    client = sign_in(person)
    client.checking = False
    return client, client.token("/work")


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


def own_address(app, endpoint: str, foreign: Foreign) -> str:
    return address(next(rule for rule in scoped_rules(app) if rule.endpoint == endpoint), foreign)

"""From one key to another: what was sent keeps working, or ends everywhere; on the database under test."""

from __future__ import annotations

import importlib.util
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, update

from accounts import operations as accounts
from accounts.letters import invitation_path
from activity.models import Letter
from activity.outbox import compose
from adoption.cabinet.launches import link_path as launch_path
from adoption.models import Stage
from adoption.quarter.models import QUARTER_LINK
from adoption.quarter.operations import open_round
from app import create_app
from forum.models import Format, Forum
from kernel import rekeying
from kernel.db import db
from kernel.keys import key_id
from kernel.secrets import FormerSecret, token, token_hash
from kernel.transaction import writing
from practices.moderation.models import AUTHOR_LINK
from registrations import operations
from registrations.details import details_of
from registrations.door import attendance, queries
from registrations.door.codes import readings
from registrations.models import Registration
from registrations.own.tickets import link_path, qr_text, set_secrets, short_code
from tests import factories
from tests.adoption.conftest import adoption
from tests.client import PageClient
from tests.conftest import KEY, settings
from tests.registrations.conftest import enrol, fill

pytestmark = pytest.mark.differs

SECOND = "7b1e5d2f90c3a8461f6e0b9d4c27a3586de09f1b5a4c8273e6d10f95b8a7c342"
THIRD = "c95a03e7d1b8f6240a7e9c3d5b1f8642e0d7a9c4b6f13582d8e0a7c5b9f41632"


@pytest.fixture
def start(app, server):
    """`start(key, *before)`: the site begun again with another key, on the same database."""
    made = []

    def begin(key, *before):
        config = settings(server.url("test"), app.config["VAR"])
        made.append(create_app(config | {"SECRET_KEY": key, "SECRET_KEY_FALLBACKS": list(before)}))
        return made[-1]

    yield begin
    for one in made:
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def within(site):
    db.session.rollback()
    with site.app_context():
        yield
        db.session.remove()


@dataclass(frozen=True)
class Sent:
    """What was given out: ids, every kind of secret link by its name, and a ticket's codes."""

    forum: int
    person: int
    links: dict[str, str]
    code: str
    short: str


@pytest.fixture
def sent(app) -> dict[str, Any]:
    """Something of each kind that is sent out: addresses to open, and the code of a ticket."""
    with writing():
        forum = factories.forum()
        factories.slot(factories.section(forum))
    person = enrol(forum)
    with writing():
        practice = factories.practice(slug="konsultant", first_unit="обслужена первая семья")
        author = factories.author(practice)
        owner = factories.coordinator()
        made = adoption(practice, factories.organisation(), Stage.launched, by=owner, confirmed=False)
        asked, _new = open_round(factories.territory(factories.REGION), 2027, 1, date(2027, 4, 5), by=None)
        guest = factories.user("guest@example.org")
        accounts.invite(guest, by=None)
    links = {
        "ticket": link_path(person),
        "author": AUTHOR_LINK.path(author),
        "quarter": QUARTER_LINK.path(asked.asks[0]),
        "launch": launch_path(made),
        "invitation": invitation_path(guest),
    }
    return Sent(forum.id, person.id, links, qr_text(person), short_code(person))


def opened(site, links: dict[str, str]) -> dict[str, int]:
    return {name: PageClient(site).get(link).status_code for name, link in links.items()}


def all_of(links: dict[str, str], status: int) -> dict[str, int]:
    return dict.fromkeys(links, status)


def at_the_door(site, sent, code: str) -> str:
    with within(site), writing():
        read = readings(code)
        whole = queries.code_in_force(sent.forum, read)
        seen = attendance.rehearse(sent.forum, code=whole) if whole else None
        if seen is None or seen.answer is attendance.Answer.unknown:
            seen = attendance.formerly(sent.forum, read)
        return seen.answer.name


def run(site, arguments: list[str]):
    with within(site):
        return site.test_cli_runner().invoke(args=arguments)


def linked(message) -> list[str]:
    text = message.get_body(("plain",)).get_content()
    return [word.removeprefix("https://forum.example.org") for word in text.split() if word.startswith("https://forum")]


def test_what_was_sent_keeps_working_before_while_and_after(sent, start):
    both, alone = start(SECOND, KEY), start(SECOND)
    assert opened(both, sent.links) == all_of(sent.links, 200)
    assert at_the_door(both, sent, sent.code) == at_the_door(both, sent, sent.short) == "go"
    with within(both):
        assert rekeying.standing() == {key_id(KEY): 3}
        assert rekeying.rekey().rows == 3
        assert rekeying.rekey().rows == 0
        assert rekeying.standing() == {key_id(SECOND): 3}
    for site in (both, alone):
        assert opened(site, sent.links) == all_of(sent.links, 200)
        assert at_the_door(site, sent, sent.code) == "go"
    assert at_the_door(both, sent, sent.short) == "go"
    with within(alone):
        person = db.session.get_one(Registration, sent.person)
        new = {"ticket": link_path(person)}
        assert new["ticket"] != sent.links["ticket"]
        code = qr_text(person)
        letter = db.session.scalars(select(Letter).where(Letter.kind == "registration_ticket")).one()
        assert new["ticket"] in linked(compose(letter))
    assert opened(alone, new) == all_of(new, 200)
    assert at_the_door(alone, sent, code) == "go"


def test_through_two_keys_also_while_the_second_change_is_under_way(sent, start):
    with within(start(SECOND, KEY)):
        rekeying.rekey()
    third = start(THIRD, SECOND)
    assert opened(third, sent.links) == all_of(sent.links, 200)  # the rows are still of the second key
    assert at_the_door(third, sent, sent.code) == "go"
    with within(third):
        rekeying.rekey()
    assert opened(start(THIRD), sent.links) == all_of(sent.links, 200)


def test_a_secret_renewed_afterwards_ends_the_old_ones(sent, start):
    both = start(SECOND, KEY)
    with within(both):
        rekeying.rekey()
        person = db.session.get_one(Registration, sent.person)
        with writing():
            operations.cancel(person)
        operations.sign_up(sent.forum, operations.Application(details_of(person), Format.in_person))
    assert opened(both, {"ticket": sent.links["ticket"]}) == {"ticket": 404}
    assert at_the_door(both, sent, sent.code) == "revoked"


def test_revoked_everything_ends_and_is_sent_anew(sent, start):
    both, alone = start(SECOND, KEY), start(SECOND)
    refused = run(both, ["secrets", "rekey", "--revoke", "--yes"])
    assert refused.exit_code == 1
    assert "SECRET_KEY_FALLBACKS" in refused.output
    with writing():
        db.session.query(Letter).delete()
    done = run(alone, ["secrets", "rekey", "--revoke", "--yes"])
    assert (done.exit_code, done.output) == (0, "  3 rows have new secrets, 5 letters are queued.\n")
    assert opened(alone, sent.links) == all_of(sent.links, 404)
    assert at_the_door(alone, sent, sent.code) == "unknown"
    with within(alone):
        letters = db.session.scalars(select(Letter).order_by(Letter.kind)).all()
        kinds = [
            "account_invitation",
            "adoption_launched",
            "practice_author",
            "quarter_question",
            "registration_ticket",
        ]
        assert [letter.kind for letter in letters] == kinds
        links = {
            letter.kind: link
            for letter in letters
            for link in linked(compose(letter))
            if link.startswith(("/my/", "/author/", "/answer/", "/launch/", "/invitation/"))
        }
        assert sorted(links) == kinds
    assert opened(alone, links) == all_of(links, 200)
    again = run(alone, ["secrets", "rekey", "--revoke", "--yes"])
    assert again.output.startswith("  0 rows")


def test_revoking_later_ends_what_had_been_kept_working(sent, start):
    with within(start(SECOND, KEY)):
        rekeying.rekey()
    alone = start(SECOND)
    with within(alone):
        moved = rekeying.revoke()
        assert moved.rows == 3
        assert db.session.scalars(select(FormerSecret)).all() == []
    assert opened(alone, sent.links) == all_of(sent.links, 404)


def test_a_key_that_was_lost(sent, start):
    """Links sent open what needs no secret; nothing false is made; moving needs the old key for invitations only."""
    alone = start(SECOND)
    assert opened(alone, {"ticket": sent.links["ticket"]}) == {"ticket": 503}
    shown = run(alone, ["secrets", "show"]).output
    assert f"{key_id(KEY):10}       3  MISSING" in shown
    moved = run(alone, ["secrets", "rekey"])
    assert moved.output.startswith("  3 rows moved")
    kept = {name: link for name, link in sent.links.items() if name not in ("invitation", "launch")}
    assert opened(alone, kept) == all_of(kept, 200)
    assert at_the_door(alone, sent, sent.code) == "go"


def test_a_poor_key_is_no_way_out(sent, start):
    poor = start("x" * 40, KEY)
    poor.config["ENVIRONMENT"] = "production"
    assert run(poor, ["secrets", "rekey"]).exit_code == 1


def test_a_form_and_a_session_begun_before_are_taken(sent, start, client):
    page = "/forums/prosemyu-2027/registration"
    token_before = client.token(page)
    cookie = client.get_cookie("tirazh").value
    later = PageClient(start(SECOND, KEY))
    later.set_cookie("tirazh", cookie)
    answer = later.post(page, data=fill(None, email="other@example.org") | {"csrf_token": token_before})  # type: ignore[arg-type]
    assert answer.status_code == 303
    asked = {"csrf_token": token_before, "confirm": "ask", "question": "Точно?", "answer": "Да"}
    assert "Точно?" in later.post(page, data=asked).get_data(as_text=True)


def test_a_key_that_anybody_can_guess_signs_no_session(sent, start):
    with writing():
        chief = factories.administrator().get_id()
    for before, status in ((KEY, 200), ("x", 302)):
        client = start(before).test_client()
        with client.session_transaction() as session:
            session["_user_id"] = chief
        later = start(SECOND, before).test_client()
        later.set_cookie("tirazh", client.get_cookie("tirazh").value)
        assert later.get("/manage/settings").status_code == status


def test_the_migration_finds_out_which_key_made_a_row(app, sent):
    [path] = (Path(app.root_path) / "migrations" / "versions").glob("*_keys.py")
    spec = importlib.util.spec_from_file_location("step", path)
    step = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(step)
    enrol(db.session.get_one(Forum, sent.forum), "Другая Алла", "other@example.org")
    with writing():
        db.session.execute(update(Registration).values(key_id=""))
        db.session.execute(update(Registration).where(Registration.id == sent.person).values(link_hash="0" * 40))
    with writing(), Operations.context(MigrationContext.configure(db.session.connection())):
        step.remember("registration")
    found = db.session.scalars(select(Registration.key_id).order_by(Registration.id)).all()
    assert found == ["", key_id(KEY)]


def test_links_opened_while_it_runs(sent, start, monkeypatch):
    monkeypatch.setattr(rekeying, "ROWS_REKEYED_AT_ONCE", 2)
    forum = db.session.get_one(Forum, sent.forum)
    people = [enrol(forum, f"Примеров {number}", f"p{number}@example.org") for number in range(30)]
    links, both = [link_path(one) for one in people], start(SECOND, KEY)
    seen: list[int] = []
    over = threading.Event()

    def open_links() -> None:
        client = both.test_client()
        while not over.is_set():
            seen.extend(client.get(link).status_code for link in links)

    thread = threading.Thread(target=open_links)
    thread.start()
    with within(both):
        assert rekeying.rekey().rows == 33
    over.set()
    thread.join()
    assert set(seen) == {200}
    assert len(seen) >= 30


def test_a_secret_renewed_in_the_middle_of_it(sent, start):
    """Fails on PostgreSQL without `lock_key`: tried, the row was of the new key and its hash of the old one."""
    both = start(SECOND, KEY)
    loaded, moved = threading.Event(), threading.Event()

    def renew() -> None:
        with both.app_context(), writing():
            person = db.session.get_one(Registration, sent.person)
            loaded.set()
            moved.wait(1)  # SQLite lets one write at a time: there rekeying waits for us
            set_secrets(person, new_link=True)

    thread = threading.Thread(target=renew)
    thread.start()
    loaded.wait()
    with within(both):
        rekeying.rekey()
        moved.set()
        thread.join()
        db.session.rollback()
        row = db.session.get_one(Registration, sent.person)
        assert (row.key_id, row.link_generation) == (key_id(SECOND), 2)
        assert row.link_hash == token_hash(token("link", row.uuid, 2))
        link = link_path(row)
    assert opened(both, {"new": link, "old": sent.links["ticket"]}) == {"new": 200, "old": 404}
    assert at_the_door(both, sent, sent.code) == "go"

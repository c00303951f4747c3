"""`flask export`: each file is read back by the import of the same name, with nothing to change."""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

import config
from accounts import consenting
from accounts.models import Consent
from kernel.db import db
from kernel.transaction import writing
from registrations import operations
from registrations.models import Registration
from tests import factories
from tests.registrations.conftest import enrol, fill

pytestmark = pytest.mark.differs

FORUM = ["--forum", "prosemyu-2027"]
KINDS = {"programme": FORUM, "registrations": FORUM, "practices": [], "organisations": [], "territories": []}


@pytest.fixture
def full_forum(app):
    with writing():
        forum = factories.forum()
        section = factories.section(forum)
        talk = factories.slot(section, source_id="1")
        factories.appearance(talk, factories.speaker(forum.series))
        factories.slot(section, "Перерыв «и чай»; кофе", datetime(2027, 4, 22, 12), source_id="2")
        factories.practice(effect="Мамы возвращаются к работе")
        factories.organisation("Школа № 1; корпус 2", short_name="Школа № 1")
    enrol(forum, "Примерова Анна", "a@example.org", section_ids=(section.id,), organisation="Центр", position="врач")
    gone = enrol(forum, "Ушедший Пётр", "p@example.org")
    with writing():
        operations.cancel(gone)
    return forum


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=[*map(str, arguments)])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_exported_loads_back_unchanged(app, full_forum, tmp_path, kind):
    file = tmp_path / f"{kind}.xlsx"
    done = run(app, "export", kind, file, *KINDS[kind])
    assert done.exit_code == 0, done.output
    number = int(done.output.split()[-1])
    assert number > 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    back = run(app, "import", kind, file, *KINDS[kind])
    assert back.output.splitlines()[-1] == f"created 0, changed 0, skipped {number}, errors 0", back.output


def test_municipalities_go_out_by_the_region(app, full_forum, tmp_path):
    def exported(name, *region):
        return run(app, "export", "territories", tmp_path / f"{name}.xlsx", *region).output

    whole = exported("all")
    assert exported("known", "--region", factories.REGION) == whole != "exported 0\n"
    assert exported("unknown", "--region", "99000000") == "exported 0\n"


def test_commands_ask_the_database_through_queries():
    commands = sorted(Path(config.__file__).parent.glob("*/cli.py"))
    assert len(commands) > 5
    assert [file.parent.name for file in commands if "sqlalchemy" in file.read_text(encoding="utf-8")] == []


def test_participants_go_as_csv_too(app, full_forum, tmp_path):
    file = tmp_path / "people.csv"
    assert run(app, "export", "registrations", file, *FORUM).output == "exported 2\n"
    back = run(app, "import", "registrations", file, *FORUM)
    assert back.output.splitlines()[-1] == "created 0, changed 0, skipped 2, errors 0"


def test_nothing_is_written_over_and_mistakes_are_said(app, full_forum, tmp_path):
    file = tmp_path / "people.xlsx"
    file.write_text("mine")
    assert "is there already" in run(app, "export", "registrations", file, *FORUM).output
    assert file.read_text() == "mine"
    assert "ends in .xlsx or .csv" in run(app, "export", "registrations", tmp_path / "people.doc", *FORUM).output
    assert "There is no forum" in run(app, "export", "programme", tmp_path / "p.xlsx", "--forum", "none").output
    assert "There is no folder" in run(app, "export", "practices", tmp_path / "none" / "p.xlsx").output


def test_nobody_is_asked_to_agree_to_news_that_do_not_exist(client, full_forum, monkeypatch):
    pages = ["/forums/prosemyu-2027/registration", "/practices/new"]
    assert not [page for page in pages if "consent_mailing" in client.get(page).get_data(as_text=True)]
    client.submit(pages[0], fill(full_forum, email="new@example.org", consent_mailing="y"))
    person = db.session.scalars(select(Registration).where(Registration.email == "new@example.org")).one()
    kinds = [one.text.kind.value for one in db.session.scalars(select(Consent).where(Consent.subject_id == person.id))]
    assert kinds == ["personal_data"]
    assert "новости о следующих форумах" not in client.get("/privacy").get_data(as_text=True)
    monkeypatch.setattr(consenting, "NEWS", True)
    assert [page for page in pages if "consent_mailing" in client.get(page).get_data(as_text=True)] == pages

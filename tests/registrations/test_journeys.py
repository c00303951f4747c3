"""How often a sign-up and a scan wait for PostgreSQL, by libpq's own account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event

from bench.statements import Heard
from kernel.db import db, dialect
from registrations.own.tickets import qr_text
from tests.client import PageClient
from tests.registrations.conftest import enrol, fill

pytestmark = pytest.mark.differs
PAGE = "/forums/prosemyu-2027/registration"
DOOR = "/door/prosemyu-2027"
TURNS = 8
"""From the sixth on a statement is prepared."""
NAMES = ("Анна", "Белла", "Вера", "Галина", "Дарья", "Елена", "Жанна", "Зоя")


@pytest.fixture
def heard(forum, volunteer, tmp_path: Path) -> Iterator[Heard]:
    if dialect() != "postgresql":
        pytest.skip("to a file there are no journeys")
    (tmp_path / "trace").touch()
    listening = Heard(str(tmp_path / "trace"))
    db.session.rollback()
    db.engine.dispose()
    event.listen(db.engine, "connect", listening.listen)
    yield listening
    event.remove(db.engine, "connect", listening.listen)
    db.session.rollback()
    db.engine.dispose()


def test_a_sign_up_waits_ten_times(app, forum, heard):
    for name in NAMES:
        client = PageClient(app)
        db.session.rollback()
        heard.forget()
        form = fill(forum, name=f"Примерова {name}", email=f"{uuid4().hex}@example.org", csrf_token=client.token(PAGE))
        answer = client.post(PAGE, data=form)
        assert client.get(answer.location).status_code == 200
    assert heard.counted().journeys == 10


def test_a_scan_waits_five_times(forum, volunteer, heard, noon_of_the_day):
    codes = [qr_text(enrol(forum, f"Примерова {name}", f"{uuid4().hex}@example.org")) for name in NAMES]
    token = volunteer.token(DOOR)
    for code in codes:
        db.session.rollback()
        heard.forget()
        data = {"code": code, "nonce": uuid4().hex, "csrf_token": token}
        answer = volunteer.post(DOOR + "/scans", data=data, headers={"Accept": "application/json"})
        assert answer.get_json()["answer"] == "go"
    assert heard.counted().journeys == 5

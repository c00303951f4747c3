from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from forum.models import Format, Forum
from kernel import db as kernel_db
from kernel.db import db
from kernel.transaction import writing
from registrations import operations, queries
from registrations.details import QUESTIONS, Details
from registrations.models import Registration
from tests import factories
from tests.client import PageClient

ANNA = "Примерова Анна Сергеевна"
TOKEN = re.compile(r"/my/([A-Z2-7]{26})")


@pytest.fixture
def forum(app: Any) -> Forum:
    """The test forum: 100 places in person, no limit remotely, two sections, two talks."""
    with writing():
        made = factories.forum()
        section = factories.section(made)
        factories.section(made, "young", "Молодые семьи", stream_url="https://example.org/stream/2", position=1)
        factories.slot(section)
    return made


@pytest.fixture
def noon_of_the_day(app: Any) -> None:
    """The forum has begun: the door is open."""
    kernel_db.set_clock(lambda: datetime(2027, 4, 22, 4, tzinfo=UTC))


@pytest.fixture
def volunteer(forum: Forum, sign_in: Callable[..., PageClient]) -> PageClient:
    """Somebody at the test forum's door."""
    with writing():
        person = factories.door_volunteer(forum)
    return sign_in(person)


def fill(forum: Forum, **changes: Any) -> dict[str, Any]:
    """A filled registration form."""
    values = {
        "name": ANNA,
        "email": "anna@example.org",
        "format": "in_person",
        "territory": factories.TAYSHET,
        "organisation": "Центр помощи семье",
        "position": "психолог",
        "consent_personal_data": "y",
    }
    return values | changes


def enrol(forum: Forum, name: str = ANNA, email: str = "anna@example.org", **columns: Any) -> Registration:
    """Register somebody by the operation, in a transaction of its own."""
    format = columns.pop("format", Format.in_person)
    answers = {key: columns.pop(key) for key in QUESTIONS if key in columns}
    details = Details(name, email, columns.pop("territory_id", None), answers=answers)
    outcome = operations.sign_up(forum.id, operations.Application(details, format, **columns))
    return queries.registration_by_id(outcome.id)


def set_capacity(forum: Forum, places: int | None, format: Format = Format.in_person) -> None:
    """Change the counter's capacity as a test sees fit, promoting nobody."""
    with writing():
        quota = queries.quota(forum.id, format)
        assert quota is not None
        quota.capacity = places
        db.session.flush()


def text_of(response: Any) -> str:
    """The page with its non-breaking spaces made plain."""
    return str(response.get_data(as_text=True)).replace("\N{NO-BREAK SPACE}", " ")

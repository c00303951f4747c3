from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forum.models import Format, Forum
from hall.operations import set_joining
from kernel import db as kernel_db
from kernel.transaction import writing
from tests import factories
from tests.registrations.conftest import enrol

TEN = datetime(2027, 4, 22, 2, tzinfo=UTC)
"""10:00 of the day in Irkutsk: the first item of both sections begins."""


def at(moment: datetime) -> None:
    kernel_db.set_clock(lambda: moment)


def minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


@pytest.fixture
def forum(app: Any) -> Forum:
    """Two sections at once from 10:00 to 11:30 with a break, the second without a broadcast and with a word."""
    with writing():
        made = factories.forum()
        help_ = factories.section(made)
        young = factories.section(made, "young", "Молодые семьи", stream_url="", position=1)
        ten = datetime(2027, 4, 22, 10)
        for section in (help_, young):
            factories.slot(section, "Первый доклад", ten, ends=ten + timedelta(minutes=40))
            factories.slot(section, "Второй доклад", ten + timedelta(minutes=50), ends=ten + timedelta(minutes=90))
        set_joining(young, phone="+7 395 200-00-01", audio_url="", word="Рябина", by=None)
        set_joining(help_, phone="", audio_url="https://example.org/audio", word="", by=None)
    return made


@pytest.fixture
def anna(forum: Forum) -> Any:
    return enrol(forum, format=Format.remote)

"""What happened is told in the region's zone, which is a setting; no module names a zone of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from accounts.settings import change
from kernel.db import db, set_clock
from kernel.i18n import day, moment, moment_short
from kernel.transaction import writing
from kernel.zones import ZONES, home_zone_name, today
from tests import factories

EVENING = datetime(2026, 11, 30, 18, 5, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
FEATURES = ("kernel", "activity", "territories", "accounts", "forum", "practices", "speakers", "programme")
FEATURES += ("registrations", "adoption", "home")


@pytest.fixture
def moscow(app):
    with writing():
        change({"timezone": "Europe/Moscow"})


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_day_is_the_one_that_the_history_names(app):
    assert plain(day(EVENING)) == "1 декабря 2026 года"
    assert day(EVENING, "digits") == "01.12.2026"
    assert plain(moment(EVENING)) == "1 декабря 2026 года, 02:05"
    assert day(date(2026, 11, 30), "digits") == "30.11.2026"
    assert day(datetime(2026, 11, 30, 23, 0), "digits") == "30.11.2026"  # wall time of a forum


def test_another_region_tells_its_own_time(moscow):
    assert day(EVENING, "digits") == "30.11.2026"
    assert moment_short(EVENING) == "30.11.2026 21:05"
    assert moment_short(EVENING, "Asia/Irkutsk") == "01.12.2026 02:05"
    set_clock(lambda: datetime(2026, 11, 30, 21, 5, tzinfo=UTC))
    assert today() == date(2026, 12, 1)


def test_the_administrator_chooses_it_and_a_new_forum_has_it(app, sign_in):
    with writing():
        person = factories.administrator()
    client = sign_in(person)
    sent = {"name": "Тираж", "backup_days": "30", "timezone": "Asia/Tokyo"}
    assert client.submit("/manage/settings", sent).status_code == 422
    assert client.submit("/manage/settings", sent | {"timezone": "Europe/Samara"}).status_code == 302
    db.session.rollback()
    assert home_zone_name() == "Europe/Samara"
    assert '<option selected value="Europe/Samara">' in client.get("/manage/settings").get_data(as_text=True)


def test_a_list_says_the_day_that_the_card_says(app, sign_in):
    with writing():
        person = factories.administrator()
        set_clock(lambda: EVENING)
        factories.practice("Поздняя")
    client = sign_in(person)
    assert "01.12.2026" in client.get("/manage/practices").get_data(as_text=True)


def test_no_module_names_a_zone_of_its_own():
    named = [
        str(path.relative_to(ROOT))
        for feature in FEATURES
        for path in (ROOT / feature).rglob("*.py")
        if any(f'"{zone}"' in path.read_text(encoding="utf-8") for zone in ZONES)
    ]
    assert named == ["kernel/zones.py"]

"""Whatever a kept page shows, a change of it is seen at once."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from accounts import settings
from adoption.models import Stage
from adoption.operations import move
from forum.operations import edit_forum, edit_section, edit_series
from kernel import pages
from kernel.documents.sheets import XLSX
from kernel.transaction import writing
from practices.operations import add_practice, archive_practice, change_practice, publish_practice
from programme.operations import cancel_slot, touch_speakers
from speakers.operations import withdraw_consent
from tests import factories
from tests.adoption.conftest import reached
from tests.site.kept_world import KeptWorld, kept_rules, kept_world

Change = Callable[[KeptWorld], None]


@pytest.fixture
def everything_kept(app) -> KeptWorld:
    return kept_world()


def adopt(everything_kept: KeptWorld) -> None:
    """From thinking to preparing."""
    steps = zip(reached(Stage.assessment, Stage.preparation), (date(2027, 2, 1), date(2027, 2, 2)), strict=True)
    everything_kept.adoption.steps[0].reached_on = date(2027, 1, 1)
    move(everything_kept.adoption, [step._replace(on=on) for step, on in steps], by=None, letters=False)


def call_site(_world: KeptWorld) -> None:
    settings.change({"name": "Иначе названный"})


def call_practice(everything_kept: KeptWorld) -> None:
    change_practice(everything_kept.practice, {"name": "Иначе названная", "effect": "Иначе."}, by=None)


def publish_another(everything_kept: KeptWorld) -> None:
    values = {"name": "Другая практика", "effect": "Иначе.", "territory_id": everything_kept.practice.territory_id}
    publish_practice(add_practice(values, by=None), by=None)


def close_practice(everything_kept: KeptWorld) -> None:
    archive_practice(everything_kept.practice, "Больше не ведётся", by=None)


def call_forum(everything_kept: KeptWorld) -> None:
    edit_forum(everything_kept.forum, {"name": "Иначе названный форум"}, by=None)


def call_series(everything_kept: KeptWorld) -> None:
    edit_series(everything_kept.forum.series, {"name": "Иначе названный ряд"}, by=None)


def call_section(everything_kept: KeptWorld) -> None:
    names = {"name": "Иначе названная секция", "short_name": "Иначе"}
    edit_section(everything_kept.forum, everything_kept.section, names, by=None)


def cancel(everything_kept: KeptWorld) -> None:
    cancel_slot(everything_kept.slot, True, by=None)


def hide_speaker(everything_kept: KeptWorld) -> None:
    withdraw_consent(everything_kept.speaker, by=None)
    touch_speakers([everything_kept.speaker])


def call_territory(_world: KeptWorld) -> None:
    place = factories.territory(factories.TAYSHET)
    place.name, place.short_name = "Иначе названный округ", "Иной"
    pages.bump("site", "territories")  # as an import does


SHOWN: dict[str, tuple[Change, ...]] = {
    "territories.index": (call_site,),
    "territories.territory": (call_site, call_territory, adopt, call_practice, close_practice, cancel),
    "forum.index": (call_site, call_forum),
    "forum.forum": (call_site, call_forum, call_section),
    "home.front": (call_site, call_forum, adopt),
    "home.sitemap": (publish_another, close_practice),
    "programme.programme": (call_site, call_forum, call_section, cancel, hide_speaker),
    "programme.programme_json": (call_forum, call_section, call_practice, close_practice, cancel, hide_speaker),
    "programme.programme_ics": (call_forum, call_section, cancel, hide_speaker),
    "programme.section": (call_site, call_forum, call_section, cancel, hide_speaker),
    "programme.talk": (call_site, call_forum, call_section, call_practice, close_practice, cancel, hide_speaker),
    "programme.speaker": (call_site, call_forum, call_practice, close_practice, cancel, hide_speaker),
    "accounts.privacy": (call_site,),
    "practices.catalogue": (call_site, call_practice, publish_another, close_practice, adopt),
    "practices.catalogue_json": (call_practice, publish_another, close_practice),
    "practices.practice": (call_site, call_practice, close_practice, call_forum, cancel, adopt, call_territory),
    "practices.editions": (call_site, call_practice),
    "practices.edition_changes": (call_site, call_practice),
    "adoption.overview": (call_site, call_practice, close_practice, adopt, call_territory),
    "adoption.overview_json": (call_practice, close_practice, adopt, call_territory),
    "adoption.part_json": (call_practice, close_practice, adopt),
    "adoption.part_xlsx": (call_practice, close_practice, adopt, call_territory),
    "adoption.overview_xlsx": (call_practice, close_practice, adopt, call_territory),
    "adoption.overview_csv": (call_practice, close_practice, adopt, call_territory),
}
"""What shows on each kept page."""
CHANGES = sorted({change for shown in SHOWN.values() for change in shown}, key=lambda change: change.__name__)


def test_every_kept_page_is_known_with_what_shows_on_it(app):
    assert {rule.endpoint for rule in kept_rules(app)} == set(SHOWN)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_is_seen_at_once_on_every_kept_page_that_shows_it(app, client, everything_kept, change):
    client.checking = False
    rules = [rule for rule in kept_rules(app) if change in SHOWN[rule.endpoint]]
    paths = [everything_kept.address(rule) for rule in rules]

    def look() -> dict[str, object]:
        return {path: seen(client.get(path)) for path in paths}

    before = look()
    assert look() == before
    with writing():
        change(everything_kept)
    after = look()
    assert [path for path in paths if after[path] == before[path]] == []


def seen(answer: Any) -> object:
    """A workbook by its texts: each making of it is another file."""
    if answer.mimetype != XLSX:
        return answer.status_code, answer.get_data(as_text=True)
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from accounts.models import Organisation, User
from adoption import demo, operations
from adoption.models import Stage, StageStep
from adoption.operations import Request
from adoption.rules import Reached
from forum.models import Forum
from kernel.db import db
from kernel.transaction import writing
from practices import importer, organisations
from practices.models import Practice
from programme.models import Slot
from tests import factories
from tests.client import PageClient

DEMO = Path(__file__).parents[2] / "demo"
ASKED = Request("Ответственная Ольга Тестовна", "olga@example.org", "Помочь семьям")
DAYS = {
    Stage.assessment: date(2026, 7, 1),
    Stage.preparation: date(2026, 8, 1),
    Stage.staffing: date(2026, 9, 1),
    Stage.safeguards: date(2026, 10, 1),
    Stage.launched: date(2026, 11, 1),
    Stage.operating: date(2026, 12, 1),
    Stage.sustained: date(2027, 2, 1),
}


def reached(*stages):
    return [Reached(stage, DAYS[stage], f"приказ № {stage.number}") for stage in stages]


def up_to(stage):
    return reached(*[known for known in DAYS if known.number <= stage.number])


def adoption(practice, organisation, stage=Stage.interest, by=None, confirmed=True, **more):
    """An adoption asked for on 1 June 2026 and moved up to `stage`, its launch confirmed, without letters.

    What is to be permanent began a year before that; unconfirmed it stands as the releases before allowed it to.
    """
    before = timedelta(days=365) if stage is Stage.sustained else timedelta()
    made, new = operations.start_adoption(
        practice, organisation, ASKED, by=by, on=date(2026, 6, 1) - before, letters=False, **more
    )
    assert new
    begun = [step._replace(on=step.on - before) for step in up_to(stage) if step.stage is not Stage.sustained]
    if begun:
        operations.move(made, begun, by=by, letters=False)
    if confirmed:
        operations.confirm(made, by=None)
    if stage is Stage.sustained and confirmed:
        operations.move(made, reached(stage), by=by, letters=False)
    elif stage is Stage.sustained:
        call_permanent(made)
    return made


def seen(client, page):
    """The launch that a page shows, as its buttons tell it."""
    return {"launch": re.search(r'name="launch" value="(\d+)"', client.get(page).get_data(as_text=True))[1]}


def call_permanent(made, on=DAYS[Stage.sustained]):
    """As releases before the rule of its time let it happen."""
    made.steps.append(StageStep(stage=Stage.sustained, reached_on=on, evidence="приказ № 8"))
    made.stage = Stage.sustained
    db.session.flush()


@dataclass(frozen=True)
class People:
    coordinator: User
    neighbour: User
    """The coordinator of Kuytun."""
    curator: User
    organiser: User
    outsider: User


@dataclass(frozen=True)
class Tayshet:
    """A practice shown at a past forum, an organisation in Tayshet, and people around it, each signed in."""

    practice: Practice
    organisation: Organisation
    forum: Forum
    slot: Slot
    people: People
    coordinator: PageClient
    neighbour: PageClient
    curator: PageClient
    organiser: PageClient
    outsider: PageClient


@pytest.fixture
def tayshet(app, sign_in) -> Tayshet:
    with writing():
        series = factories.series()
        forum = factories.forum(
            "prosemyu-2026", series, name="«ПроСемью-2026»", date_start=date(2026, 5, 28), date_end=date(2026, 5, 28)
        )
        practice = factories.practice(slug="konsultant", first_unit="обслужена первая семья")
        slot = factories.slot(factories.section(forum), starts=datetime(2026, 5, 28, 10), practice_id=practice.id)
        organisation = factories.organisation("Центр помощи семье Тайшетского округа")
        people = People(
            coordinator=factories.coordinator(),
            neighbour=factories.coordinator(factories.KUYTUN),
            curator=factories.curator(),
            organiser=factories.organiser(series),
            outsider=factories.user(),
        )
    clients = {name: sign_in(person) for name, person in vars(people).items()}
    return Tayshet(practice, organisation, forum, slot, people, **clients)


def rows():
    """The adoptions of the demo world as they stand in their file."""
    with (DEMO / "adoptions.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def load_demo():
    """The practices, organisations and adoptions of the demo world; its region's curator."""
    for module, name in ((organisations, "organisations.csv"), (importer, "practices.csv")):
        with writing():
            module.carry_out(module.plan(name, (DEMO / name).read_bytes()), by=None)
    with writing():
        assert demo.load_adoptions(rows()) == 71
        return factories.curator()


@pytest.fixture
def loaded(kept):
    """The demo world's adoptions; gives a curator."""
    return kept(load_demo)

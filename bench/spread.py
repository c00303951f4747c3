"""Generated adoptions: `python -m bench --spread` compares pages of adoption with 50,000 of them."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.db import Columns
    from practices.models import State

ADOPTIONS = 50_000
ORGANISATIONS = 5_000
ADOPTIONS_AT_ONCE = 5_000
FIRST, LAST = date(2024, 1, 15), date(2026, 11, 20)


def add_adoptions(total: int = ADOPTIONS, seed: int = 11) -> None:
    """Fill the copy with adoptions of published practices, past the operations: tens of thousands at once.

    Organisations of the region's municipalities take practices; each adoption has its dated stages, a tenth is
    interrupted, half of those at work report a number. The projection `practice_spread` is made anew from all of them.
    """
    from sqlalchemy import func, insert, select

    from adoption.models import Adoption, StageStep
    from kernel.db import db
    from kernel.pages import bump
    from kernel.transaction import writing
    from practices.models import Admission, Practice

    source = random.Random(seed)
    with writing():
        organisations = _organisations()
        practices = list(db.session.scalars(select(Practice.id).where(Practice.admission == Admission.published)))
        taken = set(db.session.execute(select(Adoption.practice_id, Adoption.organisation_id)))
        numbers = count((db.session.scalar(select(func.max(Adoption.id))) or 0) + 1)
        left = total - len(taken)
        while left > 0:
            rows, steps = [], []
            for _one in range(min(left, ADOPTIONS_AT_ONCE)):
                row, days = _adoption(source, next(numbers), _pair(source, practices, organisations, taken))
                rows.append(row)
                steps += days
            db.session.execute(insert(Adoption.__table__), rows)
            db.session.execute(insert(StageStep.__table__), steps)
            left -= len(rows)
        _project()
        bump("catalogue", "spread", "site")
    db.session.remove()


def _organisations() -> list[tuple[int, int]]:
    """(id, territory id) of those that may take a practice, the invented ones among them."""
    from sqlalchemy import insert, select

    from accounts.models import Organisation
    from accounts.settings import site
    from kernel.db import db
    from kernel.text import sort_key
    from territories.queries import current, municipalities

    region = current(site().region)
    places = [territory.id for territory in municipalities(region.id)] if region else []
    names = [f"Измеримая школа № {number}" for number in range(ORGANISATIONS)]
    rows = [
        {"code": f"bench-{number}", "name": name, "name_key": sort_key(name), "territory_id": place}
        for number, name in enumerate(names)
        for place in (places[number % len(places)],)
    ]
    db.session.execute(insert(Organisation), rows)
    return list(db.session.execute(select(Organisation.id, Organisation.territory_id)))


Pair = tuple[int, tuple[int, int]]


def _pair(
    source: random.Random, practices: list[int], organisations: list[tuple[int, int]], taken: set[tuple[int, int]]
) -> Pair:
    """A practice and an organisation that has not taken it; some practices are taken far more often than others."""
    while True:
        practice = practices[int(len(practices) * source.random() ** 2)]
        who = source.choice(organisations)
        if (practice, who[0]) not in taken:
            taken.add((practice, who[0]))
            return practice, who


def _adoption(source: random.Random, number: int, pair: Pair) -> tuple[Columns, list[Columns]]:
    from datetime import UTC

    from adoption.models import Exit, ExitReason, Stage

    practice, (organisation, territory) = pair
    stages = list(Stage)[: source.randint(1, len(Stage))]
    day = FIRST + timedelta(days=source.randrange((LAST - FIRST).days))
    began = datetime.combine(day, time(4), UTC)
    steps: list[Columns] = []
    for stage in stages:
        if day > LAST:
            break
        at = datetime.combine(day, time(4), UTC)
        steps.append({"adoption_id": number, "stage": stage, "reached_on": day, "recorded_at": at, "evidence": "акт"})
        day += timedelta(days=source.randint(5, 60))
    stages = stages[: len(steps)]
    left = source.random() < 0.1
    row = {
        "id": number,
        "code": f"B{number:05}",
        "practice_id": practice,
        "edition": 1,
        "organisation_id": organisation,
        "territory_id": territory,
        "contact_name": "Измерова Анна Тестовна",
        "contact_email": f"bench.{number % 500}@example.org",
        "stage": stages[-1],
        "units": source.randint(0, 60) if len(stages) >= 6 and number % 2 else None,
        "created_at": began,
        "exit": Exit.paused if left else None,
        "exit_reason": ExitReason.staff if left else None,
        "exit_date": min(day, LAST) if left else None,
    }
    return row, steps


def _project() -> None:
    """`practice_spread` from what goes on."""
    from sqlalchemy import delete, insert, select

    from adoption.models import Adoption
    from kernel.db import db
    from practices.models import PracticeSpread

    found: dict[tuple[int, int], list[State]] = {}
    going = select(Adoption.practice_id, Adoption.territory_id, Adoption.stage).where(Adoption.exit.is_(None))
    for practice, territory, stage in db.session.execute(going):
        found.setdefault((practice, territory), []).append(stage.state)
    db.session.execute(delete(PracticeSpread))
    rows = [
        {
            "practice_id": practice,
            "territory_id": territory,
            "state": max(states, key=lambda state: state.rank).value,
            "organisations": len(states),
        }
        for (practice, territory), states in found.items()
    ]
    db.session.execute(insert(PracticeSpread), rows)

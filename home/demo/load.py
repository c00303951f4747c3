"""Loads the whole demo world, step by step."""

from __future__ import annotations

import time

from accounts.operations import load_consent_texts
from accounts.settings import change
from adoption.demo import load_adoptions
from adoption.quarter.demo import load_rounds
from adoption.wishes.demo import load_wishes
from forum.queries import forum_by_slug
from home.demo import Say, rows
from home.demo.forums import load_forum
from home.demo.participants import load_participants
from home.demo.people import load_people
from home.demo.practices import load_moderated, load_practices
from kernel.db import measure_tables
from kernel.i18n import speaking
from kernel.transaction import writing
from territories.operations import load_shipped

SETTINGS = {
    "operator": "Демонстрационный оператор",
    "operator_address": "Иркутск, ул. Примерная, 1",
    "contact_email": "forum@example.org",
    "contact_phone": "+7 (000) 000-00-00",
}


def is_loaded() -> bool:
    return forum_by_slug("prosemyu-2026") is not None


def load(say: Say) -> None:
    """Load everything; `say` is told each step with its seconds."""
    steps = {
        "territories and settings": _base,
        "organisations and practices": load_practices,
        "forums and programmes": _forums,
        "accounts": load_people,
        "practices on their way": load_moderated,
        "participants and attendance": load_participants,
        "adoption by municipalities": _adoptions,
    }
    with speaking("ru"):
        for number, (name, step) in enumerate(steps.items(), start=1):
            started = time.monotonic()
            step()
            say(f"  {number}/{len(steps)} {name}: {time.monotonic() - started:.1f} s")
    with writing():
        measure_tables()


def _base() -> None:
    with writing():
        load_shipped()
        load_consent_texts()
        change(SETTINGS)


def _adoptions() -> None:
    with writing():
        load_adoptions(rows("adoptions.csv"))
    with writing():
        load_rounds(rows("rounds.csv"), rows("answers.csv"), rows("adoptions.csv"))
        load_wishes(rows("wishes.csv"))


def _forums() -> None:
    for name in ("prosemyu-2026", "prosemyu-2027", "repetitsiya"):
        load_forum(name)

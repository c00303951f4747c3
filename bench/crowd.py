"""Generated rows for a large world: the same ones each time, shaped like the demo's."""

from __future__ import annotations

import random
from typing import Any

PRACTICES_AT_ONCE = 500
ADJECTIVES = ("северный", "южный", "лесной", "речной", "школьный", "сельский", "летний", "зимний", "новый", "общий")


def add_practices(total: int, seed: int) -> None:
    """Publish generated practices until there are `total`. Nobody has taken them: see `bench.spread`."""
    from sqlalchemy import func, select

    from kernel.db import db
    from kernel.pages import bump
    from kernel.transaction import writing
    from practices.models import Admission, Practice

    source = random.Random(seed)
    published = select(func.count()).where(Practice.admission == Admission.published)
    for first in range(db.session.scalar(published) or 0, total, PRACTICES_AT_ONCE):
        with writing():
            patterns = list(
                db.session.scalars(select(Practice).where(Practice.demo, Practice.published_at.is_not(None)))
            )
            for number in range(first, min(first + PRACTICES_AT_ONCE, total)):
                _add(patterns, number, source)
            bump("catalogue", "spread", "site")
        db.session.remove()


def _add(patterns: list[Any], number: int, source: random.Random) -> None:
    """One practice: the texts of several, their sentences mixed."""
    from kernel import search
    from kernel.db import db, utcnow
    from practices.models import Admission, Practice, PracticeGroup
    from practices.search_words import document

    one, other, third = (source.choice(patterns) for _ in range(3))
    made = Practice(
        slug=f"bench-{number}",
        admission=Admission.published,
        published_at=utcnow(),
        name=f"{one.name.split('«')[0].strip()}: {source.choice(ADJECTIVES)} вариант {number}",
        effect=other.effect,
        what_is_done=_mixed(source, one.what_is_done, other.what_is_done),
        who_does_it=third.who_does_it,
        what_is_needed=one.what_is_needed,
        problem=other.problem,
        goal=third.goal,
        situations=source.sample(one.situations, min(2, len(one.situations))) + third.situations[:1],
        ages=one.ages,
        sphere=third.sphere,
        evidence=other.evidence,
        organisation_id=other.organisation_id,
        territory_id=third.territory_id,
        staff=one.staff,
        cost_year=other.cost_year,
    )
    made.groups = [
        PracticeGroup(target_group=group) for group in {*one.target_groups, source.choice(other.target_groups)}
    ]
    db.session.add(made)
    db.session.flush()
    db.session.refresh(made)
    search.index("practice", document(made))


def _mixed(source: random.Random, *texts: str) -> str:
    sentences = [sentence for text in texts for sentence in text.split(". ") if sentence]
    return ". ".join(source.sample(sentences, min(3, len(sentences))))

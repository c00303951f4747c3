"""Practices in territories as active adoptions tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import func, select

from adoption import rules
from adoption.counts import GOING, is_for
from adoption.models import Adoption, Stage, State
from kernel.db import db
from practices.models import TargetGroup


def spread_of(practice_id: int, territory_id: int) -> tuple[str, int]:
    """By its active adoptions in the territory: the furthest state of a practice, "" for none; organisations."""
    here = Adoption.practice_id == practice_id, Adoption.territory_id == territory_id, Adoption.exit.is_(None)
    rows = db.session.execute(select(Adoption.stage, Adoption.confirmed).where(*here)).all()
    state = rules.furthest(rules.public_state(stage, confirmed) for stage, confirmed in rows)
    return state.value if state else "", len(rows)


class Cell(NamedTuple):
    """A practice in a territory: the furthest state and how many organisations stand in each."""

    practice_id: int
    territory_id: int
    state: State
    by_state: dict[State, int]
    reported: int = 0
    """Organisations that say it works there, not confirmed yet: they are counted among those who prepare."""
    demo: bool = False
    """Whether any of it is made up for the demonstration."""

    @property
    def all(self) -> int:
        """Organisations that take part."""
        return sum(self.by_state.values())

    @property
    def there(self) -> int:
        """Organisations in the furthest state itself."""
        return self.by_state[self.state]

    @property
    def behind(self) -> int:
        """Organisations that have not come as far."""
        return self.all - self.there

    @property
    def working(self) -> int:
        """Organisations where it works or is established."""
        return self.by_state.get(State.works, 0) + self.by_state.get(State.firm, 0)


def cells(
    *, practices: Iterable[int] | None = None, audience: TargetGroup | None = None, territory_id: int | None = None
) -> list[Cell]:
    """What active adoptions say of practices in the catalogue, by practice and territory. One query.

    Of the practices with these ids, of those for one group of families, in one territory; of all by default.
    """
    statement = _CELLS
    if practices is not None:
        statement = statement.where(_adoption.practice_id.in_(list(practices)))
    if audience is not None:
        statement = statement.where(is_for(_adoption.practice_id, audience))
    if territory_id is not None:
        statement = statement.where(_adoption.territory_id == territory_id)
    grouped: dict[tuple[int, int], tuple[dict[State, int], list[int], list[int]]] = {}
    for practice, territory, stage, confirmed, number, made_up in db.session.connection().execute(statement):
        states, reported, demo = grouped.setdefault((practice, territory), ({}, [], []))
        state = _STATES[stage, confirmed]
        states[state] = states.get(state, 0) + number
        demo.append(made_up)
        if rules.is_reported(stage, confirmed):
            reported.append(number)
    return [
        Cell(practice, territory, max(states, key=_RANKS.__getitem__), states, sum(reported), any(demo))
        for (practice, territory), (states, reported, demo) in sorted(grouped.items(), key=itemgetter(0))
    ]


# Tables and not models, composed once: composing a statement for every page costs more than running it.
_adoption = Adoption.__table__.c
_STATES = {(stage, sure): rules.public_state(stage, sure) for stage in Stage for sure in (False, True)}


_RANKS = {state: state.rank for state in State}


_KIND = (_adoption.practice_id, _adoption.territory_id, _adoption.stage, _adoption.confirmed)
_CELLS = select(*_KIND, func.count(), func.count().filter(_adoption.demo)).where(*GOING).group_by(*_KIND)

"""What rows of a workbook are checked against, by the keys of names."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select

from kernel.db import db
from practices.models import Admission, Practice
from programme.models import Appearance
from speakers.models import Speaker
from speakers.queries import decided_statement
from territories.models import Territory


def practices_by_key() -> dict[str, list[Practice]]:
    """Practices a talk may be about, by the key of their name; several may bear one."""
    found: dict[str, list[Practice]] = {}
    for practice in db.session.scalars(
        select(Practice).where(Practice.admission != Admission.archived).order_by(Practice.id)
    ):
        found.setdefault(practice.name_key, []).append(practice)
    return found


def speakers_by_key(series_id: int) -> dict[str, Speaker]:
    return {
        speaker.identity_key: speaker
        for speaker in db.session.scalars(select(Speaker).where(Speaker.series_id == series_id))
    }


class Place(NamedTuple):
    """Where somebody spoke from: a territory and the one above it."""

    territory_id: int
    parent_id: int | None

    def meets(self, other: Place) -> bool:
        """Whether they may be one place: the same, or one lies in the other."""
        theirs = other.territory_id, other.parent_id
        return self.territory_id in theirs or other.territory_id == self.parent_id


def places_by_key(series_id: int) -> dict[str, set[Place]]:
    """Where each speaker of the series has spoken from, by their key; nobody is left out."""
    statement = (
        select(Speaker.id, Speaker.identity_key, Territory.id, Territory.parent_id)
        .outerjoin(Appearance, Appearance.speaker_id == Speaker.id)
        .outerjoin(Territory, Territory.id == Appearance.territory_id)
        .where(Speaker.series_id == series_id)
        .order_by(Speaker.id)
        .distinct()
    )
    found: dict[str, set[Place]] = {}
    for _id, key, territory_id, parent_id in db.session.execute(statement):
        places = found.setdefault(key, set())
        if territory_id is not None:
            places.add(Place(territory_id, parent_id))
    return found


def decided_keys(series_id: int) -> set[str]:
    """The keys of those who have said whether their name may be published."""
    statement = select(Speaker.identity_key).where(Speaker.series_id == series_id, Speaker.id.in_(decided_statement()))
    return set(db.session.scalars(statement))

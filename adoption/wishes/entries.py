"""How requests are called and opened in the log."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select

from accounts.scopes import reach
from activity.reading import Subject
from adoption.wishes.models import Wish
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission
from practices.models import Practice
from territories.models import Territory


def wishes(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    territories = reach(user.scopes(Permission.START_ADOPTIONS))
    rows = db.session.execute(
        select(Wish.id, Wish.code, Wish.territory_id, Practice.name, Territory.name.label("place"))
        .join(Practice, Practice.id == Wish.practice_id)
        .join(Territory, Territory.id == Wish.territory_id)
        .where(Wish.id.in_(ids))
    )
    return {
        row.id: Subject(
            f"{row.name}, {row.place}",
            url_for("adoption.wish_answer", code=row.code)
            if territories is None or row.territory_id in territories
            else "",
        )
        for row in rows
    }

"""How practices are called and opened in the log."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select

from accounts.scopes import reach
from activity.reading import Subject
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission
from practices.models import Practice


def practices(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    territories = reach(user.scopes(Permission.EDIT_PRACTICES))
    rows = db.session.execute(
        select(Practice.id, Practice.name, Practice.slug, Practice.territory_id).where(Practice.id.in_(ids))
    )
    return {
        row.id: Subject(
            row.name,
            url_for("practices.edit", slug=row.slug) if territories is None or row.territory_id in territories else "",
        )
        for row in rows
    }

"""How adoptions are called and opened in the log."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select

from accounts.models import Organisation
from accounts.scopes import reach
from activity.reading import Subject
from adoption.models import Adoption
from adoption.quarter.labels import quarter_title
from adoption.quarter.models import Round
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission
from practices.models import Practice
from territories.models import Territory


def adoptions(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    territories = reach(user.scopes(Permission.VIEW_ADOPTIONS))
    rows = db.session.execute(
        select(Adoption.id, Adoption.code, Adoption.territory_id, Practice.name, Organisation.name.label("adopter"))
        .join(Practice, Practice.id == Adoption.practice_id)
        .join(Organisation, Organisation.id == Adoption.organisation_id)
        .where(Adoption.id.in_(ids))
    )
    return {
        row.id: Subject(
            f"{row.name}, {row.adopter}",
            url_for("adoption.adoption", code=row.code)
            if territories is None or row.territory_id in territories
            else "",
        )
        for row in rows
    }


def rounds(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    territories = reach(user.scopes(Permission.LEAD_ROUNDS))
    rows = db.session.execute(
        select(Round.id, Round.code, Round.year, Round.quarter, Round.region_id, Territory.name.label("region"))
        .join(Territory, Territory.id == Round.region_id)
        .where(Round.id.in_(ids))
    )
    return {
        row.id: Subject(
            f"{quarter_title(row.year, row.quarter)}, {row.region}",
            url_for("adoption.round_", round_code=row.code)
            if territories is None or row.region_id in territories
            else "",
        )
        for row in rows
    }

"""Adoptions that somebody has to look at: what an earlier release wrote without asking."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from accounts.models import Organisation
from adoption.cabinet.queries import called_permanent_too_soon
from adoption.models import Adoption
from adoption.queries import whole
from kernel.db import db

_CUT = re.compile(r".{60}-\d{8,11}")
"""A code made of the first 60 characters of a name. Such codes are not given any more (see `ensure_organisation`)."""


def shared() -> list[tuple[Organisation, list[Adoption]]]:
    """Organisations under a cut code that took several practices, with the adoptions, the first one first.

    Another organisation whose name begins with the same 60 characters was booked on them without a word.
    """
    several = (
        select(Adoption.organisation_id)
        .join(Organisation, Organisation.id == Adoption.organisation_id)
        .where(Organisation.code.like("_" * 60 + "-%"))
        .group_by(Adoption.organisation_id)
        .having(func.count() > 1)
    )
    found: dict[int, list[Adoption]] = {}
    for adoption in db.session.scalars(whole().where(Adoption.organisation_id.in_(several)).order_by(Adoption.id)):
        if _CUT.fullmatch(adoption.organisation.code):
            found.setdefault(adoption.organisation_id, []).append(adoption)
    return [(booked[0].organisation, booked) for booked in found.values()]


def hasty() -> list[Adoption]:
    """Called permanent without a confirmed launch or before the time the rule asks: they keep their stage."""
    return list(db.session.scalars(whole().where(*called_permanent_too_soon()).order_by(Adoption.id)))

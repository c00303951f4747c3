"""How items of the programme and speakers are called and opened from the log."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func, or_, select

from activity.reading import Subject
from forum.entries import slugs
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission
from programme.models import Appearance, Slot
from speakers.models import Speaker


def slots(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    mine = slugs(user, Permission.EDIT_PROGRAMME)
    rows = db.session.execute(select(Slot.id, Slot.title, Slot.code, Slot.forum_id).where(Slot.id.in_(ids)))
    return {
        row.id: Subject(
            row.title,
            url_for("programme_desk.slot", slug=mine[row.forum_id], code=row.code) if row.forum_id in mine else "",
        )
        for row in rows
    }


def speakers(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    """Names only for those who see the list of speakers of one of their forums, and the newest such list."""
    mine, scopes = slugs(user, Permission.EDIT_PROGRAMME), user.scopes(Permission.EDIT_PROGRAMME)
    here = select(Appearance.speaker_id, Slot.forum_id).join(Slot).where(Slot.forum_id.in_(mine)).subquery()
    statement = select(Speaker.id, Speaker.name, func.max(here.c.forum_id).label("forum_id"))
    statement = statement.outerjoin(here, here.c.speaker_id == Speaker.id).where(Speaker.id.in_(ids))
    if not scopes.everywhere:
        statement = statement.where(or_(here.c.forum_id.is_not(None), Speaker.series_id.in_(scopes.of("series"))))
    rows = db.session.execute(statement.group_by(Speaker.id, Speaker.name))
    return {
        row.id: Subject(
            row.name,
            url_for("programme_desk.speakers", slug=mine[row.forum_id], q=row.name) if row.forum_id else "",
        )
        for row in rows
    }

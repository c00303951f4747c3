"""How items of the programme are opened from the log."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select

from activity.reading import Subject, subject_source
from forum.entries import slugs
from kernel.access import Actor
from kernel.db import db
from programme.models import Slot


@subject_source("slot")
def slots(user: Actor, ids: set[int]) -> dict[int, Subject]:
    mine = slugs(user, "forum:programme:edit")
    rows = db.session.execute(select(Slot.id, Slot.title, Slot.code, Slot.forum_id).where(Slot.id.in_(ids)))
    return {
        row.id: Subject(
            row.title,
            url_for("programme_desk.slot", slug=mine[row.forum_id], code=row.code) if row.forum_id in mine else "",
        )
        for row in rows
    }

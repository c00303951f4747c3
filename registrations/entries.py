"""How registrations are called and opened in the log: names only for those who may see the list."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from activity.reading import Subject
from forum.entries import slugs
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission
from registrations.models import Registration


def registrations(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    mine = slugs(user, Permission.VIEW_REGISTRATIONS)
    columns = (Registration.id, Registration.uuid, Registration.name, Registration.forum_id)
    rows = db.session.execute(select(*columns).where(Registration.id.in_(ids), Registration.forum_id.in_(mine)))
    return {
        row.id: (
            Subject(row.name, url_for("registrations.participant", slug=mine[row.forum_id], uuid=row.uuid))
            if row.name
            else Subject(_("participant whose data are deleted"))
        )
        for row in rows
    }

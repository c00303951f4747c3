"""How this feature's subjects are called and opened in the log."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select

from accounts.models import Organisation, User
from accounts.scopes import reach
from activity.reading import Subject
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission


def places(user: SignedIn) -> set[str]:
    """The territories that the user's series and forums lie in, with all below them."""
    return {f"territory:{territory_id}" for territory_id in reach(user.scopes(Permission.VIEW_LOG)) or ()}


def people(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    """Names only for those who may open the accounts."""
    if not user.scopes(Permission.EDIT_USERS).everywhere:
        return {}
    rows = db.session.execute(select(User.id, User.uuid, User.name).where(User.id.in_(ids)))
    return {row.id: Subject(row.name, url_for("accounts.person", uuid=row.uuid)) for row in rows}


def organisations(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    rows = db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {row.id: Subject(row.name) for row in rows}

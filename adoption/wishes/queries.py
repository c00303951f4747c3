from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from accounts.scopes import reach
from accounts.settings import site
from adoption import queries
from adoption.wishes.models import Wish, WishState
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission
from practices.models import Practice
from territories.models import Territory


def wish_for(user: SignedIn, code: str) -> Wish:
    """The request, when `user` may begin in its municipality. Raises NotFound."""
    found = db.session.scalar(_whole().where(Wish.code == code))
    territories = reach(user.scopes(Permission.START_ADOPTIONS))
    if found is None or (territories is not None and found.territory_id not in territories):
        raise NotFound()
    return found


def wish_by_id(wish_id: int) -> Wish | None:
    """For letters."""
    return db.session.scalar(_whole().where(Wish.id == wish_id))


def same_wish(practice: Practice, territory: Territory, email: str) -> Wish | None:
    """A request of this address that still waits."""
    return db.session.scalar(
        select(Wish).where(
            Wish.practice_id == practice.id,
            Wish.territory_id == territory.id,
            Wish.email == email,
            Wish.state == WishState.waiting,
        )
    )


def left_from(email: str) -> Sequence[Wish]:
    """Every request of an address, settled or not."""
    return db.session.scalars(select(Wish).where(Wish.email == email)).all()


def left_before(moment: datetime) -> Sequence[int]:
    """Ids of the requests that are older."""
    return db.session.scalars(select(Wish.id).where(Wish.created_at < moment)).all()


def waiting_in(territory_ids: Iterable[int]) -> list[Wish]:
    """Requests that wait in the territories, the oldest first."""
    return _listed(_whole().where(Wish.territory_id.in_(list(territory_ids))))


def waiting_without_coordinator(user: SignedIn) -> list[Wish]:
    """Those that wait where `user` may begin and nobody coordinates."""
    territories = reach(user.scopes(Permission.START_ADOPTIONS))
    statement = _whole() if territories is None else _whole().where(Wish.territory_id.in_(territories))
    found = _listed(statement)
    coordinated = queries.coordinators_in({wish.territory_id for wish in found}) if found else {}
    return [wish for wish in found if not coordinated.get(wish.territory_id)]


def addressees(territory: Territory) -> list[tuple[str, str]]:
    """(address, language) of whoever is to settle a request there: coordinators, or curators, or the operator."""
    people = queries.coordinators_of(territory) or queries.curators_of(territory)
    if people:
        return [(person.email, person.language) for person in people]
    return [(site().contact_email, "ru")] if site().contact_email else []


def _whole() -> Select[Wish]:
    return select(Wish).options(joinedload(Wish.practice), joinedload(Wish.territory))


def _listed(statement: Select[Wish]) -> list[Wish]:
    return list(db.session.scalars(statement.where(Wish.state == WishState.waiting).order_by(Wish.created_at, Wish.id)))

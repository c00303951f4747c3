from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update

from accounts.models import Consent, ConsentText
from accounts.operations import give_consent
from activity.operations import record
from activity.outbox import send
from adoption.models import Adoption
from adoption.wishes import queries
from adoption.wishes.models import Wish, WishState
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.text import sort_key
from kernel.transaction import write
from practices.models import Practice
from practices.operations import hold as hold_practice
from registrations.models import Registration
from territories.models import Territory

WISHES_KEPT = timedelta(days=180)


class SettledAlready(ValueError):
    """Somebody has begun or declined meanwhile."""


def leave(
    practice: Practice,
    territory: Territory,
    *,
    name: str,
    email: str,
    organisation: str,
    message: str,
    consents: Sequence[ConsentText],
    address: str,
) -> Wish:
    """Leave a request, once for an address while it waits; whoever is to settle it gets a letter."""
    hold_practice(practice)
    if known := queries.same_wish(practice, territory, email):
        return known
    wish = Wish(practice_id=practice.id, territory_id=territory.id, name=name, email=email)
    wish.organisation, wish.message = organisation, message
    db.session.add(wish)
    db.session.flush()
    for wording in consents:
        give_consent(wording.id, "wish", wish.id, address=address)
    record(None, "wish.left", wish, practice=practice.slug)
    for to, language in queries.addressees(territory):
        send("wish_left", to, language=language, wish_id=wish.id)
    return wish


def begin(wish: Wish, adoption: Adoption, *, by: Actor | None) -> None:
    """What was asked for has begun; whoever asked gets a letter."""
    _hold(wish)
    wish.state, wish.adoption_id = WishState.begun, adoption.id
    record(by, "wish.begun", wish, practice=wish.practice.slug)
    send("wish_settled", wish.email, wish_id=wish.id)


def decline(wish: Wish, answer: str, *, by: Actor | None) -> None:
    """Say no, and why; whoever asked gets a letter. Raises SettledAlready."""
    _hold(wish)
    wish.state, wish.answer = WishState.declined, answer
    record(by, "wish.declined", wish, practice=wish.practice.slug)
    send("wish_settled", wish.email, wish_id=wish.id)


def _hold(wish: Wish) -> None:
    db.session.scalar(select(Wish.id).where(Wish.id == wish.id).with_for_update())
    db.session.refresh(wish)
    if wish.state is not WishState.waiting:
        raise SettledAlready()


def forget_of(registration: Registration) -> None:
    """Of somebody erased no request is kept; colleagues in the same mailbox keep theirs."""
    key = sort_key(registration.name)
    _forget([one.id for one in queries.left_from(registration.email) if sort_key(one.name) == key])


def forget_old() -> None:
    """Delete requests left half a year ago."""
    write(lambda: _forget(queries.left_before(utcnow() - WISHES_KEPT)))


def _forget(ids: Sequence[int]) -> None:
    """Delete requests. That there was a consent stays, without an address."""
    given = (Consent.subject_type == Wish.__tablename__, Consent.subject_id.in_(ids))
    db.session.execute(update(Consent).where(*given).values(address=""))
    db.session.execute(update(Consent).where(*given, Consent.withdrawn_at.is_(None)).values(withdrawn_at=utcnow()))
    db.session.execute(delete(Wish).where(Wish.id.in_(ids)))

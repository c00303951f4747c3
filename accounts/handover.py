"""«Передать дела»: the roles of one person, and what else hangs on them, go to another at once.

What hangs on a person beside the roles, features above tell and pass on.
"""

from __future__ import annotations

from collections.abc import Collection

from accounts import operations
from accounts.models import User
from activity.operations import record
from activity.outbox import send
from kernel.access import Actor
from kernel.db import db
from kernel.feature import Signal

belongings: Signal[[User], list[str]] = Signal()
"""What hangs on the person beside the roles, in words."""
pass_on: Signal[[User, User, Actor | None], None] = Signal()
"""What hangs on the first person goes to the second; by whom."""


def belongings_of(user: User) -> list[str]:
    """What hangs on the person beside the roles, in words."""
    return [name for names in belongings(user) for name in names]


class HandedOver(ValueError):
    """Some of what was to be handed over is no longer the giver's."""


class NothingLeft(HandedOver):
    """Nothing that was to be handed over is the giver's, and nobody is to be told again."""


def hand_over(
    giver: User, taker: User, assignment_ids: Collection[int], *, whole: bool, close: bool, by: Actor | None
) -> None:
    """Give the roles to `taker`; with `whole` also what else hangs on the giver; with `close` end their account.

    Raises HandedOver or NothingLeft, and LastAdministrator when nobody who can sign in would administer the site.
    """
    operations.hold(giver, taker, and_administrators=True)
    given = [one for one in giver.assignments if one.id in assignment_ids]
    if len(given) < len(assignment_ids):
        raise HandedOver()
    if not given and not (whole and belongings_of(giver)) and not (close and giver.is_active):
        raise NothingLeft()
    with operations.administration_kept(any(operations.administers(one) for one in given)):
        names = [(one.role.value, one.scope_name) for one in given]
        for role, kind, scope_id, name in [(one.role, one.scope_kind, one.scope_id, one.scope_name) for one in given]:
            operations.assign(taker, role, kind, scope_id, by=by, scope_name=name)
            operations.take_away(giver, role, kind, scope_id, by=by)
        if whole:
            pass_on(giver, taker, by)
        if close:
            operations.suspend(giver, by=by)
    db.session.flush()
    record(by, "user.handed_over", giver, to=taker.id, role=[role for role, _scope in names])
    for person, other in ((giver, taker), (taker, giver)):
        send(
            "account_handover",
            person.email,
            language=person.language,
            user_id=person.id,
            other_id=other.id,
            gives=person is giver,
            roles=names,
        )

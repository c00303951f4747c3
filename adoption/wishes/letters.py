"""Letters about requests of those who may not begin."""

from __future__ import annotations

from flask_babel import gettext as _

from activity.outbox import Content
from adoption.wishes.models import WishState
from adoption.wishes.queries import wish_by_id
from kernel.links import public_url
from kernel.text import inner


def left(wish_id: int) -> Content | None:
    """To whoever begins there; the answer goes straight to whoever asks. Nothing once it is settled."""
    wish = wish_by_id(wish_id)
    if wish is None or wish.state is not WishState.waiting:
        return None
    subject = _(
        "A request for «%(practice)s»: %(territory)s", practice=inner(wish.practice.name), territory=wish.territory.name
    )
    context = {"wish": wish, "link": public_url(f"/cabinet/requests/{wish.code}")}
    return Content(str(subject), "adoption/letters/wish_left", context, reply_to=wish.email)


def settled(wish_id: int) -> Content | None:
    """To whoever asked: it has begun, or why not."""
    wish = wish_by_id(wish_id)
    if wish is None or wish.state is WishState.waiting:
        return None
    if wish.state is WishState.begun:
        subject = _("Your request has been taken up: «%(practice)s»", practice=inner(wish.practice.name))
    else:
        subject = _("Your request was declined: «%(practice)s»", practice=inner(wish.practice.name))
    context = {
        "wish": wish,
        "begun": wish.state is WishState.begun,
        "practice_link": public_url(f"/practices/{wish.practice.slug}"),
    }
    return Content(str(subject), "adoption/letters/wish_settled", context)

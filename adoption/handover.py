"""What goes along when somebody's work is handed over: adoptions whose author writes to this person."""

from __future__ import annotations

from accounts.models import User
from adoption import operations, queries
from adoption.models import Adoption
from kernel.access import Actor
from kernel.text import DASH


def _name(adoption: Adoption) -> str:
    return f"«{adoption.practice.name}»{DASH}{adoption.organisation.title}, {adoption.territory.short_name}"


def find(user: User) -> list[str]:
    """Adoptions that name the person as the contact, by name."""
    return sorted(_name(adoption) for adoption in queries.with_contact(user.email))


def pass_on(giver: User, taker: User, by: Actor | None) -> None:
    """Name the other as the contact."""
    for adoption in queries.with_contact(giver.email):
        operations.hold(adoption)
        operations.change(
            adoption, {"contact_name": taker.name, "contact_email": taker.email, "contact_phone": ""}, by=by
        )

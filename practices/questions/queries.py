from __future__ import annotations

from practices.models import Practice
from practices.moderation.queries import author_of


def author_address(practice: Practice) -> str:
    """Where questions go: the contact of the card, else the author with the personal link; "" when nobody is known."""
    if practice.contact_email:
        return practice.contact_email
    author = author_of(practice)
    return author.email if author and author.is_open else ""

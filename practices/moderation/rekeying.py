"""Authors' personal links under another key."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kernel.db import db
from kernel.rekeying import Secret, Stored
from practices.moderation.models import PracticeAuthor
from practices.moderation.operations import send_link


def tell(ids: Sequence[int]) -> int:
    """The link anew to every author whose link opens."""
    found = db.session.scalars(
        select(PracticeAuthor).where(PracticeAuthor.id.in_(ids), PracticeAuthor.revoked_at.is_(None))
    ).all()
    for author in found:
        send_link(author)
    return len(found)


AUTHORS = Stored(PracticeAuthor, (Secret("author", "generation", "link_hash"),), tell)

"""Authors' personal links under another key."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.rekeying import Secret, Stored
from practices.moderation import queries
from practices.moderation.models import PracticeAuthor
from practices.moderation.operations import send_link


def tell(ids: Sequence[int]) -> int:
    """The link anew to every author whose link opens."""
    found = queries.authors_with_link(ids)
    for author in found:
        send_link(author)
    return len(found)


AUTHORS = Stored(PracticeAuthor, (Secret("author", "generation", "link_hash"),), tell)

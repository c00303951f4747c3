"""Authors' personal links under another key."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.rekeying import Stored
from practices.moderation import queries
from practices.moderation.models import AUTHOR_LINK, PracticeAuthor
from practices.moderation.operations import send_link


def tell(ids: Sequence[int]) -> int:
    """The link anew to every author whose link opens."""
    found = queries.authors_with_link(ids)
    for author in found:
        send_link(author)
    return len(found)


AUTHORS = Stored(PracticeAuthor, (AUTHOR_LINK,), tell)

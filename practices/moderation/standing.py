"""Where a passport stands, gathered for its editors' page."""

from __future__ import annotations

from typing import NamedTuple

from kernel.zones import today
from practices.models import Admission, Practice
from practices.moderation import queries
from practices.moderation.models import Answer, PracticeAuthor, PracticeComment, PracticeConfirmation
from practices.moderation.rules import lacking_in_catalogue, needs_confirmation


class Standing(NamedTuple):
    """What the editors' page says of a practice, and which deeds are open."""

    author: PracticeAuthor | None
    missing: list[str]
    comments: list[PracticeComment]
    from_author: list[PracticeComment]
    asked: PracticeConfirmation | None
    unconfirmed: bool
    has_changes: bool
    review_due: bool

    @property
    def open_comments(self) -> list[PracticeComment]:
        """Everybody's, in the order they were made."""
        return sorted(self.comments + self.from_author, key=lambda one: one.id)

    @property
    def publishable(self) -> bool:
        """Whether there is something to publish and nothing of the card is missing."""
        return self.has_changes and not self.missing

    @property
    def waits_for_author(self) -> bool:
        return self.asked is not None and self.asked.answer is Answer.waiting

    @property
    def confirmed(self) -> bool:
        return self.asked is not None and self.asked.answer is Answer.confirmed and not self.unconfirmed


def standing(practice: Practice) -> Standing:
    author = queries.author_of(practice)
    due = practice.review_due is not None and practice.review_due <= today()
    return Standing(
        author=author,
        missing=lacking_in_catalogue(queries.editable(practice)),
        comments=queries.open_comments(practice),
        from_author=queries.open_comments(practice, from_author=True),
        asked=queries.last_confirmation(practice),
        unconfirmed=needs_confirmation(author, queries.working_content(practice)),
        has_changes=bool(practice.working) or not practice.is_public,
        review_due=due and practice.admission is Admission.published,
    )

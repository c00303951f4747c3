from __future__ import annotations

from sqlalchemy import select

from kernel.db import db, utcnow
from practices.models import Practice
from practices.moderation.queries import SAME, author_of
from practices.questions.models import PracticeQuestion


def author_address(practice: Practice) -> str:
    """Where questions go: the contact of the card, else the author with the personal link; "" when nobody is known."""
    if practice.contact_email:
        return practice.contact_email
    author = author_of(practice)
    return author.email if author and author.is_open else ""


def same_question(practice: Practice, email: str, text: str) -> PracticeQuestion | None:
    """What the same person asked in the same words within the last day."""
    return db.session.scalar(
        select(PracticeQuestion)
        .where(
            PracticeQuestion.practice_id == practice.id,
            PracticeQuestion.email == email,
            PracticeQuestion.text == text,
            PracticeQuestion.created_at > utcnow() - SAME,
        )
        .order_by(PracticeQuestion.id)
        .limit(1)
    )

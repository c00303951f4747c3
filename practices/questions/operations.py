from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete

from accounts.models import ConsentText
from accounts.operations import give_consent
from activity.operations import record
from activity.outbox import send
from kernel.db import db, utcnow
from kernel.text import clean, email_key
from kernel.transaction import writing
from practices.models import Practice
from practices.operations import hold
from practices.questions.models import PracticeQuestion
from practices.questions.queries import author_address, same_question

QUESTIONS_KEPT = timedelta(days=180)


def ask(
    practice: Practice,
    name: str,
    email: str,
    text: str,
    *,
    organisation: str,
    consents: Sequence[ConsentText],
    address: str,
) -> PracticeQuestion:
    """Send a question to the author, once a day in the same words; the answer goes straight to whoever asks."""
    hold(practice)
    if known := same_question(practice, email_key(email), text):
        return known
    question = PracticeQuestion(
        practice_id=practice.id, name=clean(name), email=email_key(email), organisation=clean(organisation), text=text
    )
    db.session.add(question)
    db.session.flush()
    for wording in consents:
        give_consent(wording.id, "practice_question", question.id, address=address)
    record(None, "practice.asked", practice)
    send("practice_question", author_address(practice), question_id=question.id)
    return question


def forget_old() -> None:
    """Delete questions asked half a year ago."""
    with writing():
        db.session.execute(delete(PracticeQuestion).where(PracticeQuestion.created_at < utcnow() - QUESTIONS_KEPT))

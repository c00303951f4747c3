"""The question as a letter to the author."""

from __future__ import annotations

from flask_babel import gettext as _

from activity.outbox import Content
from kernel.db import db
from kernel.links import public_url
from kernel.text import inner
from practices.questions.models import PracticeQuestion


def question(question_id: int) -> Content | None:
    asked = db.session.get(PracticeQuestion, question_id)
    if asked is None:
        return None
    context = {"asked": asked, "practice": asked.practice, "page": public_url(f"/practices/{asked.practice.slug}")}
    subject = _("A question about your practice «%(name)s»", name=inner(asked.practice.name))
    return Content(subject, "practices/letters/question", context, reply_to=asked.email)

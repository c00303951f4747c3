"""Letters to the author of a practice; each carries the personal link."""

from __future__ import annotations

from flask_babel import gettext as _

from accounts.settings import site
from activity.outbox import Content
from kernel.db import db
from kernel.links import public_url
from kernel.text import inner
from practices.labels import comment_label
from practices.models import Admission
from practices.moderation import queries
from practices.moderation.models import AUTHOR_LINK, PracticeAuthor

QUOTED = 400
"""Letters of one comment that its letter quotes."""


def _open_author(author_id: int) -> PracticeAuthor | None:
    author = db.session.get(PracticeAuthor, author_id)
    return author if author and author.is_open else None


def _content(author: PracticeAuthor, subject: str, template: str, **more: object) -> Content:
    context = {"author": author, "practice": author.practice, "link": public_url(AUTHOR_LINK.path(author)), **more}
    reply_to = site().contact_email or None
    return Content(subject, f"practices/letters/{template}", context, reply_to=reply_to)


def invitation(author_id: int) -> Content | None:
    author = _open_author(author_id)
    if author is None:
        return None
    return _content(
        author, _("Your practice «%(name)s»: the personal link", name=inner(author.practice.name)), "author"
    )


def returned(author_id: int) -> Content | None:
    author = _open_author(author_id)
    if author is None or author.practice.admission is not Admission.returned:
        return None
    comments = queries.open_comments(author.practice)
    quoted = [(comment_label(one.field), shortened(one.text)) for one in comments]
    return _content(author, _("Please mend: «%(name)s»", name=inner(author.practice.name)), "returned", comments=quoted)


def shortened(text: str) -> str:
    """A comment as a letter quotes it: the author's page has the whole of it."""
    return text if len(text) <= QUOTED else text[:QUOTED].rsplit(" ", 1)[0].rstrip(" ,;:.–") + "…"


def accepted(author_id: int) -> Content | None:
    author = _open_author(author_id)
    if author is None or author.practice.admission is not Admission.accepted:
        return None
    return _content(author, _("The card is accepted: «%(name)s»", name=inner(author.practice.name)), "accepted")


def confirmation(author_id: int) -> Content | None:
    author = _open_author(author_id)
    asked = queries.waiting_confirmation(author.practice) if author else None
    if author is None or asked is None:
        return None
    subject = _("Please confirm the passport of «%(name)s»", name=inner(author.practice.name))
    link = public_url(AUTHOR_LINK.path(author) + "/confirmation")
    return _content(author, subject, "confirmation", confirmation_link=link)


def published(author_id: int, unseen: bool = False) -> Content | None:
    author = _open_author(author_id)
    if author is None or not author.practice.is_public:
        return None
    page = public_url(f"/practices/{author.practice.slug}")
    subject = _("«%(name)s» is in the catalogue", name=inner(author.practice.name))
    return _content(author, subject, "published", page=page, unseen=unseen)

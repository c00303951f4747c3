"""The quarterly letter and its reminders: what is asked, one personal link, the Excel form attached."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.queries import user_by_id
from accounts.settings import site
from activity.outbox import Attachment, Content
from adoption.quarter import exports, labels, operations, queries
from adoption.quarter.models import QUARTER_LINK
from kernel.documents.sheets import XLSX
from kernel.i18n import day
from kernel.links import public_url
from kernel.transaction import write


def question(ask_id: int, user_id: int | None = None) -> Content | None:
    """To a municipality's coordinator: how are your practices after the quarter?"""
    return _content(ask_id, user_id, reminder=False)


def reminder(ask_id: int, user_id: int | None = None) -> Content | None:
    """The same to whoever has not answered; nothing once they have."""
    return _content(ask_id, user_id, reminder=True)


def _content(ask_id: int, user_id: int | None, *, reminder: bool) -> Content | None:
    ask = queries.ask_by_id(ask_id)
    if ask is None or not ask.round.is_open:
        return None
    questions = queries.questions_of([ask])
    waiting = [question for question in questions if queries.is_waiting(question)]
    if not waiting:
        return None
    quarter, due = labels.round_title(ask.round), day(ask.round.due, "short")
    partly = reminder and any(one.current is not None for one in questions)
    if partly:
        subject = ngettext(
            "%(num)s answer is left: %(quarter)s",
            "%(num)s answers are left: %(quarter)s",
            len(waiting),
            quarter=quarter,
        )
    elif reminder:
        subject = _("We are waiting for your answer: %(quarter)s", quarter=quarter)
    else:
        subject = _("%(quarter)s: how are your practices? Please answer by %(due)s", quarter=quarter, due=due)
    context = {
        "ask": ask,
        "name": user_by_id(user_id).name if user_id else "",
        "waiting": waiting,
        "quarter": quarter,
        "partly": partly,
        "link": public_url(QUARTER_LINK.path(ask)),
        "demo": ask.round.demo,
    }
    form = Attachment(
        exports.file_name(questions), XLSX, exports.form([one for one in questions if one.adoption.exit is None])
    )
    return Content(subject, "adoption/letters/quarter", context, (form,), site().contact_email or None)


def remind_of_quarter() -> None:
    """Queue the reminders whose day has come; those written to already are left in peace."""
    if queries.open_rounds():
        write(operations.remind_due)

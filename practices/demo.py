"""Loads demo/moderation.toml through the operations people use: practices on every step of their way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from kernel.access import ByLink
from kernel.db import Columns
from practices import passport
from practices.grading import operations as grading
from practices.grading.models import QUESTIONS
from practices.models import Evidence, Practice, TargetGroup
from practices.moderation import operations, queries
from practices.moderation.models import PracticeAuthor
from practices.operations import add_practice
from practices.queries import practice_by_key
from territories.queries import current

TEXTS_OF_A_CARD = ("effect", "what_is_done", "who_does_it", "what_is_needed")
_BY_LINK = ByLink("Автор по личной ссылке")


def load_moderation(rows: Iterable[Columns], *, methodist: User) -> None:
    """Bring practices to the state each row names; call inside `writing()`."""
    for row in rows:
        known = practice_by_key(row.get("known") or row["slug"])
        if known is not None and queries.author_of(known) is not None:
            continue
        practice = known or _begin(row, methodist)
        name, email = row["author"]
        _lead(operations.add_author(practice, name, email, by=methodist), row, methodist)


def _begin(row: Columns, methodist: User) -> Practice:
    territory = current(row["territory"])
    assert territory is not None
    values: dict[str, object] = {name: row.get(name, "") for name in TEXTS_OF_A_CARD}
    values |= {
        "name": row["name"],
        "territory_id": territory.id,
        "groups": [TargetGroup(code) for code in row["groups"]],
        "contact_email": row["author"][1],
        "contact_name": row["author"][0],
        "found_through": "письмо",
        "demo": True,
    }
    return add_practice(values, by=methodist, slug=row["slug"])


def _lead(author: PracticeAuthor, row: Columns, methodist: User) -> None:
    """From the draft to the row's state, step by step."""
    practice, state = author.practice, row.get("state", "draft")
    if practice.once_public:
        author.sent = queries.working_content(practice)
    elif state != "draft":
        operations.submit(author, by=_BY_LINK)
    if "comments" in row:
        operations.send_back(practice, row["comments"], by=methodist)
    if state == "resubmitted":
        operations.work_on(practice, row["mended"], by=_BY_LINK)
        operations.submit(author, by=_BY_LINK)
    elif state == "accepted":
        operations.accept(practice, by=methodist)
    if "completed" in row:
        operations.work_on(practice, passport.thaw(row["completed"]), by=methodist)
        asked = operations.ask_confirmation(practice, by=methodist)
        if state == "confirmed":
            operations.confirm(author, asked.id, by=_BY_LINK)
        elif state == "remark":
            operations.remark(author, asked.id, row["remark"], by=_BY_LINK)


def load_grades(rows: Iterable[Columns], *, expert: Any) -> None:
    """Give the grades once; call inside `writing()`."""
    for row in rows:
        practice = practice_by_key(row["practice"])
        if practice is None or practice.graded_at is not None:
            continue
        scores = dict(zip(QUESTIONS, row["scores"], strict=True))
        grading.grade(practice, Evidence(row["evidence"]), row["grounds"], scores, by=expert)

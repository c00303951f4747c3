from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, undefer
from werkzeug.exceptions import NotFound

from accounts.models import Organisation
from accounts.scopes import reach
from activity.queries import history
from kernel.access import SignedIn
from kernel.db import db, utcnow
from kernel.permissions import Permission
from kernel.text import email_key, sort_key
from kernel.zones import today
from practices import passport
from practices.models import Admission, Practice, PracticeEdition, Values
from practices.moderation.models import AUTHOR_LINK, Answer, PracticeAuthor, PracticeComment, PracticeConfirmation
from territories.models import Territory

WAITING_SHOWN = 10
"""Rows of each list on the first screen; the rest is behind a link."""
SAME = timedelta(days=1)
"""What is sent again in the same words within this time is the same."""
OWN_WORDS = 5
"""So many of the author's own messages stay on their page."""


class Working:
    """A practice as its next edition will say it: the working copy over the text everybody reads."""

    def __init__(self, practice: Practice, values: dict[str, object]) -> None:
        self.practice, self.values = practice, values

    def __getattr__(self, name: str) -> object:
        return self.values[name] if name in self.values else getattr(self.practice, name)


def working(practice: Practice) -> Practice:
    """The practice with its working copy laid over it; the practice itself when there is none."""
    if not practice.working:
        return practice
    values = passport.thaw(practice.working)
    if "groups" in values:
        values["target_groups"] = values.pop("groups")
    if "territory_id" in values:
        values["territory"] = db.session.get(Territory, values["territory_id"]) or practice.territory
    values["documents"] = practice.next_documents
    if "organisation_id" in values:
        found = values["organisation_id"]
        values["organisation"] = db.session.get(Organisation, found) if found else None
    return cast(Practice, Working(practice, values))


def working_content(practice: Practice) -> dict[str, object]:
    """The passport as the next edition would keep it (`passport.content`)."""
    now = passport.content(practice)
    return now | {name: value for name, value in (practice.working or {}).items() if name in now}


def editable(practice: Practice) -> dict[str, object]:
    """Everything an editor may change, as it will be after the next publication."""
    return passport.editable(practice) | (practice.working or {})


def author_by_link(text: str) -> PracticeAuthor:
    """Whose personal link this is. Raises NotFound, also when the link was revoked."""
    found = AUTHOR_LINK.find(text, _author_by)
    if found is None:
        raise NotFound()
    return found


def _author_by(key: str) -> PracticeAuthor | None:
    return db.session.scalar(
        select(PracticeAuthor)
        .where(PracticeAuthor.link_hash == key, PracticeAuthor.revoked_at.is_(None))
        .options(joinedload(PracticeAuthor.practice).undefer(Practice.working))
    )


def author_of(practice: Practice) -> PracticeAuthor | None:
    return db.session.scalar(select(PracticeAuthor).where(PracticeAuthor.practice_id == practice.id))


def same_proposal(name: str, territory_id: int, email: str) -> PracticeAuthor | None:
    """Who was given a link within the last day to begin a practice of that name there by that address."""
    return db.session.scalar(
        select(PracticeAuthor)
        .join(PracticeAuthor.practice)
        .where(
            PracticeAuthor.email == email_key(email),
            PracticeAuthor.revoked_at.is_(None),
            PracticeAuthor.created_at > utcnow() - SAME,
            Practice.name_key == sort_key(name),
            Practice.territory_id == territory_id,
        )
        .order_by(PracticeAuthor.id)
        .limit(1)
    )


def new_drafts(name: str, territory_id: int) -> list[Practice]:
    """Drafts of that name begun there within the last day, the first one first."""
    statement = select(Practice).where(
        Practice.name_key == sort_key(name),
        Practice.territory_id == territory_id,
        Practice.admission == Admission.draft,
        Practice.created_at > utcnow() - SAME,
    )
    return list(db.session.scalars(statement.order_by(Practice.id)))


def same_message(practice: Practice, text: str) -> PracticeComment | None:
    """The same word of the author, sent within the last day, that nobody has dealt with."""
    said = open_comments(practice, from_author=True)
    return next((one for one in said if one.text == text and one.created_at > utcnow() - SAME), None)


def open_comments(practice: Practice, *, from_author: bool = False) -> list[PracticeComment]:
    """Comments not yet settled, in the order they were made."""
    statement = select(PracticeComment).where(
        PracticeComment.practice_id == practice.id,
        PracticeComment.from_author.is_(from_author),
        PracticeComment.resolved_at.is_(None),
    )
    return list(db.session.scalars(statement.order_by(PracticeComment.id)))


def all_open_comments(practice: Practice) -> list[PracticeComment]:
    """The editors' comments and the author's words that nobody has settled, in the order they were made."""
    return sorted(open_comments(practice) + open_comments(practice, from_author=True), key=lambda one: one.id)


def words_of_author(practice: Practice) -> list[PracticeComment]:
    """What the author has written to the editors, settled too, the newest first."""
    statement = select(PracticeComment).where(
        PracticeComment.practice_id == practice.id, PracticeComment.from_author.is_(True)
    )
    return list(db.session.scalars(statement.order_by(PracticeComment.id.desc()).limit(OWN_WORDS)))


def sent_on(practice: Practice) -> datetime | None:
    """When the author last sent the card."""
    for entry in history("practice", practice.id, limit=200):
        if entry.action == "practice.admission" and entry.details.get("admission") == Admission.submitted.value:
            return entry.at
    return None


def comment_of(practice: Practice, comment_id: int) -> PracticeComment:
    """A comment on a practice already authorised. Raises NotFound."""
    found = db.session.get(PracticeComment, comment_id)
    if found is None or found.practice_id != practice.id:
        raise NotFound()
    return found


def last_confirmation(practice: Practice) -> PracticeConfirmation | None:
    """The newest asking that was not taken back."""
    return db.session.scalar(
        select(PracticeConfirmation)
        .where(PracticeConfirmation.practice_id == practice.id, PracticeConfirmation.answer != Answer.withdrawn)
        .order_by(PracticeConfirmation.id.desc())
        .limit(1)
    )


def waiting_confirmation(practice: Practice) -> PracticeConfirmation | None:
    """What the author is being asked now, if anything."""
    last = last_confirmation(practice)
    return last if last and last.answer is Answer.waiting else None


def editions(practice: Practice) -> list[PracticeEdition]:
    """Published editions, the newest first."""
    statement = select(PracticeEdition).where(PracticeEdition.practice_id == practice.id)
    return list(db.session.scalars(statement.order_by(PracticeEdition.number.desc())))


def edition(practice: Practice, number: int) -> PracticeEdition:
    """One edition of a practice already public or authorised. Raises NotFound."""
    found = db.session.scalar(
        select(PracticeEdition).where(PracticeEdition.practice_id == practice.id, PracticeEdition.number == number)
    )
    if found is None:
        raise NotFound()
    return found


def names_in(*contents: Values) -> dict[tuple[str, int], str]:
    """Names of the organisations and territories that passports as JSON mention by id."""
    found: dict[tuple[str, int], str] = {}
    kinds = (("organisation_id", Organisation), ("territory_id", Territory))
    for field, model in kinds:
        ids = {content[field] for content in contents if content.get(field)}
        if ids:
            rows = db.session.execute(select(model.id, model.name).where(model.id.in_(ids)))
            found |= {(field, row.id): row.name for row in rows}
    return found


class Pile(NamedTuple):
    """Practices that wait for one kind of deed: the first of them, and how many there are."""

    total: int
    practices: list[Practice]


def _pile(
    user: SignedIn, permission: Permission, order: InstrumentedAttribute[str | date | None], *where: ColumnElement[bool]
) -> Pile:
    statement: Select[Practice] = select(Practice).where(*where)
    territories = reach(user.scopes(permission))
    if territories is not None:
        statement = statement.where(Practice.territory_id.in_(territories))
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    if not total:
        return Pile(0, [])
    statement = statement.options(joinedload(Practice.territory), joinedload(Practice.organisation))
    return Pile(total, list(db.session.scalars(statement.order_by(order, Practice.id).limit(WAITING_SHOWN))))


def lacks_facts() -> ColumnElement[bool]:
    """Published practices whose page cannot answer what an adopter asks first."""
    return and_(
        Practice.admission == Admission.published,
        or_(
            and_(Practice.cost_once.is_(None), Practice.cost_year.is_(None)),
            Practice.staff.is_(None),
            and_(Practice.launch_months_min.is_(None), Practice.launch_months_max.is_(None)),
            Practice.first_unit == "",
        ),
    )


def _has_answer() -> ColumnElement[bool]:
    """The author has said something that nobody has dealt with."""
    said = select(PracticeComment.practice_id).where(
        PracticeComment.from_author.is_(True), PracticeComment.resolved_at.is_(None)
    )
    return Practice.id.in_(said)


def _is_confirmed() -> ColumnElement[bool]:
    """The author has confirmed a text that is not published yet; publishing takes the answer back."""
    confirmed = select(PracticeConfirmation.practice_id).where(PracticeConfirmation.answer == Answer.confirmed)
    return and_(Practice.id.in_(confirmed), Practice.admission != Admission.archived)


def _is_asked() -> ColumnElement[bool]:
    """The author is asked, or has answered that the passport is right."""
    asked = select(PracticeConfirmation.practice_id).where(
        PracticeConfirmation.answer.in_((Answer.waiting, Answer.confirmed))
    )
    return Practice.id.in_(asked)


def _conditions(today: date) -> dict[str, ColumnElement[bool]]:
    """What waits for an editor of passports, by kind; a word of the author comes before what it speaks against."""
    published = Practice.admission == Admission.published
    return {
        "submitted": Practice.admission == Admission.submitted,
        "accepted": and_(Practice.admission == Admission.accepted, not_(_is_asked()), not_(_has_answer())),
        "answers": _has_answer(),
        "confirmed": and_(_is_confirmed(), not_(_has_answer())),
        "review": and_(published, Practice.review_due <= today),
        "incomplete": lacks_facts(),
    }


KINDS_OF_WAITING = ("submitted", "accepted", "answers", "confirmed", "review", "incomplete")
_ORDERS = {"review": Practice.review_due, "incomplete": Practice.name_key}


def only_waiting(statement: Select[Practice], kind: str) -> Select[Practice]:
    """The practices of `statement` that wait for `kind` of deed (one of KINDS_OF_WAITING)."""
    return statement.where(_conditions(today())[kind])


def waiting_for(user: SignedIn, today: date) -> dict[str, Pile]:
    """What waits, by kind, what has waited longest first. At most twelve queries, however much waits."""
    return {
        kind: _pile(user, Permission.EDIT_PRACTICES, _ORDERS.get(kind, Practice.updated_at), condition)
        for kind, condition in _conditions(today).items()
    }


def counts_for(user: SignedIn) -> dict[str, int]:
    """How much waits, by kind, without what has no hurry."""
    found = waiting_for(user, today())
    return {kind: pile.total for kind, pile in found.items() if pile.total and kind != "incomplete"}


def with_working(user: SignedIn, slug: str, permission: Permission) -> Practice:
    """A practice with its working copy, when `user` holds `permission` where it belongs. Raises NotFound."""
    statement = select(Practice).where(Practice.slug == slug).options(undefer(Practice.working))
    territories = reach(user.scopes(permission))
    if territories is not None:
        statement = statement.where(Practice.territory_id.in_(territories))
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def authors_with_link(ids: Iterable[int]) -> Sequence[PracticeAuthor]:
    """Of these authors those whose link opens."""
    wanted = (PracticeAuthor.id.in_(list(ids)), PracticeAuthor.revoked_at.is_(None))
    return db.session.scalars(select(PracticeAuthor).where(*wanted)).all()

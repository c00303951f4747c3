"""The way of a passport: written, sent, returned, confirmed, published.

Each verb locks the practice (`hold`) and looks at where it stands now, so that of two people who decide at
once the second is told `IllegalMove` and nothing happens twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import uuid4

from accounts.models import ConsentText
from accounts.operations import give_consent
from activity.operations import record
from activity.outbox import send
from activity.queries import history
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.text import clean, email_key
from kernel.zones import today
from practices import operations, passport
from practices.models import Admission, Practice, Values
from practices.moderation import queries
from practices.moderation.models import AUTHOR_LINK, Answer, PracticeAuthor, PracticeComment, PracticeConfirmation
from practices.moderation.rules import (
    AUTHORS_TURN,
    IllegalMove,
    Incomplete,
    OpenComments,
    Unconfirmed,
    check_move,
    differing,
    digest,
    lacking_in_catalogue,
    missing,
    needs_confirmation,
)
from practices.operations import hold

SITTING = timedelta(minutes=30)
"""Autosaves of one person within this time are one line of the log."""
REVIEW_YEARS = 2


def begin(values: Values, *, by: Actor | None) -> Practice:
    """Add a draft; one begun within the last day that says the same is not added again."""
    operations.hold_place(values["territory_id"])
    frozen = passport.freeze(values)
    for draft in queries.new_drafts(values["name"], values["territory_id"]):
        now = passport.editable(draft)
        if all(now[name] == value for name, value in frozen.items()):
            return draft
    return operations.add_practice(values, by=by)


def propose(
    practice_name: str,
    territory_id: int,
    name: str,
    email: str,
    *,
    by: Actor | None,
    language: str = "ru",
    consents: Sequence[ConsentText] = (),
    address: str = "",
) -> PracticeAuthor:
    """Begin a draft and send its author the personal link; what was proposed within the last day is not begun again."""
    operations.hold_place(territory_id)
    if known := queries.same_proposal(clean(practice_name), territory_id, email):
        return known
    values = {"name": clean(practice_name), "territory_id": territory_id, "contact_email": email_key(email)}
    practice = operations.add_practice(values | {"contact_name": clean(name)}, by=by)
    author = add_author(practice, name, email, by=by, language=language)
    for wording in consents:
        give_consent(wording.id, "practice_author", author.id, address=address)
    return author


def add_author(practice: Practice, name: str, email: str, *, by: Actor | None, language: str = "ru") -> PracticeAuthor:
    """Give the practice an author with a personal link; the former author's link stops working."""
    hold(practice)
    author = queries.author_of(practice)
    if author is None:
        author = PracticeAuthor(practice=practice, uuid=str(uuid4()), generation=0)
        db.session.add(author)
    if author.email != email_key(email):
        author.sent = None  # another person has confirmed nothing yet
    author.name, author.email, author.language = clean(name), email_key(email), language
    AUTHOR_LINK.renew(author)
    author.revoked_at = None
    db.session.flush()
    record(by, "practice.author_invited", practice)
    send_link(author)
    return author


def send_link(author: PracticeAuthor) -> None:
    send("practice_author", author.email, language=author.language, author_id=author.id)


def send_link_again(practice: Practice, *, by: Actor | None) -> None:
    """Send the same link once more. Raises IllegalMove when there is none that opens."""
    author = _with_open_link(practice)
    record(by, "practice.author_invited", practice)
    send_link(author)


def revoke_link(practice: Practice, *, by: Actor | None) -> None:
    """Make the personal link useless. Raises IllegalMove when there is none that opens."""
    author = _with_open_link(practice)
    author.revoked_at = utcnow()
    AUTHOR_LINK.renew(author)
    db.session.flush()
    record(by, "practice.author_revoked", practice)


def _with_open_link(practice: Practice) -> PracticeAuthor:
    author = queries.author_of(practice)
    if author is None or not author.is_open:
        raise IllegalMove("no open link")
    return author


def work_on(
    practice: Practice, values: Mapping[str, object], *, by: Actor | None, autosaved: bool = False
) -> list[str]:
    """Save what an editor or the author wrote. Returns the names of what changed.

    A practice readers know keeps its text until the next publication: the change goes into its working copy.
    """
    frozen, now = passport.freeze(values), queries.editable(practice)
    changed = [name for name, value in frozen.items() if value != now[name]]
    if not changed:
        return []
    if practice.once_public:
        base = passport.editable(practice)
        kept = (practice.working or {}) | {name: frozen[name] for name in changed}
        practice.working = {name: value for name, value in kept.items() if value != base[name]} or None
        operations.touch(practice)
    else:
        operations.fill(practice, {name: values[name] for name in changed})
    if not autosaved or _new_sitting(practice, by):
        record(by, "practice.worked_on" if autosaved else "practice.changed", practice, fields=changed)
    return changed


def _new_sitting(practice: Practice, by: Actor | None) -> bool:
    last = next(iter(history("practice", practice.id, limit=1)), None)
    same = last is not None and last.action == "practice.worked_on" and last.actor_id == (by and by.id)
    return not (same and last is not None and utcnow() - last.at < SITTING)


def drop_working(practice: Practice, *, by: Actor | None) -> None:
    """Throw the unpublished changes away."""
    hold(practice)
    if not practice.working:
        raise IllegalMove("nothing to throw away")
    operations.drop_working(practice)
    _take_back_asking(practice)
    record(by, "practice.working_dropped", practice)


def submit(author: PracticeAuthor, *, by: Actor | None) -> None:
    """The author sends the card to be looked at. Raises Incomplete, IllegalMove."""
    practice = author.practice
    hold(practice)
    if practice.admission not in AUTHORS_TURN:
        raise IllegalMove("not the author's turn")
    if lacking := missing(queries.editable(practice)):
        raise Incomplete(*lacking)
    author.sent = queries.working_content(practice)
    operations.set_admission(practice, Admission.submitted, by=by)


def take_back(author: PracticeAuthor, *, by: Actor | None) -> None:
    """The author takes the card back to change it. Raises IllegalMove."""
    hold(author.practice)
    if author.practice.admission is not Admission.submitted:
        raise IllegalMove("decided already")
    operations.set_admission(author.practice, Admission.draft, by=by)


def accept(practice: Practice, *, by: Actor | None) -> None:
    """The card is in order, which settles the comments on it; the author is told. Raises IllegalMove, Incomplete."""
    hold(practice)
    check_move(practice.admission, Admission.accepted)
    if lacking := missing(queries.editable(practice)):
        raise Incomplete(*lacking)
    for comment in queries.open_comments(practice):
        resolve(comment, by=by)
    operations.set_admission(practice, Admission.accepted, by=by)
    author = queries.author_of(practice)
    if author and author.is_open:
        send("practice_accepted", author.email, language=author.language, author_id=author.id)


def send_back(practice: Practice, comments: Mapping[str, str], *, by: Actor) -> None:
    """Return the card to the author with comments by field name. Raises IllegalMove."""
    hold(practice)
    check_move(practice.admission, Admission.returned)
    now = queries.editable(practice)
    for field, text in comments.items():
        db.session.add(
            PracticeComment(
                practice_id=practice.id,
                field=field,
                text=text,
                by_id=by.id,
                by_name=by.display_name,
                was=digest(now.get(field)),
            )
        )
    operations.set_admission(practice, Admission.returned, by=by)
    author = queries.author_of(practice)
    if author and author.is_open:
        send("practice_returned", author.email, language=author.language, author_id=author.id)


def resolve(comment: PracticeComment, *, by: Actor | None) -> None:
    """A comment is settled; settling it twice changes nothing."""
    if comment.resolved_at is None:
        comment.resolved_at = utcnow()
        db.session.flush()
        record(by, "practice.comment_resolved", comment.practice)


def write_to_editors(author: PracticeAuthor, text: str, *, by: Actor | None) -> None:
    """A word of the author about a practice that only the editors may change; the same word twice is one."""
    hold(author.practice)
    if queries.same_message(author.practice, text):
        return
    comment = PracticeComment(practice_id=author.practice_id, text=text, from_author=True)
    db.session.add(comment)
    operations.touch(author.practice)
    record(by, "practice.author_wrote", author.practice)


def ask_confirmation(practice: Practice, *, by: Actor) -> PracticeConfirmation:
    """Ask the author whether the passport is right, which accepts a card under review; its open comments stay so.

    Whoever is being asked about the same text is not asked again. Raises IllegalMove when there is nothing to ask,
    Incomplete.
    """
    hold(practice)
    author, content = queries.author_of(practice), queries.working_content(practice)
    if author is None or not needs_confirmation(author, content) or practice.admission is Admission.archived:
        raise IllegalMove("nothing to confirm")
    waiting = queries.waiting_confirmation(practice)
    if waiting and waiting.content == content and waiting.base == (author.sent or {}):
        return waiting
    if lacking := lacking_in_catalogue(queries.editable(practice)):
        raise Incomplete(*lacking)
    if practice.admission is Admission.submitted:
        operations.set_admission(practice, Admission.accepted, by=by)
    _take_back_asking(practice)
    asked = PracticeConfirmation(
        practice_id=practice.id, by_id=by.id, by_name=by.display_name, base=author.sent or {}, content=content
    )
    db.session.add(asked)
    db.session.flush()
    record(by, "practice.confirmation_asked", practice, fields=differing(asked.base, content))
    send("practice_confirmation", author.email, language=author.language, author_id=author.id)
    return asked


def _take_back_asking(practice: Practice) -> None:
    last = queries.last_confirmation(practice)
    if last is not None and last.answer in (Answer.waiting, Answer.confirmed):
        last.answer = Answer.withdrawn


def confirm(author: PracticeAuthor, asked_id: int, *, by: Actor | None, despite_comments: bool = False) -> None:
    """The author says that the passport shown is right.

    Raises IllegalMove when that is not asked any more, or OpenComments: the editors' comments are open and the
    author does not say that the passport is right all the same.
    """
    asked = _asked(author, asked_id)
    if not despite_comments and (comments := queries.open_comments(author.practice)):
        raise OpenComments(len(comments))
    asked.answer, asked.answered_at = Answer.confirmed, utcnow()
    author.sent = asked.content
    operations.touch(author.practice)
    record(by, "practice.confirmed", author.practice)


def remark(author: PracticeAuthor, asked_id: int, text: str, *, by: Actor | None) -> None:
    """The author says what is not right. Raises IllegalMove when that is not asked any more."""
    asked = _asked(author, asked_id)
    asked.answer, asked.answered_at = Answer.remark, utcnow()
    write_to_editors(author, text, by=by)


def _asked(author: PracticeAuthor, asked_id: int) -> PracticeConfirmation:
    hold(author.practice)
    asked = queries.waiting_confirmation(author.practice)
    if asked is None or asked.id != asked_id:
        raise IllegalMove("nothing is asked")
    return asked


def publish(
    practice: Practice, *, by: Actor | None, without_confirmation: str = "", despite_comments: bool = False
) -> None:
    """Put the passport with its working copy into the catalogue; the editors' comments are settled by it.

    Raises IllegalMove (nothing new to publish), Incomplete, Unconfirmed: an author with a link has not seen this
    text and `without_confirmation` does not say why it is published all the same, or OpenComments: somebody's
    comments are open and `despite_comments` does not say that they are known.
    """
    hold(practice)
    if practice.is_public and not practice.working:
        raise IllegalMove("published already")
    if not practice.is_public:
        check_move(practice.admission, Admission.published)
    if lacking := lacking_in_catalogue(queries.editable(practice)):
        raise Incomplete(*lacking)
    author, content = queries.author_of(practice), queries.working_content(practice)
    unseen = needs_confirmation(author, content)
    if unseen and not without_confirmation:
        raise Unconfirmed()
    comments = queries.all_open_comments(practice)
    if comments and not despite_comments:
        raise OpenComments(len(comments))
    operations.apply_working(practice)
    practice.review_due = _years_later(today(), REVIEW_YEARS)
    _take_back_asking(practice)
    for comment in comments:
        if not comment.from_author:
            comment.resolved_at = utcnow()
    operations.publish_practice(practice, by=by, open_comments=len(comments))
    if unseen:
        record(by, "practice.unconfirmed", practice, reason=without_confirmation)
    if author is not None and author.is_open:
        author.sent = content
        send("practice_published", author.email, language=author.language, author_id=author.id, unseen=unseen)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def withdraw(practice: Practice, *, by: Actor | None) -> None:
    """Take the practice out of the catalogue or the archive to be worked on. Raises IllegalMove."""
    hold(practice)
    if practice.admission not in (Admission.published, Admission.archived):
        raise IllegalMove("not in the catalogue")
    operations.return_to_draft(practice, by=by)


def archive(practice: Practice, reason: str, *, by: Actor | None) -> None:
    """Close the practice, telling readers why. Raises IllegalMove."""
    hold(practice)
    check_move(practice.admission, Admission.archived)
    _take_back_asking(practice)
    operations.archive_practice(practice, reason, by=by)


def note_review(practice: Practice, *, by: Actor | None) -> None:
    """The passport was looked through and is still right: the next review is due in two years."""
    hold(practice)
    practice.review_due = _years_later(today(), REVIEW_YEARS)
    db.session.flush()
    record(by, "practice.reviewed", practice)

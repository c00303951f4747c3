"""The work area: what waits, the author's link, comments, confirmation, publication."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import actor, requires, shows_form
from kernel.db import utcnow
from kernel.errors import Conflict
from kernel.transaction import writing
from practices import labels, passport
from practices import queries as practices
from practices.differences import differences, in_words
from practices.models import Admission, Practice
from practices.moderation import operations, queries
from practices.moderation.forms import AuthorForm, InvitationForm, PublishForm, ReturnForm
from practices.moderation.queries import EDIT, PUBLISH
from practices.moderation.rules import COMMENTED, IllegalMove, Incomplete, Unconfirmed, digest
from practices.operations import hold
from practices.views.base import blueprint


@blueprint.get("/manage/practices/waiting")
@requires("work:practices:open")
def waiting() -> ResponseReturnValue:
    """The first screen: what waits for whoever completes passports, and nothing else."""
    piles = queries.waiting_for(actor(), utcnow().date())
    may_publish = bool(actor().scopes(PUBLISH))
    return render_template("practices/manage/waiting.html", piles=piles, labels=labels, may_publish=may_publish)


@blueprint.route("/manage/practices/invitation", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def invitation() -> ResponseReturnValue:
    """A draft for a named author, who gets the personal link."""
    form = InvitationForm()
    form.territory.choices = [("", _("Choose")), *practices.territory_choices(actor(), EDIT)]
    if not form.validate_on_submit():
        page = render_template("practices/manage/invitation.html", form=form)
        return page, 422 if form.is_submitted() else 200
    territory_id = practices.territory_id_of(form.territory.data)
    with writing():
        author = operations.propose(
            form.practice.data or "", territory_id, form.name.data or "", form.email.data or "", by=actor()
        )
        slug = author.practice.slug
    flash(_("The draft is begun, and the link has been sent to the author."), "ok")
    return redirect(url_for("practices.author", slug=slug), 303)


@blueprint.route("/manage/practices/<slug>/author", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def author(slug: str) -> ResponseReturnValue:
    """Who holds the personal link; another person may be given it."""
    practice = practices.practice_for(actor(), slug, EDIT)
    known = queries.author_of(practice)
    form = AuthorForm()
    if not form.validate_on_submit():
        if not form.is_submitted():
            form.name.data = known.name if known else practice.contact_name
            form.email.data = known.email if known else practice.contact_email
        page = render_template("practices/manage/author.html", practice=practice, author=known, form=form)
        return page, 422 if form.is_submitted() else 200
    with writing():
        operations.add_author(practice, form.name.data or "", form.email.data or "", by=actor())
    flash(_("The link has been sent. Links sent before do not open any more."), "ok")
    return redirect(url_for("practices.author", slug=slug), 303)


@blueprint.post("/manage/practices/<slug>/author/letter")
@requires(EDIT)
def author_letter(slug: str) -> ResponseReturnValue:
    """Send the same link again."""
    practice = practices.practice_for(actor(), slug, EDIT)

    def act() -> None:
        known = queries.author_of(practice)
        if known is None:
            raise IllegalMove("no author")
        operations.send_link_again(known, by=actor())

    return _decide(slug, act, _("The letter is on its way."), "author")


@blueprint.post("/manage/practices/<slug>/author/revocation")
@requires(EDIT)
def author_revocation(slug: str) -> ResponseReturnValue:
    practice = practices.practice_for(actor(), slug, EDIT)

    def act() -> None:
        known = queries.author_of(practice)
        if known is None or not known.is_open:
            raise IllegalMove("no open link")
        operations.revoke_link(known, by=actor())

    return _decide(slug, act, _("The link does not open any more."), "author")


@blueprint.route("/manage/practices/<slug>/review", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def review(slug: str) -> ResponseReturnValue:
    """The card as the author sent it, with a place for a comment beside each field."""
    practice = queries.with_working(actor(), slug, EDIT)
    form = ReturnForm()
    if form.is_submitted() and not form.validate():
        return _review_page(practice, form), 422
    if practice.admission is not Admission.submitted:
        return _moved_on(slug)
    if not form.is_submitted():
        form.version.data = practice.version
        return _review_page(practice, form)
    if not form.texts() and not queries.open_comments(practice):
        form.form_errors = [_("Write at least one comment: the author must know what to mend.")]
        return _review_page(practice, form), 422
    with writing():
        hold(practice)
        if practice.version != form.opened_version():
            rows = [(str(form[f"comment_{name}"].label.text), "", text) for name, text in form.texts().items()]
            raise Conflict(rows, url_for("practices.review", slug=slug))
        operations.send_back(practice, form.texts(), by=actor())
    flash(_("Returned to the author with comments."), "ok")
    return redirect(url_for("practices.edit", slug=slug), 303)


def _review_page(practice: Practice, form: ReturnForm) -> str:
    now = queries.editable(practice)
    names = queries.names_in(now)
    comments = queries.open_comments(practice)
    return render_template(
        "practices/manage/review.html",
        practice=practice,
        form=form,
        rows=[(name, in_words(name, now.get(name), names)) for name in COMMENTED],
        comments={name: [one for one in comments if one.field == name] for name in COMMENTED},
        changed={one.id: digest(now.get(one.field)) != one.was for one in comments},
        labels=labels,
    )


@blueprint.post("/manage/practices/<slug>/comments/<int:comment_id>/resolution")
@requires(EDIT)
def comment_resolution(slug: str, comment_id: int) -> ResponseReturnValue:
    practice = practices.practice_for(actor(), slug, EDIT)
    comment = queries.comment_of(practice, comment_id)
    at_review = not comment.from_author and practice.admission is Admission.submitted

    def act() -> None:
        operations.resolve(comment, by=actor())

    return _decide(slug, act, _("The comment is settled."), "review" if at_review else "edit")


@blueprint.get("/manage/practices/<slug>/changes")
@requires(EDIT)
def changes(slug: str) -> ResponseReturnValue:
    """What the next edition changes in the text readers see now."""
    practice = queries.with_working(actor(), slug, EDIT)
    before, after = passport.content(practice), queries.working_content(practice)
    rows = differences(before, after, queries.names_in(before, after))
    return render_template("practices/manage/changes.html", practice=practice, rows=rows, working=practice.working)


@blueprint.post("/manage/practices/<slug>/changes/removal")
@requires(EDIT)
def changes_removal(slug: str) -> ResponseReturnValue:
    practice = queries.with_working(actor(), slug, EDIT)
    done = _("The unpublished changes are gone; the page stays as readers see it.")
    return _decide(slug, lambda: operations.drop_working(practice, by=actor()), done)


@blueprint.post("/manage/practices/<slug>/confirmation")
@requires(EDIT)
def confirmation(slug: str) -> ResponseReturnValue:
    """Ask the author to confirm the passport as it is now."""
    practice = queries.with_working(actor(), slug, EDIT)
    done = _("The author has been asked; the answer will appear here.")

    def act() -> None:
        operations.ask_confirmation(practice, by=actor())

    return _decide(slug, act, done)


@blueprint.post("/manage/practices/<slug>/publication")
@requires(PUBLISH)
def publication(slug: str) -> ResponseReturnValue:
    practice = queries.with_working(actor(), slug, PUBLISH)
    form = PublishForm()

    def act() -> None:
        operations.publish(practice, by=actor(), without_confirmation=form.why.data or "")

    return _decide(slug, act, _("The practice is in the catalogue."))


@blueprint.post("/manage/practices/<slug>/draft")
@requires(PUBLISH)
def draft(slug: str) -> ResponseReturnValue:
    practice = practices.practice_for(actor(), slug, PUBLISH)
    done = _("The practice is a draft again and has left the catalogue.")
    return _decide(slug, lambda: operations.withdraw(practice, by=actor()), done)


@blueprint.post("/manage/practices/<slug>/review-date")
@requires(EDIT)
def review_date(slug: str) -> ResponseReturnValue:
    """The passport was looked through and is still right."""
    practice = practices.practice_for(actor(), slug, EDIT)
    done = _("Noted: the next look is in two years.")
    return _decide(slug, lambda: operations.note_review(practice, by=actor()), done)


def _decide(slug: str, act: Callable[[], None], done: str, then: str = "edit") -> ResponseReturnValue:
    """Do one deed and say how it went."""
    try:
        with writing():
            act()
    except IllegalMove:
        return _moved_on(slug)
    except Incomplete as lack:
        names = ", ".join(f"«{labels.FIELD_LABELS[name]}»" for name in lack.args)
        flash(_("Before publication fill in:") + f" {names}.", "bad")
    except Unconfirmed:
        flash(_("The author has not confirmed this text: ask for it, or say why you publish without it."), "bad")
    else:
        flash(done, "ok")
    return redirect(url_for(f"practices.{then}", slug=slug), 303)


def _moved_on(slug: str) -> ResponseReturnValue:
    flash(_("Somebody has decided this meanwhile: look at where the practice stands now."), "info")
    return redirect(url_for("practices.edit", slug=slug), 303)

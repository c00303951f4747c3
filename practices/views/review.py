"""The work area: what waits, the author's link, a card accepted or returned with comments."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import actor, requires, shows_form
from kernel.errors import Conflict
from kernel.forms import form_page
from kernel.permissions import Permission
from kernel.transaction import writing
from kernel.zones import today
from practices import labels
from practices import queries as practices
from practices.differences import in_words
from practices.models import Admission, Practice
from practices.moderation import operations, queries
from practices.moderation.forms import AuthorForm, InvitationForm, ReturnForm
from practices.moderation.rules import COMMENTED, REVIEWED, IllegalMove, Incomplete, digest
from practices.operations import hold
from practices.views.base import blueprint
from practices.views.last_list import remember_list
from practices.views.one_press import decide, moved_on, tell_lacking


@blueprint.get("/manage/practices/waiting")
@requires(Permission.OPEN_PRACTICES)
def waiting() -> ResponseReturnValue:
    """The first screen: what waits for whoever completes passports, and nothing else."""
    remember_list()
    piles = queries.waiting_for(actor(), today())
    may_publish = bool(actor().scopes(Permission.PUBLISH_PRACTICES))
    return render_template("practices/manage/waiting.html", piles=piles, labels=labels, may_publish=may_publish)


@blueprint.route("/manage/practices/invitation", methods=["GET", "POST"])
@requires(Permission.EDIT_PRACTICES)
@shows_form
def invitation() -> ResponseReturnValue:
    """A draft for a named author, who gets the personal link."""
    form = InvitationForm()
    form.territory.choices = [("", _("Choose")), *practices.territory_choices(actor(), Permission.EDIT_PRACTICES)]
    if not form.validate_on_submit():
        return form_page("practices/manage/invitation.html", form)
    territory_id = practices.territory_id_of(form.territory.data)
    with writing():
        author = operations.propose(
            form.practice.data or "", territory_id, form.name.data or "", form.email.data or "", by=actor()
        )
        slug = author.practice.slug
    flash(_("The draft is begun, and the link has been sent to the author."), "ok")
    return redirect(url_for("practices.author", slug=slug), 303)


@blueprint.route("/manage/practices/<slug>/author", methods=["GET", "POST"])
@requires(Permission.EDIT_PRACTICES)
@shows_form
def author(slug: str) -> ResponseReturnValue:
    """Who holds the personal link; another person may be given it."""
    practice = practices.practice_for(actor(), slug, Permission.EDIT_PRACTICES)
    known = queries.author_of(practice)
    form = AuthorForm()
    if not form.validate_on_submit():
        if not form.is_submitted():
            form.name.data = known.name if known else practice.contact_name
            form.email.data = known.email if known else practice.contact_email
        return form_page("practices/manage/author.html", form, practice=practice, author=known)
    with writing():
        operations.add_author(practice, form.name.data or "", form.email.data or "", by=actor())
    flash(_("The link has been sent. Links sent before do not open any more."), "ok")
    return redirect(url_for("practices.author", slug=slug), 303)


@blueprint.route("/manage/practices/<slug>/review", methods=["GET", "POST"])
@requires(Permission.EDIT_PRACTICES)
@shows_form
def review(slug: str) -> ResponseReturnValue:
    """The card as the author sent it: accepted as it is, or returned with a comment beside a field."""
    practice = queries.with_working(actor(), slug, Permission.EDIT_PRACTICES)
    form = ReturnForm()
    if form.is_submitted() and not form.validate():
        return _review_page(practice, form), 422
    waits = practice.admission in REVIEWED
    if not form.is_submitted():
        form.version.data = practice.version
        return _review_page(practice, form) if waits else moved_on(slug)
    accepting = "accept" in request.form
    if waits and (fault := _fault(practice, form, accepting)):
        form.form_errors = [fault]
        return _review_page(practice, form), 422
    return _accepted(practice, form) if accepting else _returned(practice, form)


def _fault(practice: Practice, form: ReturnForm, accepting: bool) -> str:
    """What is wrong with the decision, if anything."""
    if accepting and form.texts():
        return str(_("You have written comments: return the card with them, or erase them to accept it."))
    if not accepting and not form.texts() and not queries.open_comments(practice):
        return str(_("Write at least one comment: the author must know what to mend."))
    return ""


def _returned(practice: Practice, form: ReturnForm) -> ResponseReturnValue:
    with writing():
        hold(practice)
        if practice.version != form.opened_version() or practice.admission not in REVIEWED:
            return _not_returned(practice, form)
        operations.send_back(practice, form.texts(), by=actor())
    flash(_("Returned to the author with comments."), "ok")
    return redirect(url_for("practices.edit", slug=practice.slug), 303)


def _not_returned(practice: Practice, form: ReturnForm) -> ResponseReturnValue:
    """Somebody has written or decided since the page was opened. Raises Conflict with the comments that were typed,
    unless they are the very ones that went to the author: the button was pressed twice."""
    texts, slug = form.texts(), practice.slug
    mine = {(one.field, one.text) for one in queries.open_comments(practice) if one.by_id == actor().id}
    if practice.admission is Admission.returned and texts.items() <= mine:
        flash(_("The comments have been sent already: the card is with the author."), "info")
        return redirect(url_for("practices.edit", slug=slug), 303)
    if texts:
        rows = [(str(form[f"comment_{name}"].label.text), "", text) for name, text in texts.items()]
        raise Conflict(rows, url_for("practices.review", slug=slug))
    return _read_again(slug) if practice.admission in REVIEWED else moved_on(slug)


def _accepted(practice: Practice, form: ReturnForm) -> ResponseReturnValue:
    slug = practice.slug
    try:
        with writing():
            hold(practice)
            if practice.admission is Admission.accepted:
                flash(_("The card has been accepted already, and the author told."), "info")
                return redirect(url_for("practices.edit", slug=slug), 303)
            if practice.admission in REVIEWED and practice.version != form.opened_version():
                return _read_again(slug)
            operations.accept(practice, by=actor())
    except IllegalMove:
        return moved_on(slug)
    except Incomplete as lack:
        tell_lacking(lack)
    else:
        done = _("The card is accepted, the author has been told. Now complete the passport, if anything is missing.")
        flash(done, "ok")
    return redirect(url_for("practices.edit", slug=slug), 303)


def _read_again(slug: str) -> ResponseReturnValue:
    flash(_("The card has changed since you opened this page: read it again."), "info")
    return redirect(url_for("practices.review", slug=slug), 303)


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
        author=queries.author_of(practice),
        sent_on=queries.sent_on(practice),
        changed={one.id: digest(now.get(one.field)) != one.was for one in comments},
        labels=labels,
    )


@blueprint.post("/manage/practices/<slug>/comments/<int:comment_id>/resolution")
@requires(Permission.EDIT_PRACTICES)
def comment_resolution(slug: str, comment_id: int) -> ResponseReturnValue:
    """`then` names the page the button stood on."""
    practice = practices.practice_for(actor(), slug, Permission.EDIT_PRACTICES)
    comment = queries.comment_of(practice, comment_id)
    then = request.form.get("then", "")

    def act() -> None:
        operations.resolve(comment, by=actor())

    return decide(slug, act, _("The comment is settled."), then if then in ("review", "publication") else "edit")

"""The author's own page at a secret address, made for a phone. A GET changes nothing: mail scanners open links."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel import files, limits
from kernel.access import ByLink, public, shows_form, token_page
from kernel.errors import Conflict
from kernel.forms import form_page
from kernel.text import whole_number
from kernel.transaction import writing
from practices import labels, operations
from practices import queries as practices
from practices.differences import differences
from practices.forms import CardForm, SampleForm
from practices.models import Practice
from practices.moderation import operations as moderation
from practices.moderation import queries
from practices.moderation.forms import ConfirmForm, MessageForm
from practices.moderation.models import Answer, PracticeAuthor
from practices.moderation.rules import AUTHORS_TURN, REVIEWED, IllegalMove, OpenComments
from practices.saving import saved
from practices.views.base import blueprint
from practices.views.samples import SAMPLES, checked

MOST_DOCUMENTS = 10


def _by() -> ByLink:
    return ByLink(_("The author, by the personal link"))


@blueprint.route("/author/<token>", methods=["GET", "POST"])
@public
@token_page
@shows_form
def author_card(token: str) -> ResponseReturnValue:
    author = queries.author_by_link(token)
    practice = author.practice
    form = CardForm()
    if not form.is_submitted():
        return _page(author, form.show(queries.working(practice)), token)
    good, sending = form.validate(), "send" in request.form
    if not good and practice.admission in AUTHORS_TURN:
        return _page(author, form, token), 422
    values = form.values()
    ready = sending and form.require_all()
    with writing():
        operations.hold(practice)
        if answer := _meanwhile(practice, form, token):
            return answer
        moderation.work_on(practice, values, by=_by())
        if ready:
            moderation.submit(author, by=_by())
    if sending and not ready:  # what was typed is kept all the same
        form.version.data = practice.version
        return _page(author, form, token), 422
    if ready:
        flash(_("Sent. The methodist will answer by letter; usually it takes a few days."), "ok")
    else:
        flash(_("The draft is saved. You may come back by the same link."), "ok")
    return _back(token)


def _meanwhile(practice: Practice, form: CardForm, token: str) -> ResponseReturnValue | None:
    """Of a practice that is held: what to answer when it has changed since the page was opened; None to go on.

    Who sends what is stored already (pressed twice, or saved by itself a moment ago) hears of no conflict.
    The button says where the card stood: a page of before the return does not send it once more.
    Raises Conflict when what was typed is not what is stored.
    """
    theirs, pressed = practice.admission in AUTHORS_TURN, request.form.get("send")
    if theirs and practice.version == form.opened_version():
        return None
    if rows := form.differences(queries.working(practice)):
        raise Conflict(rows, url_for("practices.author_card", token=token))
    if theirs and pressed in (None, practice.admission.value):
        return None
    if not pressed or practice.admission not in REVIEWED:
        return _too_late(token)
    flash(_("The card has been sent already."), "info")
    return _back(token)


def _page(
    author: PracticeAuthor,
    form: CardForm,
    token: str,
    sample: SampleForm | None = None,
    message: MessageForm | None = None,
) -> str:
    practice = author.practice
    comments, asked = queries.open_comments(practice), queries.last_confirmation(practice)
    return render_template(
        "practices/author/card.html",
        practice=practice,
        working=queries.working(practice),
        author=author,
        token=token,
        form=form,
        sample_form=sample or SampleForm(formdata=None),
        message_form=message or MessageForm(formdata=None),
        comments={name: [one for one in comments if one.field == name] for name in {one.field for one in comments}},
        number=len(comments),
        asked=asked if asked and asked.answer is Answer.waiting else None,
        confirmed=asked if asked and asked.answer is Answer.confirmed else None,
        words=queries.words_of_author(practice),
        labels=labels,
        accept=",".join(sorted(SAMPLES)),
        may_change=practice.admission in AUTHORS_TURN,
        full=len(practice.next_documents) >= MOST_DOCUMENTS,
    )


def _back(token: str) -> ResponseReturnValue:
    return redirect(url_for("practices.author_card", token=token), 303)


def _too_late(token: str) -> ResponseReturnValue:
    flash(_("Meanwhile the practice has moved on: look at where it stands now."), "info")
    return _back(token)


@blueprint.post("/author/<token>/autosave")
@public
@token_page
def author_autosave(token: str) -> ResponseReturnValue:
    practice = queries.author_by_link(token).practice
    form = CardForm()
    form.validate()
    values = form.values()
    with writing():
        operations.hold(practice)
        if practice.admission not in AUTHORS_TURN or practice.version != form.opened_version():
            return jsonify(error=_("Somebody has changed this meanwhile")), 409
        moderation.work_on(practice, values, by=_by(), autosaved=True)
        answer = saved(practice, form)
    return jsonify(answer)


@blueprint.post("/author/<token>/withdrawal")
@public
@token_page
def author_withdrawal(token: str) -> ResponseReturnValue:
    """The author takes the card back from review to change it."""
    author = queries.author_by_link(token)
    try:
        with writing():
            moderation.take_back(author, by=_by())
    except IllegalMove:
        return _too_late(token)
    flash(_("The card is yours again. Send it when it is ready."), "ok")
    return _back(token)


@blueprint.post("/author/<token>/documents")
@public
@token_page
@shows_form
def author_documents(token: str) -> ResponseReturnValue:
    author = queries.author_by_link(token)
    practice = author.practice
    if practice.admission not in AUTHORS_TURN or len(practice.next_documents) >= MOST_DOCUMENTS:
        return _too_late(token)
    limits.count((limits.LINK_FILES, f"author:{author.id}"))
    form = SampleForm()
    stored = checked(form)
    if stored is None:
        return _page(author, CardForm(formdata=None).show(queries.working(practice)), token, sample=form), 422
    with writing():
        operations.hold(practice)
        if practice.admission not in AUTHORS_TURN:
            return _too_late(token)
        operations.add_document(practice, form.document_kind(), form.title.data, stored, by=_by())
    flash(_("The document is attached."), "ok")
    return _back(token)


@blueprint.get("/author/<token>/documents/<int:document_id>")
@public
@token_page
def author_document(token: str, document_id: int) -> ResponseReturnValue:
    practice = queries.author_by_link(token).practice
    return files.download(practices.document_of(practice, document_id).file)


@blueprint.post("/author/<token>/documents/<int:document_id>/removal")
@public
@token_page
def author_document_removal(token: str, document_id: int) -> ResponseReturnValue:
    practice = queries.author_by_link(token).practice
    with writing():
        operations.hold(practice)
        if practice.admission not in AUTHORS_TURN:
            return _too_late(token)
        operations.remove_document(practices.document_of(practice, document_id), by=_by())
    flash(_("The document is taken away."), "ok")
    return _back(token)


@blueprint.route("/author/<token>/confirmation", methods=["GET", "POST"])
@public
@token_page
@shows_form
def author_confirmation(token: str) -> ResponseReturnValue:
    """What the methodist has written, with the changes marked; one button to confirm, one field to object."""
    author = queries.author_by_link(token)
    asked = queries.waiting_confirmation(author.practice)
    if asked is None:
        return _back(token) if request.method == "GET" else _too_late(token)
    confirming = "confirm" in request.form
    comments = queries.open_comments(author.practice)
    form = MessageForm(formdata=None) if confirming else MessageForm()
    yes = ConfirmForm() if confirming else ConfirmForm(formdata=None)
    if confirming and yes.validate() and yes.knows(comments):
        return _answer(author, token, despite_comments=yes.despite.data)
    if form.is_submitted() and not confirming and form.validate():
        return _answer(author, token, form.text.data or "")
    rows = differences(asked.base, asked.content, queries.names_in(asked.base, asked.content))
    return form_page(
        "practices/author/confirmation.html",
        form,
        practice=author.practice,
        token=token,
        asked=asked,
        rows=rows,
        first=not asked.base,
        yes=yes,
        comments=comments,
        labels=labels,
    )


def _answer(author: PracticeAuthor, token: str, text: str = "", despite_comments: bool = False) -> ResponseReturnValue:
    asked_id = whole_number(request.form.get("asked")) or 0
    try:
        with writing():
            if text:
                moderation.remark(author, asked_id, text, by=_by())
            else:
                moderation.confirm(author, asked_id, by=_by(), despite_comments=despite_comments)
    except (IllegalMove, OpenComments):
        return _too_late(token)
    if text:
        flash(_("Thank you. The methodist will put it right and ask you again."), "ok")
    else:
        flash(_("Thank you. The passport will be published as you saw it."), "ok")
    return _back(token)


@blueprint.post("/author/<token>/message")
@public
@token_page
@shows_form
def author_message(token: str) -> ResponseReturnValue:
    """A published practice is changed by its editors: the author tells them what."""
    author = queries.author_by_link(token)
    form = MessageForm()
    if not form.validate():
        return _page(author, CardForm(formdata=None).show(queries.working(author.practice)), token, message=form), 422
    with writing():
        moderation.write_to_editors(author, form.text.data, by=_by())
    flash(_("Thank you. The methodist has received it."), "ok")
    return _back(token)

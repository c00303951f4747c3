"""What anybody may send: a question to an author, and a practice to be taken into the catalogue."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import NotFound, TooManyRequests

from accounts.enums import ConsentKind
from accounts.settings import site
from kernel import limits
from kernel.access import public, shows_form
from kernel.forms import form_page
from kernel.i18n import language
from kernel.limits import Limit
from kernel.security import client_address, client_network
from kernel.text import email_key
from kernel.transaction import writing
from practices import queries
from practices.consenting import wording
from practices.moderation import operations as moderation
from practices.moderation.forms import ProposalForm
from practices.questions import operations as questions
from practices.questions.forms import QuestionForm
from practices.questions.queries import author_address
from practices.views.base import blueprint
from territories.queries import current, municipality_choices

QUESTION_EMAIL = Limit("question-email", 6, 3600)
QUESTION_NETWORK = Limit("question-network", 60, 3600)
QUESTION_PRACTICE = Limit("question-practice", 20, 3600)
"""Whoever changes addresses with each question still writes to one and the same author."""
PROPOSAL_EMAIL = Limit("proposal-email", 6, 3600)
PROPOSAL_DAY = Limit("proposal-email-day", 12, 86400)
"""The address may be a stranger's: so many letters a day reach it at most."""
PROPOSAL_NETWORK = Limit("proposal-network", 30, 3600)


def _old_page_too(form: ProposalForm | QuestionForm) -> None:
    """A page that stood open for long is sent again, with a word instead of a code."""
    if form.csrf_token.errors:
        form.form_errors = [_("The page stood open for too long. Nothing is lost: press the button again.")]
        form.csrf_token.errors = []


@blueprint.route("/practices/<slug>/question", methods=["GET", "POST"])
@public
@shows_form
def question(slug: str) -> ResponseReturnValue:
    practice = queries.public_practice(slug)
    if not author_address(practice):
        raise NotFound()
    form = QuestionForm(data=_who_asks())
    text = wording(ConsentKind.question)
    if not form.validate_on_submit():
        _old_page_too(form)
        return form_page("practices/question.html", form, practice=practice, consent=text)
    address = email_key(form.email.data or "")
    checks = (QUESTION_EMAIL, address), (QUESTION_PRACTICE, str(practice.id)), (QUESTION_NETWORK, client_network())
    try:
        limits.count(*checks)
    except TooManyRequests as refused:
        headers = limits.explain(form, refused)
        return render_template("practices/question.html", practice=practice, form=form, consent=text), 429, headers
    with writing():
        questions.ask(
            practice,
            form.name.data or "",
            address,
            form.text.data or "",
            organisation=form.organisation.data or "",
            consents=[text] if text else [],
            address=client_address(),
        )
    return redirect(url_for("practices.question_sent", slug=slug), 303)


def _who_asks() -> dict[str, str]:
    """What is known of somebody who has signed in."""
    if not current_user.is_authenticated:
        return {}
    return {"name": current_user.display_name, "email": current_user.email}


@blueprint.get("/practices/<slug>/question/sent")
@public
def question_sent(slug: str) -> ResponseReturnValue:
    return render_template("practices/question_sent.html", practice=queries.public_practice(slug))


@blueprint.route("/practices/new", methods=["GET", "POST"])
@public
@shows_form
def proposal() -> ResponseReturnValue:
    """«Предложить практику»: the draft is made, the personal link goes by letter."""
    form = ProposalForm()
    form.territory.choices = [("", ""), *municipality_choices(site().region)]
    texts = {kind.value: wording(kind) for kind in (ConsentKind.authorship, ConsentKind.mailing)}
    if not form.validate_on_submit():
        _old_page_too(form)
        return form_page("practices/proposal.html", form, consents=texts)
    address, territory = email_key(form.email.data or ""), current(form.territory.data)
    try:
        limits.count((PROPOSAL_EMAIL, address), (PROPOSAL_DAY, address), (PROPOSAL_NETWORK, client_network()))
    except TooManyRequests as refused:
        headers = limits.explain(form, refused)
        return render_template("practices/proposal.html", form=form, consents=texts), 429, headers
    news = form.consent_mailing is not None and form.consent_mailing.data
    given = [texts["authorship"], texts["mailing"] if news else None]
    assert territory is not None
    with writing():
        moderation.propose(
            form.practice.data or "",
            territory.id,
            form.name.data or "",
            address,
            by=None,
            language=language(),
            consents=[text for text in given if text],
            address=client_address(),
        )
    return redirect(url_for("practices.proposal_sent"), 303)


@blueprint.get("/practices/new/sent")
@public
def proposal_sent() -> ResponseReturnValue:
    return render_template("practices/proposal_sent.html")

"""Signing up: one page, no password, and straight to the ticket."""

from __future__ import annotations

import hashlib

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import TooManyRequests

from forum.copies import public_forum
from forum.models import Format
from forum.queries import local_today
from kernel import limits
from kernel.access import public, shows_form
from kernel.forms import form_page
from kernel.i18n import language
from kernel.jobs import enqueue
from kernel.limits import Limit
from kernel.security import client_address, client_network
from kernel.text import email_key
from kernel.transaction import writing
from registrations import operations, queries
from registrations.blueprint import blueprint
from registrations.forms import RegistrationForm, ResendForm
from registrations.models import RegistrationStatus
from registrations.signup.page import consents_asked, empty_page, sign_up_page

SIGN_UP_MAILBOX = Limit("sign-up-mailbox", 60, 3600)
# A ministry, or a whole hall, is one network: this only stops a flood.
SIGN_UP_NETWORK = Limit("sign-up-network", 3000, 3600)
SIGN_UP_KNOWN = Limit("sign-up-known", 5, 3600)
REMINDER = Limit("reminder", 5, 3600)
RESEND_MAILBOX = Limit("resend-mailbox", 5, 3600)
RESEND_NETWORK = Limit("resend-network", 600, 3600)
MAILBOXES_KEPT = 10


@blueprint.route("/forums/<slug>/registration", methods=["GET", "POST"])
@public
@shows_form
def sign_up(slug: str) -> ResponseReturnValue:
    forum = public_forum(slug)
    if not queries.is_open(forum):
        return render_template("registrations/closed.html", forum=forum, today=local_today(forum))
    if request.method != "POST":
        return empty_page(forum)
    form = RegistrationForm(forum=forum)
    if not form.validate():
        return sign_up_page(forum, form), 422
    address = email_key(form.email.data or "")
    counted = (SIGN_UP_MAILBOX, address), (SIGN_UP_NETWORK, client_network())
    by_letter = (SIGN_UP_KNOWN, client_network())
    full = limits.full(*counted, by_letter)
    try:
        limits.refuse([check for check in full if check in counted])  # a flood takes no lock
        done = operations.sign_up(forum.id, _application(form), counted)
    except TooManyRequests as refused:
        headers = limits.explain(form, refused)
        return sign_up_page(forum, form), 429, headers
    except IntegrityError:
        forum = public_forum(slug)
        form.refuse_sections(forum)
        return sign_up_page(forum, form), 422
    if done.known:
        _remind(done.id)
    if done.known or by_letter in full:
        return redirect(url_for("registrations.sent", slug=slug, after="sign-up"), 303)
    if _signed_up_here_before(forum.id, address) and done.others:
        flash(_("One more participant has been added to this e-mail. Earlier tickets stay as they are."), "ok")
    flash(_welcome(done), "ok")
    return redirect(url_for("registrations.my_forum", token=done.link), 303)


def _signed_up_here_before(forum_id: int, address: str) -> bool:
    """Whether this browser has signed somebody up with the mailbox before, who may be told so; it has now.

    A stranger is told nothing of the address they typed: neither that it is known nor that it is not.
    """
    mark = hashlib.sha256(f"{forum_id}\0{address}".encode()).hexdigest()[:12]
    before = session.get("mailboxes", [])
    session["mailboxes"] = [mark, *[other for other in before if other != mark]][:MAILBOXES_KEPT]
    return mark in before


def _welcome(done: operations.Outcome) -> str:
    if done.status is RegistrationStatus.waitlisted:
        return _("You are on the waiting list. A letter has been sent to %(email)s.", email=done.email)
    if done.format is Format.remote:
        return _("You are signed up. A letter with your link has been sent to %(email)s.", email=done.email)
    return _("You are signed up. The letter with the ticket has been sent to %(email)s.", email=done.email)


def _application(form: RegistrationForm) -> operations.Application:
    return operations.Application(
        form.details(),
        Format(form.format.data),
        section_ids=form.section_ids(),
        consents=tuple(text.id for kind, text in consents_asked().items() if text and form[f"consent_{kind}"].data),
        address=client_address(),
        language=language(),
    )


def _remind(registration_id: int) -> None:
    """Send the ticket's letter again, as often as the limit allows; the page says the same anyway.

    That somebody is sent to the mailbox and gets no ticket on the screen tells that they were registered. A network
    that has been told so a few times in the hour gets every ticket by letter, and learns no more.
    """
    with writing():
        limits.allowed((SIGN_UP_KNOWN, client_network()))
        if limits.allowed((REMINDER, str(registration_id))):
            operations.send_again(queries.registration_by_id(registration_id))


@blueprint.get("/forums/<slug>/registration/sent")
@public
def sent(slug: str) -> ResponseReturnValue:
    signed_up = request.args.get("after") == "sign-up"
    return render_template("registrations/sent.html", forum=public_forum(slug), signed_up=signed_up)


@blueprint.route("/forums/<slug>/registration/resend", methods=["GET", "POST"])
@public
@shows_form
def resend(slug: str) -> ResponseReturnValue:
    """The answer is the same whether the address is known or not."""
    forum = public_forum(slug)
    form = ResendForm()
    if not form.validate_on_submit():
        return form_page("registrations/resend.html", form, forum=forum, open=queries.is_open(forum))
    address = email_key(form.email.data or "")
    try:
        limits.count((RESEND_NETWORK, client_network()))
    except TooManyRequests as refused:
        headers = limits.explain(form, refused)
        page = render_template("registrations/resend.html", forum=forum, form=form, open=queries.is_open(forum))
        return page, 429, headers
    with writing():
        if limits.allowed((RESEND_MAILBOX, address)):
            # Looked up by the worker: here a known address would take longer than an unknown one.
            enqueue(operations.LINKS, forum_id=forum.id, email=address, language=language())
    return redirect(url_for("registrations.sent", slug=slug), 303)

"""Signing in and out, invitation and reset by letter."""

from __future__ import annotations

import json

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.exceptions import TooManyRequests

from accounts import devices, operations, queries
from accounts.forms import PasswordForm, ResetRequestForm, SignInForm
from accounts.labels import ROLE_LABELS
from accounts.login import SESSION_ID, new_session_id
from accounts.models import User
from accounts.passwords import hash_password, matches
from accounts.views.base import blueprint
from kernel import limits
from kernel.access import public, shows_form, signed_in, token_page
from kernel.i18n import language
from kernel.jobs import enqueue
from kernel.limits import Check, Limit
from kernel.links import is_local, page_url
from kernel.security import SLACK, client_network, same_site
from kernel.text import email_key
from kernel.transaction import writing

DEMO_PASSWORD = "demo-2026-forum"
# Wrong passwords are counted, right ones never: a whole office signs in from one address.
SIGN_IN_DEVICE = Limit("sign-in-device", 10, 900)
SIGN_IN_STRANGER = Limit("sign-in-stranger", 10, 900)
SIGN_IN_NETWORK = Limit("sign-in-network", 60, 900)
SIGN_IN_ACCOUNT = Limit("sign-in-account", 100, 3600)
RESET_MAILBOX = Limit("reset-mailbox", 5, 3600)
RESET_NETWORK = Limit("reset-network", 300, 3600)


@blueprint.route("/login", methods=["GET", "POST"])
@public
@shows_form
def login() -> ResponseReturnValue:
    form = SignInForm()
    if not form.is_submitted():
        form.next.data = request.args.get("next", "")
        if current_user.is_authenticated:
            return redirect(_destination(form.next.data))
        return _sign_in(form)
    if not form.validate():
        return _sign_in(form), 422
    address = email_key(form.email.data or "")
    user = queries.user_by_email(address)
    failures = _failures(address, user)
    try:
        limits.refuse_when_full(*failures)
        right = matches(user.password_hash if user else None, form.password.data or "") and _may_enter(user)
        if not right:
            limits.count(*failures)
    except TooManyRequests as refused:
        headers = limits.explain(
            form,
            refused,
            _("Too many wrong passwords. You can ask for a link by letter below: it opens the account at once."),
        )
        return _sign_in(form), 429, headers
    if not right:
        form.email.errors = [_("The e-mail or the password is not right. Check both, or ask for a new password below.")]
        return _sign_in(form), 422
    assert user is not None
    with writing():
        operations.note_sign_in(user)
    _start_session(user)
    kept = _kept_fields(form.kept.data or "")
    if kept and is_local(form.next.data or ""):
        return render_template("accounts/resume.html", address=form.next.data, kept=kept)
    return redirect(_destination(form.next.data or ""))


def _failures(address: str, user: User | None) -> tuple[Check, ...]:
    """What a wrong password is counted against: a device the account knows never pays for what strangers try."""
    if device := devices.known(user):
        return ((SIGN_IN_DEVICE, f"{address}\0{device}"),)
    network = client_network()
    return (
        (SIGN_IN_STRANGER, f"{address}\0{network}"),
        (SIGN_IN_NETWORK, network),
        (SIGN_IN_ACCOUNT, address),
    )


def resume_form() -> ResponseReturnValue:
    """The session ended while a form was being filled: sign in, then send the same again.

    What another site's page sent (browsers leave our cookie out of it) is neither kept nor answered
    with a session of its own: it would be sent later with a good token, by an unsuspecting hand.
    """
    if not same_site():
        return redirect(url_for("accounts.login"), 303)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    form = SignInForm(formdata=None)
    form.next.data, form.kept.data = request.full_path.rstrip("?"), json.dumps(kept, ensure_ascii=False)
    return _sign_in(form, expired=True), 401


def _sign_in(form: SignInForm, expired: bool = False) -> str:
    accounts = queries.demo_accounts() if current_app.config["DEMO"] else []
    return render_template(
        "accounts/login.html",
        form=form,
        expired=expired,
        demo_accounts=accounts,
        demo_password=DEMO_PASSWORD,
        role_labels=ROLE_LABELS,
    )


def _may_enter(user: User | None) -> bool:
    return user is not None and user.is_active and (not user.demo or current_app.config["DEMO"])


def _start_session(user: User) -> None:
    session.clear()  # a session made before signing in must not outlive it
    login_user(user)
    session[SESSION_ID] = new_session_id()
    session.permanent = True
    devices.remember(user)


def _kept_fields(text: str) -> list[tuple[str, str]]:
    try:
        fields = json.loads(text) if text else []
        return [(_sound(name), _sound(value)) for name, value in fields]
    except (ValueError, TypeError, RecursionError):
        return []


def _sound(text: object) -> str:
    """Text without lone surrogates, which JSON may hold and no page can."""
    return str(text).encode(errors="replace").decode()


def _destination(next_url: str) -> str:
    return next_url if is_local(next_url) else page_url("work")


@blueprint.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    """End this session, also for whoever has copied its cookie; with `everywhere=yes` those of all devices."""
    user = queries.user_by_id(current_user.id)
    with writing():
        if request.form.get("everywhere") == "yes":
            operations.end_sessions(user)
        else:
            lifetime = current_app.permanent_session_lifetime + SLACK
            operations.end_session(user, session.get(SESSION_ID), lifetime=lifetime)
    logout_user()
    session.clear()
    return redirect(page_url("front"))


@blueprint.route("/password-reset", methods=["GET", "POST"])
@public
@shows_form
def password_reset() -> ResponseReturnValue:
    form = ResetRequestForm()
    if not form.is_submitted():
        return render_template("accounts/reset.html", form=form)
    if not form.validate():
        return render_template("accounts/reset.html", form=form), 422
    address = email_key(form.email.data or "")
    try:
        limits.count((RESET_NETWORK, client_network()))
    except TooManyRequests as refused:
        headers = limits.explain(form, refused)
        return render_template("accounts/reset.html", form=form), 429, headers
    with writing():
        if limits.allowed((RESET_MAILBOX, address)):
            # Looked up by the worker: here a known address would take longer than an unknown one.
            enqueue(operations.RESET, email=address, language=language())
    return render_template("accounts/reset_sent.html")


@blueprint.route("/invitation/<uuid>.<secret>", methods=["GET", "POST"])
@public
@shows_form
@token_page
def invitation(uuid: str, secret: str) -> ResponseReturnValue:
    user = queries.user_by_invitation(uuid, secret)
    if not operations.invitation_is_fresh(user):
        return render_template("accounts/invitation_old.html"), 410
    form = PasswordForm(personal=(user.email, user.name))
    if not form.is_submitted():
        return render_template("accounts/invitation.html", form=form, user=user)
    if not form.validate():
        return render_template("accounts/invitation.html", form=form, user=user), 422
    hashed = hash_password(form.password.data or "")
    with writing():
        operations.hold(user)  # of two who open one link at once, the second finds it spent
        operations.set_password(queries.user_by_invitation(uuid, secret), hashed)
    _start_session(user)
    flash(_("The password is set. You are signed in."), "ok")
    return redirect(page_url("work"))

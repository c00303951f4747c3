"""Signing in and out, invitation and reset by letter, people and roles, site settings."""

from __future__ import annotations

import json
from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound

from accounts import operations, queries
from accounts.enums import ConsentKind, Role, ScopeKind
from accounts.forms import (
    AssignmentForm,
    ConfirmForm,
    PasswordForm,
    ResetRequestForm,
    SettingsForm,
    SignInForm,
    UserForm,
)
from accounts.labels import ROLE_LABELS
from accounts.models import User
from accounts.passwords import hash_password, matches
from accounts.scopes import scope_choices, scope_name
from accounts.settings import DEFAULTS, change, site
from activity.operations import record
from kernel import limits
from kernel.access import actor, public, requires, shows_form, signed_in, token_page
from kernel.i18n import language
from kernel.links import is_local
from kernel.listing import paginate
from kernel.pages import warm
from kernel.security import client_address
from kernel.text import email_key
from kernel.transaction import writing

blueprint = Blueprint("accounts", __name__)
DEMO_PASSWORD = "demo-2026-forum"


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
    limits.count((limits.SIGN_IN_ACCOUNT, address), (limits.SIGN_IN_ADDRESS, client_address()))
    user = queries.user_by_email(address)
    if not matches(user.password_hash if user else None, form.password.data or "") or not _may_enter(user):
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


def sign_in_page(next_url: str, kept: list[tuple[str, str]]) -> str:
    """The sign-in form for somebody whose session ended while a form was being filled."""
    form = SignInForm(formdata=None)
    form.next.data, form.kept.data = next_url, json.dumps(kept, ensure_ascii=False)
    return _sign_in(form, expired=True)


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
    session.permanent = True


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
    return next_url if is_local(next_url) else url_for("home.work")


@blueprint.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return redirect(url_for("home.front"))


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
    limits.count((limits.LOOKUP_EMAIL, address), (limits.LOOKUP_ADDRESS, client_address()))
    user = queries.user_by_email(address)
    if user is not None and user.is_active:
        with writing():
            operations.request_reset(user, language=language())
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
        operations.set_password(queries.user_by_invitation(uuid, secret), hashed)
    _start_session(user)
    flash(_("The password is set. You are signed in."), "ok")
    return redirect(url_for("home.work"))


@blueprint.get("/manage/people")
@requires("accounts:user:edit")
def people() -> ResponseReturnValue:
    role = request.args.get("role", "")
    statement = queries.users_statement(request.args.get("q", ""), role)
    listing = paginate(statement, {"name": User.name_key, "seen": User.last_seen_at}, default="name", tie=User.id)
    if role in {member.value for member in Role}:
        listing.add_filter("role", _("Role"), str(ROLE_LABELS[Role(role)]))
    return render_template("accounts/people.html", listing=listing, roles=ROLE_LABELS, role=role)


@blueprint.route("/manage/people/new", methods=["GET", "POST"])
@requires("accounts:user:edit")
@shows_form
def new_person() -> ResponseReturnValue:
    form = UserForm()
    if not form.validate_on_submit():
        return render_template("accounts/person_new.html", form=form), 422 if form.is_submitted() else 200
    try:
        with writing():
            user = operations.add_user(form.email.data, form.name.data, by=actor(), position=form.position.data or "")
            operations.invite(user, by=actor(), language=language())
    except IntegrityError:
        form.email.errors = [
            _("Somebody with this e-mail is here already. Find them in the list and give the role there.")
        ]
        return render_template("accounts/person_new.html", form=form), 422
    flash(_("The invitation is on its way. Now give a role."), "ok")
    return redirect(url_for("accounts.person", uuid=user.uuid))


@blueprint.get("/manage/people/<uuid>")
@requires("accounts:user:edit")
def person(uuid: str) -> ResponseReturnValue:
    return _person_page(queries.user_for(uuid, actor()), _assignment_form())


def _person_page(user: User, form: AssignmentForm) -> str:
    return render_template("accounts/person.html", user=user, form=form, confirm=ConfirmForm(), roles=ROLE_LABELS)


def _assignment_form() -> AssignmentForm:
    form = AssignmentForm()
    form.scope.choices = scope_choices()
    return form


@blueprint.post("/manage/people/<uuid>/roles")
@requires("accounts:user:edit")
@shows_form
def roles(uuid: str) -> ResponseReturnValue:
    user = queries.user_for(uuid, actor())
    form = _assignment_form()
    if not form.validate_on_submit():
        return _person_page(user, form), 422
    kind, _sep, scope_id = str(form.scope.data).partition(":")
    with writing():
        operations.assign(
            user,
            Role(form.role.data),
            ScopeKind(kind),
            int(scope_id) if scope_id else None,
            by=actor(),
            scope_name=scope_name(ScopeKind(kind), int(scope_id) if scope_id else None),
        )
    flash(_("The role is given."), "ok")
    return redirect(url_for("accounts.person", uuid=uuid))


@blueprint.post("/manage/people/<uuid>/roles/<int:assignment_id>/withdrawal")
@requires("accounts:user:edit")
def role_withdrawal(uuid: str, assignment_id: int) -> ResponseReturnValue:
    user = queries.user_for(uuid, actor())
    try:
        with writing():
            found = [assignment for assignment in user.assignments if assignment.id == assignment_id]
            if not found:
                raise NotFound()
            operations.withdraw(found[0], by=actor(), administrators=queries.administrators())
        flash(_("The role is taken away."), "ok")
    except operations.LastAdministrator:
        flash(_("This is the last administrator. Make somebody else an administrator first."), "bad")
    return redirect(url_for("accounts.person", uuid=uuid))


@blueprint.post("/manage/people/<uuid>/invitation")
@requires("accounts:user:edit")
def person_invitation(uuid: str) -> ResponseReturnValue:
    user = queries.user_for(uuid, actor())
    with writing():
        operations.invite(user, by=actor(), language=language())
    flash(_("A new invitation is on its way; earlier links no longer work."), "ok")
    return redirect(url_for("accounts.person", uuid=uuid))


@blueprint.post("/manage/people/<uuid>/suspension")
@requires("accounts:user:edit")
def suspension(uuid: str) -> ResponseReturnValue:
    user = queries.user_for(uuid, actor())
    try:
        with writing():
            if user.suspended_at:
                operations.restore(user, by=actor())
                message = _("The account is open again.")
            else:
                operations.suspend(user, by=actor(), administrators=queries.administrators())
                message = _("The account is closed; its sessions have ended.")
        flash(message, "ok")
    except operations.LastAdministrator:
        flash(_("This is the last administrator. Make somebody else an administrator first."), "bad")
    return redirect(url_for("accounts.person", uuid=uuid))


@blueprint.route("/manage/settings", methods=["GET", "POST"])
@requires("accounts:settings:edit")
@shows_form
def site_settings() -> ResponseReturnValue:
    known = {name: getattr(site(), name) for name in DEFAULTS}
    form = SettingsForm(data=known)
    if not form.validate_on_submit():
        return render_template("accounts/settings.html", form=form), 422 if form.is_submitted() else 200
    with writing():
        change({name: value or "" for name, value in form.data.items() if name in DEFAULTS})
        record(actor(), "settings.changed", actor())
    flash(_("The settings are saved."), "ok")
    return redirect(url_for("accounts.site_settings"))


@blueprint.get("/privacy")
@public
@warm("site", seconds=3600)
def privacy() -> ResponseReturnValue:
    texts = [queries.consent_text(kind, language()) for kind in ConsentKind]
    return render_template("accounts/privacy.html", texts=[text for text in texts if text], today=date.today())

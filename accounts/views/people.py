"""People and roles: the list, a person, invitation, roles in their scopes, closing and opening the account."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from accounts import exports, operations, queries
from accounts.enums import Role, ScopeKind
from accounts.forms import AssignmentForm, SuspensionForm, UserForm
from accounts.labels import ROLE_LABELS, STATE_KINDS, STATE_LABELS
from accounts.models import User
from accounts.scopes import read_scope, scope_choices, scope_name
from accounts.views.base import blueprint
from activity.queries import doings
from activity.reading import lines
from kernel.access import actor, requires, shows_form
from kernel.documents import sheets
from kernel.downloads import download
from kernel.forms import form_page
from kernel.i18n import language
from kernel.listing import Listing, paginate
from kernel.permissions import Permission
from kernel.transaction import writing


@blueprint.get("/manage/people")
@requires(Permission.EDIT_USERS)
def people() -> ResponseReturnValue:
    narrowing = queries.Narrowing.of(request.args)
    scopes = scope_choices()
    statement = queries.users_statement(narrowing)
    listing = paginate(
        statement,
        {"name": User.name_key, "seen": User.last_seen_at, "added": User.created_at},
        default="name",
        tie=User.id,
    )
    _tell_filters(listing, narrowing, dict(scopes))
    return render_template(
        "accounts/people.html",
        listing=listing,
        narrowing=narrowing,
        roles=ROLE_LABELS,
        states=STATE_LABELS,
        kinds=STATE_KINDS,
        scopes=scopes[1:],
        export_url=listing.url(page=None, sort=None).replace("/manage/people", "/manage/people.xlsx", 1),
    )


def _tell_filters(listing: Listing[User], narrowing: queries.Narrowing, scopes: dict[str, str]) -> None:
    if narrowing.role:
        listing.add_filter("role", _("Role"), str(ROLE_LABELS[Role(narrowing.role)]))
    if narrowing.state:
        listing.add_filter("state", _("State"), str(STATE_LABELS[narrowing.state]))
    if narrowing.scope:
        listing.add_filter("scope", _("Where"), scopes.get(narrowing.scope, narrowing.scope))


@blueprint.get("/manage/people.xlsx")
@requires(Permission.EDIT_USERS)
def people_export() -> ResponseReturnValue:
    body = exports.people(queries.users_for_export(queries.Narrowing.of(request.args)))
    return download(body, sheets.XLSX, "people-and-roles.xlsx")


@blueprint.route("/manage/people/new", methods=["GET", "POST"])
@requires(Permission.EDIT_USERS)
@shows_form
def new_person() -> ResponseReturnValue:
    form = UserForm()
    if not form.validate_on_submit():
        return form_page("accounts/person_new.html", form)
    try:
        with writing():
            user = operations.add_user(form.email.data, form.name.data, by=actor(), position=form.position.data or "")
            operations.invite(user, by=actor(), language=language())
    except IntegrityError:
        form.email.errors = [
            _("Somebody with this e-mail is here already. Find them in the list and give the role there.")
        ]
        return form_page("accounts/person_new.html", form)
    flash(_("The invitation is on its way. Now give a role."), "ok")
    return redirect(url_for("accounts.person", uuid=user.uuid))


@blueprint.get("/manage/people/<uuid>")
@requires(Permission.EDIT_USERS)
def person(uuid: str) -> ResponseReturnValue:
    return _person_page(queries.user_for(uuid, actor()), _assignment_form(formdata=False))


def _person_page(user: User, form: AssignmentForm, suspension: SuspensionForm | None = None) -> str:
    return render_template(
        "accounts/person.html",
        user=user,
        form=form,
        suspension=suspension or SuspensionForm(formdata=None),
        roles=ROLE_LABELS,
        states=STATE_LABELS,
        kinds=STATE_KINDS,
        entries=lines(actor(), doings(user.id, user.__tablename__)),
    )


def _assignment_form(*, formdata: bool) -> AssignmentForm:
    form = AssignmentForm() if formdata else AssignmentForm(formdata=None)
    form.scope.choices = scope_choices()
    return form


@blueprint.post("/manage/people/<uuid>/roles")
@requires(Permission.EDIT_USERS)
@shows_form
def roles(uuid: str) -> ResponseReturnValue:
    user = queries.user_for(uuid, actor())
    form = _assignment_form(formdata=True)
    if not form.validate_on_submit():
        return _person_page(user, form), 422
    found = read_scope(form.scope.data)
    kind, scope_id = found if found else (ScopeKind.site, None)
    with writing():
        operations.assign(user, Role(form.role.data), kind, scope_id, by=actor(), scope_name=scope_name(kind, scope_id))
    flash(_("The role is given."), "ok")
    return redirect(url_for("accounts.person", uuid=uuid))


@blueprint.post("/manage/people/<uuid>/roles/<int:assignment_id>/withdrawal")
@requires(Permission.EDIT_USERS)
def role_withdrawal(uuid: str, assignment_id: int) -> ResponseReturnValue:
    user = queries.user_for(uuid, actor())
    try:
        with writing():
            operations.withdraw(queries.assignment_of(user, assignment_id), by=actor())
        flash(_("The role is taken away."), "ok")
    except operations.LastAdministrator:
        _refuse_last()
    return redirect(url_for("accounts.person", uuid=uuid))


def _refuse_last() -> None:
    flash(_("This is the last administrator. Make somebody else an administrator first."), "bad")


@blueprint.post("/manage/people/<uuid>/invitation")
@requires(Permission.EDIT_USERS)
def person_invitation(uuid: str) -> ResponseReturnValue:
    user = queries.user_for(uuid, actor())
    with writing():
        operations.invite(user, by=actor(), language=language())
    flash(_("A new invitation is on its way; earlier links no longer work."), "ok")
    return redirect(url_for("accounts.person", uuid=uuid))


@blueprint.post("/manage/people/<uuid>/suspension")
@requires(Permission.EDIT_USERS)
@shows_form
def suspension(uuid: str) -> ResponseReturnValue:
    """Close the account, with the reason."""
    user = queries.user_for(uuid, actor())
    form = SuspensionForm()
    if not form.validate_on_submit():
        return _person_page(user, _assignment_form(formdata=False), form), 422
    try:
        with writing():
            operations.suspend(user, by=actor(), reason=form.reason.data)
        flash(_("The account is closed; its sessions have ended."), "ok")
    except operations.LastAdministrator:
        _refuse_last()
    return redirect(url_for("accounts.person", uuid=uuid))


@blueprint.post("/manage/people/<uuid>/restoration")
@requires(Permission.EDIT_USERS)
def restoration(uuid: str) -> ResponseReturnValue:
    user = queries.user_for(uuid, actor())
    with writing():
        operations.restore(user, by=actor())
    flash(_("The account is open again."), "ok")
    return redirect(url_for("accounts.person", uuid=uuid))

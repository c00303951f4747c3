from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from accounts.enums import ConsentKind, OrganisationKind, Role, ScopeKind, Sphere
from accounts.models import Consent, ConsentText, Organisation, RoleAssignment, User
from accounts.queries import (
    administrators,
    administrators_statement,
    known_wordings,
    organisation_by_code,
    organisations_there,
    user_by_email,
)
from activity.operations import record
from activity.outbox import send
from kernel.access import Actor, SignedIn
from kernel.db import along, db, utcnow
from kernel.pages import bump
from kernel.text import clean, email_key, slugify, sort_key
from kernel.transaction import writing
from territories.models import Territory

INVITATION_LIFE = timedelta(days=7)


class LastAdministrator(ValueError):
    """The site must keep one active administrator."""


def add_user(email: str, name: str, *, by: Actor | None, position: str = "", password_hash: str | None = None) -> User:
    """Add an account, without a password unless given. Raises IntegrityError when the e-mail is known."""
    user = User(email=email_key(email), name=clean(name), position=clean(position), password_hash=password_hash)
    db.session.add(user)
    db.session.flush()
    record(by, "user.added", user)
    return user


def invite(user: User, *, by: Actor | None, language: str = "ru") -> None:
    """Send a link by which the person sets a password; earlier links stop working."""
    user.invitation_generation += 1
    user.invited_at = utcnow()
    db.session.flush()
    record(by, "user.invited", user)
    send("account_invitation", user.email, language=language, user_id=user.id)


RESET = "password-reset"


def look_up_for_reset(email: str, language: str) -> None:
    """What somebody asked for an address that may be nobody's."""
    with writing():
        user = user_by_email(email)
        if user is not None and user.is_active:
            request_reset(user, language=language)


def request_reset(user: User, *, language: str) -> None:
    """Send a link by which the person sets a new password: the one sent before while it holds, so that a stranger's
    asking again ends no link that lies in the mailbox."""
    if not invitation_is_fresh(user):
        user.invitation_generation += 1
    user.invited_at = utcnow()
    db.session.flush()
    record(None, "user.reset_requested", user)
    send("password_reset", user.email, language=language, user_id=user.id)


def invitation_is_fresh(user: User) -> bool:
    return user.invited_at is not None and utcnow() - user.invited_at <= INVITATION_LIFE


def set_password(user: User, password_hash: str) -> None:
    """Set a new password: links and sessions made before stop working."""
    user.password_hash = password_hash
    user.generation += 1
    user.invitation_generation += 1
    user.invited_at = None
    db.session.flush()
    record(user, "user.password_set", user)


def note_sign_in(user: User) -> None:
    user.last_seen_at = utcnow()
    record(user, "user.signed_in", user)


def assign(
    user: User, role: Role, kind: ScopeKind, scope_id: int | None, *, by: Actor | None, scope_name: str = ""
) -> RoleAssignment:
    """Give a role in a scope; giving it twice changes nothing. At the same moment neither: the account is locked before
    looking, else the second would be an error about the unique key."""
    hold(user)
    if known := _equal(user, role, kind, scope_id):
        return known
    assignment = RoleAssignment(role=role, scope_kind=kind, scope_id=scope_id, scope_name=scope_name)
    user.assignments.append(assignment)
    db.session.flush()
    record(
        by, "role.assigned", user, role=role.value, scope=kind.value, scope_id=scope_id, where=scope_name or kind.value
    )
    return assignment


def _equal(user: User, role: Role, kind: ScopeKind, scope_id: int | None) -> RoleAssignment | None:
    wanted = (role, kind, scope_id)
    return next((one for one in user.assignments if (one.role, one.scope_kind, one.scope_id) == wanted), None)


def end_session(user: User, session_id: str | None, *, lifetime: timedelta) -> None:
    """Refuse every copy of this session's cookie from now on; one without an id ends with all the others."""
    if session_id is None:
        end_sessions(user)
        return
    hold(user)
    now = utcnow().timestamp()
    still = [ended for ended in user.ended_sessions if ended[1] > now]
    user.ended_sessions = [*still, [session_id, int(now + lifetime.total_seconds())]]
    db.session.flush()


def end_sessions(user: User) -> None:
    """Sign the person out on every device."""
    hold(user)
    user.generation += 1
    user.ended_sessions = []
    db.session.flush()
    record(user, "user.signed_out_everywhere", user)


def hold(*users: SignedIn, and_administrators: bool = False) -> None:
    """Lock accounts until the transaction ends, and see them as they are now; with `and_administrators` also
    everybody who administers the site. In id order and all at once: who waits for one holds none behind it."""
    wanted: ColumnElement[bool] = User.id.in_([user.id for user in users])
    if and_administrators:
        wanted = wanted | User.id.in_(administrators_statement())
    # Ids alone: with the roles joined, as a signed-in account is read, PostgreSQL refuses to lock.
    db.session.execute(select(User.id).where(wanted).order_by(User.id).with_for_update())
    for user in users:
        db.session.refresh(user)


def withdraw(assignment: RoleAssignment, *, by: Actor | None) -> None:
    """Take a role away; gone already, it stays gone. Raises LastAdministrator."""
    user, at_stake = assignment.user, administers(assignment)
    what = assignment.role, assignment.scope_kind, assignment.scope_id
    hold(user, and_administrators=at_stake)
    with administration_kept(at_stake):
        take_away(user, *what, by=by)


def administers(assignment: RoleAssignment) -> bool:
    return assignment.role is Role.administrator and assignment.scope_kind is ScopeKind.site


def take_away(user: User, role: Role, kind: ScopeKind, scope_id: int | None, *, by: Actor | None) -> None:
    """Of an account that is held."""
    equal = _equal(user, role, kind, scope_id)
    if equal:
        where = equal.scope_name or kind.value
        user.assignments.remove(equal)
        db.session.flush()
        record(by, "role.withdrawn", user, role=role.value, scope=kind.value, where=where)


@contextmanager
def administration_kept(at_stake: bool) -> Iterator[None]:
    """Around whatever may take an administrator away: afterwards somebody must be left who can sign in as one.

    The caller holds everybody who administers the site, so that two who remove each other at once
    do so one after the other, and the second is refused. Raises LastAdministrator.
    """
    yield
    if at_stake and not administrators():
        raise LastAdministrator()


def suspend(user: User, *, by: Actor | None, reason: str = "") -> None:
    """Close the account; sessions end. One closed already stays as it is. Raises LastAdministrator."""
    hold(user, and_administrators=True)
    if user.suspended_at:
        return
    with administration_kept(any(administers(assignment) for assignment in user.assignments)):
        user.suspended_at = utcnow()
        user.suspension_reason = clean(reason)[:500]
        user.generation += 1
        db.session.flush()
    record(by, "user.suspended", user, reason=user.suspension_reason)


def restore(user: User, *, by: Actor | None, reason: str = "") -> None:
    """Open the account again; an open one stays as it is."""
    hold(user)
    if not user.suspended_at:
        return
    user.suspended_at = None
    user.suspension_reason = ""
    db.session.flush()
    record(by, "user.restored", user, reason=clean(reason)[:500])


def add_organisation(
    code: str,
    name: str,
    territory_id: int,
    *,
    by: Actor | None,
    short_name: str = "",
    kind: OrganisationKind = OrganisationKind.other,
    sphere: Sphere = Sphere.social,
    demo: bool = False,
) -> Organisation:
    organisation = Organisation(
        code=code,
        name=clean(name),
        short_name=clean(short_name),
        kind=kind,
        sphere=sphere,
        territory_id=territory_id,
        demo=demo,
    )
    db.session.add(organisation)
    db.session.flush()
    record(by, "organisation.added", organisation)
    return organisation


def ensure_organisation(name: str, territory: Territory, *, by: Actor | None, **columns: Any) -> Organisation:
    """The organisation of that name in the territory, added when there is none; safe when several do it at once.

    The code is made of the name's beginning and says nothing: when another organisation has it, it is numbered.
    """
    base = f"{slugify(sort_key(name))[:50].rstrip('-')}-{territory.oktmo}"
    number = 0
    while True:
        if known := organisations_there(name, territory.id):
            return known[0]
        number += 1
        code = base if number == 1 else f"{base}-{number}"
        if organisation_by_code(code) is not None:
            continue
        try:
            with db.session.begin_nested():
                return add_organisation(code, name, territory.id, by=by, **columns)
        except IntegrityError:  # somebody took the code in the same moment, perhaps for the same organisation
            if organisation_by_code(code) is None:
                raise


def give_consent(text_id: int, subject_type: str, subject_id: int, *, address: str, on_paper: bool = False) -> None:
    """Keep that a consent was given: which wording, by whom, when, from where."""
    given = {"text_id": text_id, "subject_type": subject_type, "subject_id": subject_id}
    along(insert(Consent).inline(), given | {"address": address[:64], "on_paper": on_paper})


def add_consent_text(kind: ConsentKind, language: str, body: str, version: int) -> ConsentText:
    text = ConsentText(kind=kind, language=language, body=body.strip(), version=version)
    db.session.add(text)
    bump("site")
    return text


CONSENT_TEXTS = Path(__file__).parent / "data"


def complete_consent_texts() -> None:
    """An upgrade may bring a kind of consent that an installation set up before has no wording of."""
    if known_wordings():
        with writing():
            load_consent_texts()


def load_consent_texts() -> None:
    """The wordings an installation begins with; repeatable."""
    known = known_wordings()
    for kind in ConsentKind:
        for language in ("ru", "en"):
            if (kind, language) not in known:
                body = (CONSENT_TEXTS / f"{kind.value}.{language}.md").read_text(encoding="utf-8")
                add_consent_text(kind, language, body, version=1)

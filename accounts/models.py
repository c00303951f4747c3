from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.enums import ConsentKind, OrganisationKind, Role, ScopeKind, Sphere
from accounts.permissions import roles_with
from kernel.access import Scopes
from kernel.db import IntPk, Model, enum_column, keep_key, key_column, utcnow
from kernel.permissions import Permission
from kernel.secrets import NamedLink
from territories.models import Territory

INVITATION_LINK = NamedLink("invitation", "/invitation/{}.{}")


class User(Model):
    """Somebody who signs in. The session carries `generation`: raising it signs the user out everywhere."""

    __tablename__ = "user_account"

    id: Mapped[IntPk]
    uuid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    email: Mapped[str] = mapped_column(String(254), unique=True, info={"personal": True})
    name: Mapped[str] = mapped_column(String(255), info={"personal": True})
    name_key: Mapped[str] = key_column("name")
    position: Mapped[str] = mapped_column(String(255), default="", info={"personal": True})
    password_hash: Mapped[str | None] = mapped_column(String(255), info={"personal": True})
    generation: Mapped[int] = mapped_column(default=1)
    invitation_generation: Mapped[int] = mapped_column(default=0)
    invited_at: Mapped[datetime | None]
    ended_sessions: Mapped[list[list[Any]]] = mapped_column(JSON, default=list, server_default="[]")
    """[session id, unix time until which its cookie might be shown] of sessions signed out of."""
    suspended_at: Mapped[datetime | None]
    suspension_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    language: Mapped[str] = mapped_column(String(5), default="ru")
    demo: Mapped[bool] = mapped_column(default=False)

    assignments: Mapped[list["RoleAssignment"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", lazy="selectin", order_by="RoleAssignment.id"
    )

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.suspended_at is None

    @property
    def state(self) -> str:
        """suspended, active, invited (a link went out, no password yet) or waiting (not even that)."""
        if self.suspended_at:
            return "suspended"
        if self.password_hash:
            return "active"
        return "invited" if self.invited_at else "waiting"

    @property
    def display_name(self) -> str:
        return self.name

    def get_id(self) -> str:
        return f"{self.id}:{self.generation}"

    def scopes(self, permission: Permission) -> Scopes:
        """Where this user holds `permission`; territories include those below them (filled at assignment)."""
        roles = roles_with(permission)
        ids: dict[str, set[int]] = {}
        for assignment in self.assignments:
            if assignment.role not in roles:
                continue
            if assignment.scope_kind is ScopeKind.site:
                return Scopes(everywhere=True)
            if assignment.scope_id is not None:
                ids.setdefault(assignment.scope_kind.value, set()).add(assignment.scope_id)
        return Scopes(ids={kind: frozenset(found) for kind, found in ids.items()})

    def holds(self, role: Role) -> bool:
        return any(assignment.role is role for assignment in self.assignments)


keep_key(User, "name", "name_key")


_EVERYWHERE = text("scope_id IS NULL")


class RoleAssignment(Model):
    """A role held in a scope: data, not code."""

    __tablename__ = "role_assignment"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "scope_kind", "scope_id"),
        # The key above tells two NULLs apart. So on PostgreSQL too (migration 0014): to say it here would load
        # that dialect at every start.
        Index("uq_role_assignment_everywhere", "user_id", "role", "scope_kind", unique=True, sqlite_where=_EVERYWHERE),
        Index("ix_role_assignment_scope", "scope_kind", "scope_id"),
    )

    id: Mapped[IntPk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(enum_column(Role), index=True)
    scope_kind: Mapped[ScopeKind] = mapped_column(enum_column(ScopeKind), default=ScopeKind.site)
    scope_id: Mapped[int | None]
    scope_name: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    user: Mapped[User] = relationship(back_populates="assignments")


class Organisation(Model):
    __tablename__ = "organisation"

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = key_column("name")
    short_name: Mapped[str] = mapped_column(String(160), default="")
    kind: Mapped[OrganisationKind] = mapped_column(enum_column(OrganisationKind), default=OrganisationKind.other)
    sphere: Mapped[Sphere] = mapped_column(enum_column(Sphere), default=Sphere.social, index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    territory: Mapped[Territory] = relationship()

    @property
    def title(self) -> str:
        return self.short_name or self.name


keep_key(Organisation, "name", "name_key")


class ConsentText(Model):
    """A version of a consent's wording. The newest of a kind and language is in force."""

    __tablename__ = "consent_text"
    __table_args__ = (UniqueConstraint("kind", "language", "version"),)

    id: Mapped[IntPk]
    kind: Mapped[ConsentKind] = mapped_column(enum_column(ConsentKind))
    language: Mapped[str] = mapped_column(String(5))
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Consent(Model):
    """A consent given: which text, by whom (type and id), when and from where; withdrawn, never deleted."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_subject", "subject_type", "subject_id"),)

    id: Mapped[IntPk]
    text_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    subject_type: Mapped[str] = mapped_column(String(48))
    subject_id: Mapped[int]
    given_at: Mapped[datetime] = mapped_column(default=utcnow)
    withdrawn_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(64), default="", info={"personal": True})
    on_paper: Mapped[bool] = mapped_column(default=False)

    text: Mapped[ConsentText] = relationship()


class Setting(Model):
    """Site settings: operator, contacts and the like, one row a name."""

    __tablename__ = "site_setting"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text, default="")

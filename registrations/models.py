import enum
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.models import Format, Forum, Section
from kernel.db import IntPk, Model, enum_column, keep_key, key_column, key_type, utcnow
from kernel.keys import current_id
from registrations.details import Answers
from territories.models import Territory


class RegistrationStatus(enum.Enum):
    confirmed = "confirmed"
    waitlisted = "waitlisted"
    cancelled = "cancelled"


class Registration(Answers, Model):
    """A person at a forum. A person is an e-mail plus a name: `identity` is unique within the forum.

    Two secrets, rebuilt from (uuid, generation): the link (page «Мой форум») and the code (in the QR only).
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("forum_id", "identity"),
        Index("ix_registration_forum_counts", "forum_id", "status", "format", "territory_id"),
        # Holds all that a search in the list reads: the rows themselves are three times as wide.
        Index("ix_registration_forum_words", "forum_id", "name_key", "organisation_key", "email"),
        Index("ix_registration_forum_created", "forum_id", "created_at"),
        Index("ix_registration_forum_territory", "forum_id", "territory_id"),
        Index("ix_registration_short", "forum_id", "short_hash"),
        Index("ix_registration_waiting", "forum_id", "format", "waiting_number"),
    )

    id: Mapped[IntPk]
    uuid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"))
    identity: Mapped[str] = mapped_column(String(400), info={"personal": True})
    """email_key + "|" + sort_key(name)."""
    email: Mapped[str] = mapped_column(String(254), index=True, info={"personal": True})
    name: Mapped[str] = mapped_column(String(255), info={"personal": True})
    name_key: Mapped[str] = mapped_column(key_type(), default="")
    format: Mapped[Format] = mapped_column(enum_column(Format))
    status: Mapped[RegistrationStatus] = mapped_column(enum_column(RegistrationStatus))
    waiting_number: Mapped[int | None]
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"), index=True)
    place: Mapped[str] = mapped_column(String(255), default="")
    """Where from, as written, of a place that is in no list: another country's town."""
    organisation_key: Mapped[str] = key_column("organisation")
    link_generation: Mapped[int] = mapped_column(default=1)
    code_generation: Mapped[int] = mapped_column(default=1)
    link_hash: Mapped[str] = mapped_column(String(40), unique=True)
    code_hash: Mapped[str] = mapped_column(String(40), unique=True)
    short_hash: Mapped[str] = mapped_column(String(40), default="")
    """Of the code's first 8 characters, which are typed at the door and open nothing else."""
    key_id: Mapped[str] = mapped_column(String(8), default=current_id, server_default="")
    """Which key made the hashes: see `kernel.secrets`."""
    language: Mapped[str] = mapped_column(String(5), default="ru")
    source: Mapped[str] = mapped_column(String(32), default="site")
    """site, import, door or organiser."""
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None] = mapped_column(onupdate=utcnow)
    demo: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None]
    """When the person was erased: what is left counts, and has no name."""
    erased_key: Mapped[str] = mapped_column(String(26), default="", server_default="")
    """Keyed hash of the erased identity, so that a list loaded again does not bring the person back in silence."""

    forum: Mapped[Forum] = relationship()
    territory: Mapped[Territory | None] = relationship()
    interests: Mapped[list["Interest"]] = relationship(back_populates="registration", cascade="all, delete-orphan")

    @property
    def comes_from(self) -> str:
        return self.place or (self.territory.name if self.territory else "")


keep_key(Registration, "name", "name_key")
keep_key(Registration, "organisation", "organisation_key")


class Interest(Model):
    """A section the participant wants to follow."""

    __tablename__ = "registration_interest"
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True, index=True)

    registration: Mapped[Registration] = relationship(back_populates="interests")
    section: Mapped[Section] = relationship()


class AttendanceKind(enum.Enum):
    entry = "entry"
    exit = "exit"
    undo = "undo"
    minutes = "minutes"
    present = "present"
    """That somebody watched is proved, and not for how long: a code word."""


class Attendance(Model):
    """Append-only log of presence: who, where, what, by whom, with the nonce that makes retries harmless."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("forum_id", "nonce"),
        Index("ix_attendance_registration", "registration_id", "at"),
        Index("ix_attendance_forum_at", "forum_id", "at"),
        Index("ix_attendance_watched", "forum_id", "kind", "registration_id", "minutes"),
    )

    id: Mapped[IntPk]
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    kind: Mapped[AttendanceKind] = mapped_column(enum_column(AttendanceKind), default=AttendanceKind.entry)
    minutes: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(32), default="door")
    """door, link, import or host."""
    gate: Mapped[str] = mapped_column(String(80), default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    nonce: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(32), default="")
    """What the nonce was answered with, so that a retry hears the same."""
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    registration: Mapped[Registration] = relationship()


class Inside(Model):
    """Who is in now: one row per registration and gate, so that two doors at once let one person in once."""

    __tablename__ = "inside"
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("attendance.id"))
    entered_at: Mapped[datetime]

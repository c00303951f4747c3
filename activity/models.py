import enum
from datetime import datetime
from uuid import uuid4

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import IntPk, Model, enum_column, utcnow
from kernel.leases import Leased


class Entry(Model):
    """One act: who, what, upon which object. Never changed, never holds values of personal columns."""

    __tablename__ = "activity_entry"
    __table_args__ = (Index("ix_activity_entry_subject", "subject_type", "subject_id", "at"),)

    id: Mapped[IntPk]
    at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    actor_type: Mapped[str] = mapped_column(String(32), default="user")
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_name: Mapped[str] = mapped_column(String(255), default="")
    action: Mapped[str] = mapped_column(String(64), index=True)
    subject_type: Mapped[str] = mapped_column(String(48))
    subject_id: Mapped[int | None]
    subject_name: Mapped[str] = mapped_column(String(255), default="")
    within: Mapped[str] = mapped_column(String(48), default="", server_default="", index=True)
    """The place it happened in, such as "forum:7" or "territory:12": whoever works there may read of it."""
    details: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)

    @property
    def of_themselves(self) -> bool:
        """Whether somebody did it to their own account: signing in."""
        own = ("user", "user_account", self.actor_id)
        return (self.actor_type, self.subject_type, self.subject_id) == own and self.actor_id is not None


class LetterStatus(enum.Enum):
    queued = "queued"
    sent = "sent"
    dead = "dead"


class Letter(Leased, Model):
    """A letter on its way. Only its kind and argument are kept: the body is made when it leaves."""

    __tablename__ = "activity_letter"
    __table_args__ = (Index("ix_activity_letter_due", "status", "urgency", "next_at"),)

    kind: Mapped[str] = mapped_column(String(64))
    argument: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    to: Mapped[str] = mapped_column(String(254), info={"personal": True})
    language: Mapped[str] = mapped_column(String(5), default="ru")
    message_id: Mapped[str] = mapped_column(String(80), default=lambda: str(uuid4()))
    status: Mapped[LetterStatus] = mapped_column(enum_column(LetterStatus), default=LetterStatus.queued)
    next_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))
    held_since: Mapped[datetime | None]
    """Since when it has waited for the mail server, which took no letter at all; such a wait is no attempt."""

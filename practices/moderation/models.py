import enum
from datetime import datetime
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.db import IntPk, Model, enum_column, utcnow
from kernel.keys import current_id
from kernel.secrets import SecretLink
from practices.models import Practice

AUTHOR_LINK = SecretLink("author", "generation", address="/author/{}")


class PracticeAuthor(Model):
    """Who writes a practice by a personal link. Raising the generation makes earlier links useless."""

    __tablename__ = "practice_author"

    id: Mapped[IntPk]
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), unique=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    name: Mapped[str] = mapped_column(String(255), info={"personal": True})
    email: Mapped[str] = mapped_column(String(254), info={"personal": True})
    language: Mapped[str] = mapped_column(String(5), default="ru")
    generation: Mapped[int] = mapped_column(default=1)
    link_hash: Mapped[str] = mapped_column(String(40), unique=True)
    key_id: Mapped[str] = mapped_column(String(8), default=current_id, server_default="")
    """Which key made the hash: see `kernel.secrets`."""
    revoked_at: Mapped[datetime | None]
    sent: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    """The passport as the author last sent, confirmed or was told of it (`passport.content`)."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    practice: Mapped[Practice] = relationship()

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None


class PracticeComment(Model):
    """A word about one field of a passport: the moderator's to the author, or the author's to the editors."""

    __tablename__ = "practice_comment"
    __table_args__ = (Index("ix_practice_comment_open", "practice_id", "resolved_at"),)

    id: Mapped[IntPk]
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(40), default="")
    """A name of `passport.CARD_FIELDS`, "documents", or "" for the whole."""
    text: Mapped[str] = mapped_column(Text)
    from_author: Mapped[bool] = mapped_column(default=False, server_default=false())
    by_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(255), default="")
    was: Mapped[str] = mapped_column(String(64), default="")
    """A digest of the field when the comment was made: tells whether it has been changed since."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    resolved_at: Mapped[datetime | None]

    practice: Mapped[Practice] = relationship()


class Answer(enum.Enum):
    waiting = "waiting"
    confirmed = "confirmed"
    remark = "remark"
    withdrawn = "withdrawn"


class PracticeConfirmation(Model):
    """The author was asked whether the passport, as it was then, is right."""

    __tablename__ = "practice_confirmation"
    __table_args__ = (Index("ix_practice_confirmation_answer", "practice_id", "answer"),)

    id: Mapped[IntPk]
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"))
    by_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(255), default="")
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    base: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    content: Mapped[dict[str, object]] = mapped_column(JSON)
    answer: Mapped[Answer] = mapped_column(enum_column(Answer), default=Answer.waiting)
    answered_at: Mapped[datetime | None]

    practice: Mapped[Practice] = relationship()

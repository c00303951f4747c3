from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.db import IntPk, Model, utcnow
from practices.models import Practice


class PracticeQuestion(Model):
    """A question to the author, kept until it is surely answered (see `operations.forget_old`)."""

    __tablename__ = "practice_question"

    id: Mapped[IntPk]
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255), info={"personal": True})
    email: Mapped[str] = mapped_column(String(254), info={"personal": True})
    organisation: Mapped[str] = mapped_column(String(255), default="")
    text: Mapped[str] = mapped_column(Text, info={"personal": True})
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)

    practice: Mapped[Practice] = relationship()

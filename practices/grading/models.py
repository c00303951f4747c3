from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.db import IntPk, Model, enum_column, utcnow
from practices.models import Evidence, Practice

QUESTIONS = ("evidence_score", "supports", "usability", "need", "fit", "capacity")
"""The six questions of the Hexagon tool, each answered by 1–5."""


class PracticeGrade(Model):
    """What one expert said of one edition. Never changed: a new opinion is a new row, the newest counts."""

    __tablename__ = "practice_grade"
    __table_args__ = (
        Index("ix_practice_grade_user", "practice_id", "user_id"),
        *(CheckConstraint(f"{name} BETWEEN 1 AND 5", name=name) for name in QUESTIONS),
    )

    id: Mapped[IntPk]
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"))
    edition: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    user_name: Mapped[str] = mapped_column(String(255), default="")
    evidence: Mapped[Evidence] = mapped_column(enum_column(Evidence))
    grounds: Mapped[str] = mapped_column(Text)
    evidence_score: Mapped[int]
    supports: Mapped[int]
    usability: Mapped[int]
    need: Mapped[int]
    fit: Mapped[int]
    capacity: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    practice: Mapped[Practice] = relationship()

    def scores(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in QUESTIONS}

import enum
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import User
from adoption.models import Adoption, Exit, ExitReason
from kernel.codes import new_code
from kernel.db import IntPk, Model, enum_column, utcnow
from kernel.files import StoredFile
from kernel.keys import current_id
from kernel.secrets import SecretLink
from territories.models import Territory

QUARTER_LINK = SecretLink("quarter", address="/answer/{}")
"""Of a municipality's personal link."""


class AnswerKind(enum.Enum):
    """The three buttons."""

    no_change = "no_change"
    progress = "progress"
    stopped = "stopped"


class Way(enum.Enum):
    """By which road an answer came."""

    cabinet = "cabinet"
    link = "link"
    excel = "excel"
    paper = "paper"


class Round(Model):
    """The quarterly question asked of a region: one a quarter."""

    __tablename__ = "quarter_round"
    __table_args__ = (UniqueConstraint("region_id", "year", "quarter"),)

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(6), unique=True, default=lambda: new_code())
    region_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    year: Mapped[int]
    quarter: Mapped[int]
    due: Mapped[date]
    opened_at: Mapped[datetime] = mapped_column(default=utcnow)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)

    region: Mapped[Territory] = relationship()
    asks: Mapped[list["Ask"]] = relationship(back_populates="round", order_by="Ask.id")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def territory_id(self) -> int:
        """Where its acts are read of in the log."""
        return self.region_id


class Ask(Model):
    """The question put to one municipality: its personal link and what letters it has been sent."""

    __tablename__ = "quarter_ask"
    __table_args__ = (UniqueConstraint("round_id", "territory_id"),)

    id: Mapped[IntPk]
    uuid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    round_id: Mapped[int] = mapped_column(ForeignKey("quarter_round.id"))
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    link_generation: Mapped[int] = mapped_column(default=1)
    link_hash: Mapped[str] = mapped_column(String(40), unique=True)
    key_id: Mapped[str] = mapped_column(String(8), default=current_id, server_default="")
    """Which key made the hash: see `kernel.secrets`."""
    email: Mapped[str] = mapped_column(String(254), default="", info={"personal": True})
    """Where to write when the municipality has no coordinator here."""
    told_at: Mapped[datetime | None]
    """When the last letter was queued, a reminder too."""

    round: Mapped[Round] = relationship(back_populates="asks")
    territory: Mapped[Territory] = relationship()
    questions: Mapped[list["Question"]] = relationship(back_populates="ask", order_by="Question.id")


class Question(Model):
    """How is this adoption after the quarter? Its code is the ID in the Excel form."""

    __tablename__ = "quarter_question"
    __table_args__ = (UniqueConstraint("round_id", "adoption_id"),)

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(6), unique=True, default=lambda: new_code())
    round_id: Mapped[int] = mapped_column(ForeignKey("quarter_round.id"))
    ask_id: Mapped[int] = mapped_column(ForeignKey("quarter_ask.id"), index=True)
    adoption_id: Mapped[int] = mapped_column(ForeignKey("adoption.id"), index=True)

    ask: Mapped[Ask] = relationship(back_populates="questions")
    adoption: Mapped[Adoption] = relationship()
    answers: Mapped[list["Answer"]] = relationship(back_populates="question", order_by="Answer.id")

    @property
    def current(self) -> "Answer | None":
        """The answer that counts; those before it are history."""
        return next((answer for answer in self.answers if answer.replaced_at is None), None)


_CURRENT = text("replaced_at IS NULL")


class Answer(Model):
    """What a municipality said. A later answer replaces it, and it stays."""

    __tablename__ = "quarter_answer"
    __table_args__ = (
        # So on PostgreSQL too (migration 0005): to say it here would load that dialect at every start.
        Index("uq_quarter_answer_current", "question_id", unique=True, sqlite_where=_CURRENT),
        Index("ix_quarter_answer_question", "question_id"),
    )

    id: Mapped[IntPk]
    question_id: Mapped[int] = mapped_column(ForeignKey("quarter_question.id"))
    kind: Mapped[AnswerKind] = mapped_column(enum_column(AnswerKind))
    served: Mapped[int | None]
    """Families, or what the practice's first unit counts, since the beginning."""
    staff: Mapped[int | None]
    """Specialists who work by the practice now."""
    note: Mapped[str] = mapped_column(Text, default="")
    exit: Mapped[Exit | None] = mapped_column(enum_column(Exit))
    exit_reason: Mapped[ExitReason | None] = mapped_column(enum_column(ExitReason))
    way: Mapped[Way] = mapped_column(enum_column(Way))
    answered_by: Mapped[str] = mapped_column(String(255), default="", info={"personal": True})
    """Who answered, as they signed."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Who typed it in: None by the link."""
    letter_number: Mapped[str] = mapped_column(String(64), default="")
    letter_date: Mapped[date | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    late: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    replaced_at: Mapped[datetime | None]

    question: Mapped[Question] = relationship(back_populates="answers")
    user: Mapped[User | None] = relationship()
    file: Mapped[StoredFile | None] = relationship()

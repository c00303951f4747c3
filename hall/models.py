import enum
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.models import Section
from kernel.db import IntPk, Model, enum_column, utcnow
from registrations.models import Registration
from territories.models import Territory


class Source(enum.Enum):
    """Who says that somebody was there."""

    link = "link"
    """The personal page, open minute by minute."""
    export = "export"
    """The provider's list of attendance."""
    word = "word"
    """The code word the moderator showed."""
    hand = "hand"
    """The organiser."""


class PresenceHour(Model):
    """The minutes of one UTC hour in which a person was in a section, as bits: none can be counted twice."""

    __tablename__ = "presence_hour"
    __table_args__ = (Index("ix_presence_hour_section", "section_id", "hour"),)

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Whole hours since the epoch."""
    source: Mapped[Source] = mapped_column(enum_column(Source), primary_key=True)
    bits: Mapped[int] = mapped_column(BigInteger)
    """Bit n: minute n of the hour."""


class Joining(Model):
    """How a section is joined besides its stream."""

    __tablename__ = "section_joining"

    section_id: Mapped[int] = mapped_column(
        ForeignKey("section.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    phone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    audio_url: Mapped[str] = mapped_column(String(500), default="", server_default="")
    word: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """What the moderator shows and a participant enters; empty: none."""

    section: Mapped[Section] = relationship()


class PresenceRule(Model):
    """What a forum calls taking part remotely; a forum without a row has the columns' defaults."""

    __tablename__ = "presence_rule"

    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"), primary_key=True, autoincrement=False)
    minutes: Mapped[int] = mapped_column(default=15, server_default="15")
    word_counts: Mapped[bool] = mapped_column(default=True, server_default="1")
    """Whether a code word alone is enough."""


class ViewingPoint(Model):
    """A group at one screen: how many watched together, and who says so."""

    __tablename__ = "viewing_point"

    id: Mapped[IntPk]
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), unique=True)
    """The participant at whose screen the group sat; None: the organiser's word."""
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    place: Mapped[str] = mapped_column(String(255), default="", server_default="")
    people: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=utcnow)

    registration: Mapped[Registration | None] = relationship()
    territory: Mapped[Territory | None] = relationship()


class QuestionState(enum.Enum):
    new = "new"
    asked = "asked"
    hidden = "hidden"


class Question(Model):
    """What a participant asks a section's moderator, from the hall or from a screen: one list for both."""

    __tablename__ = "hall_question"
    __table_args__ = (Index("ix_hall_question_section", "section_id", "at"),)

    id: Mapped[IntPk]
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    text: Mapped[str] = mapped_column(Text, info={"personal": True})
    state: Mapped[QuestionState] = mapped_column(enum_column(QuestionState), default=QuestionState.new)
    at: Mapped[datetime] = mapped_column(default=utcnow)

    registration: Mapped[Registration] = relationship()


class Feedback(Model):
    """One tap at the end of a section: 3 useful, 2 in part, 1 not."""

    __tablename__ = "section_feedback"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True, index=True)
    mark: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Trouble(Model):
    """«Не слышно»: somebody could not follow a section in this UTC hour."""

    __tablename__ = "section_trouble"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True, index=True)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)

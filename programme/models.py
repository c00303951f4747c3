import enum
from datetime import datetime
from uuid import uuid4

from sqlalchemy import DateTime, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Organisation
from forum.models import Forum, Room, Section
from kernel.codes import new_code
from kernel.db import IntPk, Model, enum_column, keep_key, key_column, utcnow
from practices.models import Practice
from speakers.models import Speaker
from territories.models import Territory


class SlotKind(enum.Enum):
    opening = "opening"
    talk = "talk"
    break_ = "break"
    lunch = "lunch"
    open_microphone = "open_microphone"
    film = "film"
    closing = "closing"


class TalkFormat(enum.Enum):
    in_person = "in_person"
    remote = "remote"
    recorded = "recorded"


class Slot(Model):
    """An item of a section's programme. A talk is a slot with speakers and, usually, a practice.

    `starts`/`ends` are wall-clock times in the forum's zone. `sequence` rises on a change of time or place;
    a dropped slot stays as cancelled.
    """

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("forum_id", "source_id"),
        Index("ix_slot_forum_starts", "forum_id", "starts"),
        Index("ix_slot_section_starts", "section_id", "starts"),
    )

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(6), unique=True, default=lambda: new_code())
    uuid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"))
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"), index=True)
    """None: the section's room; see `hall`."""
    source_id: Mapped[str | None] = mapped_column(String(64))
    """The ID column of the organiser's workbook."""
    kind: Mapped[SlotKind] = mapped_column(enum_column(SlotKind), default=SlotKind.talk)
    format: Mapped[TalkFormat] = mapped_column(enum_column(TalkFormat), default=TalkFormat.in_person)
    title: Mapped[str] = mapped_column(String(500))
    title_key: Mapped[str] = key_column("title")
    abstract: Mapped[str] = mapped_column(Text, default="")
    starts: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    ends: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    practice_id: Mapped[int | None] = mapped_column(ForeignKey("practice.id"), index=True)
    sequence: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[bool] = mapped_column(default=False)
    announced: Mapped[bool] = mapped_column(default=False)
    """Visitors had seen it when it was cancelled or the programme was hidden; see `shown`."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    forum: Mapped[Forum] = relationship()
    section: Mapped[Section] = relationship()
    room: Mapped[Room | None] = relationship()
    practice: Mapped[Practice | None] = relationship()
    appearances: Mapped[list["Appearance"]] = relationship(
        back_populates="slot", cascade="all, delete-orphan", order_by="Appearance.order_number, Appearance.id"
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def hall(self) -> Room | None:
        """Where it takes place: its own room, else its section's."""
        return self.room or self.section.room

    @property
    def shown(self) -> bool:
        """Whether a published programme shows it, be it struck out: what nobody ever saw is dropped in silence."""
        return not self.cancelled or self.announced


keep_key(Slot, "title", "title_key")


class Appearance(Model):
    """A speaker in a slot, with position, organisation and territory as of then."""

    __tablename__ = "appearance"
    __table_args__ = (UniqueConstraint("slot_id", "speaker_id"),)

    id: Mapped[IntPk]
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    speaker_id: Mapped[int] = mapped_column(ForeignKey("speaker.id"), index=True)
    order_number: Mapped[int] = mapped_column(default=0)
    position: Mapped[str] = mapped_column(String(255), default="", info={"personal": True})
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    organisation_name: Mapped[str] = mapped_column(String(255), default="")
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"), index=True)

    place: Mapped[str] = mapped_column(String(255), default="")
    """Where from, as written, of a place that is in no list."""

    slot: Mapped[Slot] = relationship(back_populates="appearances")
    speaker: Mapped[Speaker] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    territory: Mapped[Territory | None] = relationship()

    @property
    def comes_from(self) -> str:
        return self.territory.name if self.territory else self.place

import enum
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Organisation
from kernel.db import IntPk, Model, enum_column, keep_key, key_column, utcnow
from kernel.zones import home_zone_name
from territories.models import Territory


class EventKind(enum.Enum):
    forum = "forum"
    seminar = "seminar"
    webinar = "webinar"
    contest = "contest"
    strategic_session = "strategic_session"
    meeting = "meeting"
    conference = "conference"


class ForumStatus(enum.Enum):
    """draft: organisers only; announced: public; finished: public, nothing to register for."""

    draft = "draft"
    announced = "announced"
    finished = "finished"


class Format(enum.Enum):
    in_person = "in_person"
    remote = "remote"


class Series(Model):
    """A cycle of forums, such as «ПроСемью»."""

    __tablename__ = "series"

    id: Mapped[IntPk]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = key_column("name")
    description: Mapped[str] = mapped_column(Text, default="")
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    organiser: Mapped[Organisation | None] = relationship()
    territory: Mapped[Territory] = relationship()
    __mapper_args__ = {"version_id_col": version}


keep_key(Series, "name", "name_key")


class Forum(Model):
    __tablename__ = "forum"
    __table_args__ = (Index("ix_forum_status_date", "status", "date_start"),)

    id: Mapped[IntPk]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    kind: Mapped[EventKind] = mapped_column(enum_column(EventKind), default=EventKind.forum)
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = key_column("name")
    subtitle: Mapped[str] = mapped_column(String(255), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    date_start: Mapped[date]
    date_end: Mapped[date]
    timezone: Mapped[str] = mapped_column(String(64), default=home_zone_name)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    place: Mapped[str] = mapped_column(String(255), default="")
    status: Mapped[ForumStatus] = mapped_column(enum_column(ForumStatus), default=ForumStatus.draft)
    programme_published: Mapped[bool] = mapped_column(default=False)
    programme_changed_at: Mapped[datetime | None]
    registration_opens: Mapped[date | None]
    registration_closes: Mapped[date | None]
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    co_organisers: Mapped[str] = mapped_column(Text, default="", server_default="")
    partners: Mapped[str] = mapped_column(Text, default="", server_default="")
    """A name a line, with the address of a site after a dash or without; see `forum.rules.named`."""
    said_figures: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What the organiser says of a forum that is over: «более 2 500 — участников», a line each."""
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    """Rises with whatever a participant's calendar may tell of the forum, and never falls."""
    version: Mapped[int] = mapped_column(default=1)

    series: Mapped[Series] = relationship()
    territory: Mapped[Territory] = relationship()
    venues: Mapped[list["Venue"]] = relationship(back_populates="forum", order_by="Venue.position, Venue.id")
    sections: Mapped[list["Section"]] = relationship(back_populates="forum", order_by="Section.position, Section.id")
    quotas: Mapped[list["Quota"]] = relationship(back_populates="forum", order_by="Quota.format")
    __mapper_args__ = {"version_id_col": version}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def formats(self) -> frozenset[Format]:
        """How one can take part: a format without any places is none."""
        return frozenset(quota.format for quota in self.quotas if quota.capacity != 0)

    @property
    def is_public(self) -> bool:
        return self.status is not ForumStatus.draft

    def registration_open_on(self, today: date) -> bool:
        """Whether registration is open on the forum's local date `today`."""
        if self.status is not ForumStatus.announced:
            return False
        opens = self.registration_opens or date.min
        closes = self.registration_closes or self.date_end
        return opens <= today <= closes


keep_key(Forum, "name", "name_key")


class Venue(Model):
    __tablename__ = "venue"

    id: Mapped[IntPk]
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    address: Mapped[str] = mapped_column(String(255), default="")
    directions: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)

    forum: Mapped[Forum] = relationship(back_populates="venues")
    rooms: Mapped[list["Room"]] = relationship(back_populates="venue", order_by="Room.position, Room.id")


class Room(Model):
    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("venue_id", "name"),)

    id: Mapped[IntPk]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    name: Mapped[str] = mapped_column(String(120))
    floor: Mapped[str] = mapped_column(String(60), default="")
    seats: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)

    venue: Mapped[Venue] = relationship(back_populates="rooms")


class Section(Model):
    """A thematic stream with a moderator, a room, a stream link and capacity by format."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("forum_id", "slug"),)

    id: Mapped[IntPk]
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"))
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = key_column("name")
    short_name: Mapped[str] = mapped_column(String(80), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    moderator: Mapped[str] = mapped_column(String(255), default="")
    """The moderator's role or position as shown publicly."""
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    stream_url: Mapped[str] = mapped_column(String(500), default="")
    # Kept, and asked for by no form until joining a section online reads them.
    capacity_in_person: Mapped[int | None]
    capacity_remote: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    forum: Mapped[Forum] = relationship(back_populates="sections")
    room: Mapped[Room | None] = relationship()
    __mapper_args__ = {"version_id_col": version}

    @property
    def title(self) -> str:
        return self.short_name or self.name


keep_key(Section, "name", "name_key")


class Quota(Model):
    """Places of a forum in one format. `capacity` None is unlimited; `taken` moves only by conditional UPDATE."""

    __tablename__ = "quota"
    __table_args__ = (
        UniqueConstraint("forum_id", "format"),
        CheckConstraint("taken >= 0", name="taken_not_negative"),
        CheckConstraint("capacity IS NULL OR taken <= capacity", name="taken_within_capacity"),
    )

    id: Mapped[IntPk]
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"))
    format: Mapped[Format] = mapped_column(enum_column(Format))
    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    """The number given to the next one in the waiting list, ever growing."""

    forum: Mapped[Forum] = relationship(back_populates="quotas")

    @property
    def left(self) -> int | None:
        """Places left; None when unlimited."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)

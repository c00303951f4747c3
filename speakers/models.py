from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import User
from forum.models import Series
from kernel.codes import new_code
from kernel.db import IntPk, Model, keep_key, key_column, utcnow


class Speaker(Model):
    """A person who speaks, known to one series; `hidden` while no consent to publish the name is in force."""

    __tablename__ = "speaker"
    __table_args__ = (UniqueConstraint("series_id", "identity_key"),)

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(6), unique=True, default=lambda: new_code())
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"))
    name: Mapped[str] = mapped_column(String(255), info={"personal": True})
    name_key: Mapped[str] = key_column("name")
    identity_key: Mapped[str] = mapped_column(String(320), info={"personal": True})
    """The person's key within the series: normalised name (and organisation when namesakes are told apart)."""
    position: Mapped[str] = mapped_column(String(255), default="", info={"personal": True})
    biography: Mapped[str] = mapped_column(Text, default="", info={"personal": True})
    email: Mapped[str | None] = mapped_column(String(254), info={"personal": True})
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    hidden: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)

    series: Mapped[Series] = relationship()
    user: Mapped[User | None] = relationship()


keep_key(Speaker, "name", "name_key")

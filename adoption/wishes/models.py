import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from adoption.models import Adoption
from kernel.codes import new_code
from kernel.db import IntPk, Model, enum_column, utcnow
from practices.models import Practice
from territories.models import Territory


class WishState(enum.Enum):
    waiting = "waiting"
    begun = "begun"
    declined = "declined"


class Wish(Model):
    """Somebody would like to have a practice in a municipality; kept for a while (see `operations.forget_old`)."""

    __tablename__ = "wish"
    __table_args__ = (Index("ix_wish_territory_state", "territory_id", "state"),)

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(6), unique=True, default=lambda: new_code())
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    organisation: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255), info={"personal": True})
    email: Mapped[str] = mapped_column(String(254), info={"personal": True}, index=True)
    message: Mapped[str] = mapped_column(Text, default="", info={"personal": True})
    state: Mapped[WishState] = mapped_column(enum_column(WishState), default=WishState.waiting)
    answer: Mapped[str] = mapped_column(Text, default="")
    """Why it was declined, in the words of whoever did."""
    adoption_id: Mapped[int | None] = mapped_column(ForeignKey("adoption.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)

    practice: Mapped[Practice] = relationship()
    territory: Mapped[Territory] = relationship()
    adoption: Mapped[Adoption | None] = relationship()

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.db import IntPk, Model, utcnow
from kernel.files import StoredFile
from programme.models import Slot


class TalkMaterial(Model):
    """A file of a talk. Visitors have it while it is `published` and the talk itself is shown."""

    __tablename__ = "talk_material"

    id: Mapped[IntPk]
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    title: Mapped[str] = mapped_column(String(255))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    published: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    slot: Mapped[Slot] = relationship()
    file: Mapped[StoredFile] = relationship()

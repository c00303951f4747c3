import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Organisation, User
from forum.models import Forum
from kernel.codes import new_code
from kernel.db import IntPk, Model, enum_column, utcnow
from kernel.files import StoredFile
from practices.models import Practice
from programme.models import Slot
from territories.models import Territory


class Stage(enum.Enum):
    """The eight dated stages, in order."""

    interest = "interest"
    assessment = "assessment"
    preparation = "preparation"
    staffing = "staffing"
    safeguards = "safeguards"
    launched = "launched"
    operating = "operating"
    sustained = "sustained"

    @property
    def number(self) -> int:
        return list(Stage).index(self) + 1

    @property
    def state(self) -> "State":
        return _STATES[self.number - 1]

    def public_state(self, confirmed: bool) -> "State":
        """The state that is counted: a practice works where somebody besides the adopter has confirmed it."""
        return self.state if confirmed else min(self.state, State.ready, key=lambda state: state.rank)


class State(enum.Enum):
    """What people see first: four states over the eight stages."""

    think = "think"
    ready = "ready"
    works = "works"
    firm = "firm"

    @property
    def rank(self) -> int:
        return list(State).index(self) + 1


_STATES = [State.think] * 2 + [State.ready] * 3 + [State.works] * 2 + [State.firm]


class Exit(enum.Enum):
    declined = "declined"
    paused = "paused"
    stopped = "stopped"


class ExitReason(enum.Enum):
    leadership = "leadership"
    approvals = "approvals"
    money = "money"
    staff = "staff"
    no_need = "no_need"
    other_practice = "other_practice"
    other = "other"


class Confirmer(enum.Enum):
    """Who has seen a launch from outside."""

    author = "author"
    mentor = "mentor"
    curator = "curator"


class Adoption(Model):
    """One organisation in one territory takes over one edition of one practice."""

    __tablename__ = "adoption"
    __table_args__ = (
        UniqueConstraint("practice_id", "organisation_id"),
        Index("ix_adoption_territory_stage", "territory_id", "stage"),
        Index("ix_adoption_practice_stage", "practice_id", "stage"),
        Index("ix_adoption_stage_confirmed", "stage", "confirmed"),
    )

    id: Mapped[IntPk]
    code: Mapped[str] = mapped_column(String(6), unique=True, default=lambda: new_code())
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id"))
    edition: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    contact_name: Mapped[str] = mapped_column(String(255), info={"personal": True})
    contact_email: Mapped[str] = mapped_column(String(254), info={"personal": True})
    contact_phone: Mapped[str] = mapped_column(String(40), default="", server_default="", info={"personal": True})
    """Shown to those who may see the adoption, never publicly."""
    aim: Mapped[str] = mapped_column(Text, default="")
    stage: Mapped[Stage] = mapped_column(enum_column(Stage), default=Stage.interest)
    confirmed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether somebody besides the adopter has seen the launch: what the step that stands says, for counting."""
    exit: Mapped[Exit | None] = mapped_column(enum_column(Exit), index=True)
    exit_reason: Mapped[ExitReason | None] = mapped_column(enum_column(ExitReason))
    exit_note: Mapped[str] = mapped_column(Text, default="")
    exit_date: Mapped[date | None]
    units: Mapped[int | None]
    """Families (or what the practice's first unit counts) served so far."""
    source_forum_id: Mapped[int | None] = mapped_column(ForeignKey("forum.id"))
    source_slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"))
    source_adoption_id: Mapped[int | None] = mapped_column(ForeignKey("adoption.id"))
    """The mentor: an adoption of the same practice that works already and helps this one."""
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    practice: Mapped[Practice] = relationship()
    organisation: Mapped[Organisation] = relationship()
    territory: Mapped[Territory] = relationship()
    source_forum: Mapped[Forum | None] = relationship()
    source_slot: Mapped[Slot | None] = relationship()
    mentor: Mapped["Adoption | None"] = relationship(remote_side="Adoption.id", foreign_keys=[source_adoption_id])
    steps: Mapped[list["StageStep"]] = relationship(back_populates="adoption", order_by="StageStep.id")
    __mapper_args__ = {"version_id_col": version}

    @property
    def state(self) -> State:
        return self.stage.state

    @property
    def public_state(self) -> State:
        return self.stage.public_state(self.confirmed)

    @property
    def launch_waits(self) -> bool:
        """The municipality says that it has begun, and nobody has confirmed it yet."""
        return self.stage.number >= Stage.launched.number and not self.confirmed and self.exit is None


class StageStep(Model):
    """A stage reached (or moved back from): when it became true and what shows it."""

    __tablename__ = "adoption_step"
    __table_args__ = (
        Index("ix_adoption_step_adoption_stage", "adoption_id", "stage"),
        Index("ix_adoption_step_recorded_at", "recorded_at"),
        Index("ix_adoption_step_reached", "stage", "adoption_id", "withdrawn_at", "reached_on"),
    )

    id: Mapped[IntPk]
    adoption_id: Mapped[int] = mapped_column(ForeignKey("adoption.id"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage))
    reached_on: Mapped[date]
    evidence: Mapped[str] = mapped_column(Text, default="")
    evidence_url: Mapped[str] = mapped_column(String(500), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    withdrawn_at: Mapped[datetime | None]
    """Set when the adoption moved back before this stage: the row stays as history."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_as: Mapped[Confirmer | None] = mapped_column(enum_column(Confirmer))
    refused_at: Mapped[datetime | None]
    """Set when whoever was to confirm the launch said no: the step is withdrawn with it."""
    refused_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    refused_as: Mapped[Confirmer | None] = mapped_column(enum_column(Confirmer))
    refusal: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Why, in the words of whoever refused."""
    recorded_at: Mapped[datetime] = mapped_column(default=utcnow)

    adoption: Mapped[Adoption] = relationship(back_populates="steps")
    file: Mapped[StoredFile | None] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])

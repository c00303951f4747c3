import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Dialect, ForeignKey, Index, String, Text, TypeDecorator, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.enums import Sphere
from accounts.models import Organisation
from kernel.db import IntPk, Model, enum_column, keep_key, key_column, utcnow
from kernel.files import StoredFile
from territories.models import Territory

Item = dict[str, Any]
"""A step, a resource, a result or a risk of a passport, as JSON keeps it."""
Values = Mapping[str, Any]
"""A passport by field: the fields know their types, a mapping of all of them does not."""


class ChosenSphere(TypeDecorator[Sphere]):
    """A sphere, or None while nobody has chosen one, which the column keeps as ""."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: Sphere | None, dialect: Dialect) -> str:
        return value.value if value is not None else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> Sphere | None:
        return Sphere(value) if value else None


class Admission(enum.Enum):
    draft = "draft"
    submitted = "submitted"
    accepted = "accepted"
    """The card is in order; the passport is completed, confirmed, published."""
    returned = "returned"
    published = "published"
    archived = "archived"


class Evidence(enum.Enum):
    described = "described"
    monitored = "monitored"
    compared = "compared"
    replicated = "replicated"


class Readiness(enum.Enum):
    """How ready a practice is to be taken, by the weakest of what the experts were asked."""

    early = "early"
    with_support = "with_support"
    ready = "ready"


class Prevention(enum.Enum):
    primary = "primary"
    secondary = "secondary"
    tertiary = "tertiary"


class TargetGroup(enum.Enum):
    all = "all"
    large = "large"
    young = "young"
    student = "student"
    disabled_child = "disabled_child"
    svo = "svo"
    hardship = "hardship"
    foster = "foster"
    fathers = "fathers"
    pregnant = "pregnant"
    working = "working"
    teens = "teens"


class DocumentKind(enum.Enum):
    order = "order"
    regulation = "regulation"
    protocol = "protocol"
    agreement = "agreement"
    other = "other"
    presentation = "presentation"
    picture = "picture"


MATERIALS = (DocumentKind.presentation, DocumentKind.picture)
"""Shown beside the sample documents; nobody fills them in."""


class DocumentState(enum.Enum):
    """Where a sample document stands: it comes and goes with an edition, like the text."""

    draft = "draft"
    """Comes with the next edition."""
    current = "current"
    leaving = "leaving"
    """Readers have it until the next edition."""
    past = "past"
    """Of earlier editions only."""


class Practice(Model):
    """A practice: the card of seven fields, and whatever of the full passport is known.

    JSON columns: `steps` [{"text", "core"}], `core`/`adaptable`/`normative`/`materials` [str],
    `resources` [{"kind": people|processes|tools, "need": core|optional|author, "text"}],
    `results` [{"indicator", "baseline", "value", "n", "period", "source"}],
    `risks` [{"risk", "mitigation"}], `formats` [in_person|mobile_team|remote], `ages`/`situations` [str].
    """

    __tablename__ = "practice"
    __table_args__ = (
        Index("ix_practice_admission_name", "admission", "name_key"),
        Index("ix_practice_admission_published", "admission", "published_at", "name_key"),
        Index(
            "ix_practice_facts",
            *("admission", "id", "name_key", "published_at", "sphere", "evidence", "readiness", "territory_id"),
        ),
    )

    id: Mapped[IntPk]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    source_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    admission: Mapped[Admission] = mapped_column(enum_column(Admission), default=Admission.draft)
    # The card
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = key_column("name")
    effect: Mapped[str] = mapped_column(String(300), default="")
    what_is_done: Mapped[str] = mapped_column(Text, default="")
    who_does_it: Mapped[str] = mapped_column(Text, default="")
    what_is_needed: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(String(255), default="", info={"personal": True})
    contact_position: Mapped[str] = mapped_column(String(255), default="", info={"personal": True})
    contact_email: Mapped[str] = mapped_column(String(254), default="", info={"personal": True})
    contact_phone: Mapped[str] = mapped_column(String(40), default="", info={"personal": True})
    contact_public: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the page shows the e-mail; without it questions go through the site."""
    # Identity
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    sphere: Mapped[Sphere | None] = mapped_column(ChosenSphere, nullable=False, index=True)
    """Said by whoever writes the passport, never taken for granted."""
    start_year: Mapped[int | None]
    # For whom
    ages: Mapped[list[str]] = mapped_column(JSON, default=list)
    situations: Mapped[list[str]] = mapped_column(JSON, default=list)
    prevention: Mapped[Prevention | None] = mapped_column(enum_column(Prevention))
    # What
    problem: Mapped[str] = mapped_column(Text, default="")
    goal: Mapped[str] = mapped_column(Text, default="")
    steps: Mapped[list[Item]] = mapped_column(JSON, default=list)
    core: Mapped[list[str]] = mapped_column(JSON, default=list)
    adaptable: Mapped[list[str]] = mapped_column(JSON, default=list)
    normative: Mapped[list[str]] = mapped_column(JSON, default=list)
    formats: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Resources
    resources: Mapped[list[Item]] = mapped_column(JSON, default=list)
    cost_once: Mapped[int | None]
    cost_year: Mapped[int | None]
    cost_family: Mapped[int | None]
    staff: Mapped[float | None]
    launch_months_min: Mapped[int | None]
    launch_months_max: Mapped[int | None]
    first_unit: Mapped[str] = mapped_column(String(255), default="")
    # Results and transfer
    results: Mapped[list[Item]] = mapped_column(JSON, default=list)
    conditions: Mapped[str] = mapped_column(Text, default="")
    risks: Mapped[list[Item]] = mapped_column(JSON, default=list)
    materials: Mapped[list[str]] = mapped_column(JSON, default=list)
    mentor_capacity: Mapped[str] = mapped_column(String(255), default="")
    review_due: Mapped[date | None]
    found_through: Mapped[str] = mapped_column(String(80), default="")
    # What the experts say, projected from their grades for pages and filters
    evidence: Mapped[Evidence | None] = mapped_column(enum_column(Evidence), index=True)
    readiness: Mapped[Readiness | None] = mapped_column(enum_column(Readiness), index=True)
    graded_at: Mapped[datetime | None]

    working: Mapped[dict[str, object] | None] = mapped_column(
        JSON(none_as_null=True), deferred=True, info={"personal": True}
    )
    """Fields the next edition changes, as `passport.freeze` writes them; nobody but the editors sees them."""
    archive_reason: Mapped[str] = mapped_column(String(255), default="", server_default="")

    demo: Mapped[bool] = mapped_column(default=False)
    edition: Mapped[int] = mapped_column(default=1)
    """Rises with each publication of changed content; an adoption remembers which it took."""
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation | None] = relationship()
    territory: Mapped[Territory] = relationship()
    groups: Mapped[list["PracticeGroup"]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    samples: Mapped[list["SampleDocument"]] = relationship(
        back_populates="practice", order_by="SampleDocument.position, SampleDocument.id"
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def is_public(self) -> bool:
        return self.admission is Admission.published

    @property
    def once_public(self) -> bool:
        """Whether readers know a text of it: then edits wait for the next edition."""
        return self.is_public or self.published_at is not None

    @property
    def documents(self) -> "list[SampleDocument]":
        """The sample documents of the text that readers see, or will see first."""
        return [one for one in self.samples if one.is_shown] if self.once_public else self.next_documents

    @property
    def next_documents(self) -> "list[SampleDocument]":
        """The sample documents of the next edition."""
        return [one for one in self.samples if one.state in (DocumentState.draft, DocumentState.current)]

    @property
    def target_groups(self) -> list[TargetGroup]:
        return [row.target_group for row in self.groups]


keep_key(Practice, "name", "name_key")


class PracticeGroup(Model):
    """A practice is for this target group."""

    __tablename__ = "practice_group"
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), primary_key=True)
    target_group: Mapped[TargetGroup] = mapped_column(enum_column(TargetGroup), primary_key=True, index=True)


class PracticeEdition(Model):
    """A published edition, kept whole as JSON."""

    __tablename__ = "practice_edition"
    __table_args__ = (UniqueConstraint("practice_id", "number"),)

    id: Mapped[IntPk]
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id"))
    number: Mapped[int]
    content: Mapped[dict[str, object]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(default=utcnow)


class SampleDocument(Model):
    """A document an adopter downloads and fills."""

    __tablename__ = "sample_document"

    id: Mapped[IntPk]
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind), default=DocumentKind.order)
    title: Mapped[str] = mapped_column(String(255))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    position: Mapped[int] = mapped_column(default=0)
    state: Mapped[DocumentState] = mapped_column(
        enum_column(DocumentState), default=DocumentState.draft, server_default="draft"
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    practice: Mapped[Practice] = relationship(back_populates="samples")
    file: Mapped[StoredFile] = relationship()

    @property
    def is_shown(self) -> bool:
        return self.state in SHOWN_STATES


SHOWN_STATES = (DocumentState.current, DocumentState.leaving)
"""States of documents that readers of the newest edition have."""


class PracticeSpread(Model):
    """Where a practice stands, by territory: filled from above through a signal, for filters and order here."""

    __tablename__ = "practice_spread"
    __table_args__ = (
        Index("ix_practice_spread_territory", "territory_id", "state"),
        Index("ix_practice_spread_practice", "practice_id", "territory_id", "state"),
    )

    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"), primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    organisations: Mapped[int] = mapped_column(default=0)


class SavedSearch(Model):
    """A search somebody keeps: the parameters of its address under a name of their own."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("user_id", "name_key"),)

    id: Mapped[IntPk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120), info={"personal": True})
    name_key: Mapped[str] = key_column("name", 120)
    query: Mapped[str] = mapped_column(String(4000), info={"personal": True})
    """What stands after «?» in the catalogue's address, without the page."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


keep_key(SavedSearch, "name", "name_key")

import enum
from datetime import date

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.db import IntPk, Model, enum_column, keep_key, key_column


class Level(enum.Enum):
    country = "country"
    region = "region"
    municipality = "municipality"


class SizeClass(enum.Enum):
    """By population: under 15,000; under 50,000; under 100,000; more."""

    small = "small"
    medium = "medium"
    large = "large"
    city = "city"


class Territory(Model):
    """One edition of a territory; codes change with reforms, so `valid_from`/`valid_to` and a predecessor."""

    __tablename__ = "territory"
    __table_args__ = (
        UniqueConstraint("oktmo", "valid_from"),
        Index("ix_territory_parent_current", "parent_id", "valid_to"),
        Index("ix_territory_level_name", "level", "valid_to", "name_key"),
    )

    id: Mapped[IntPk]
    oktmo: Mapped[str] = mapped_column(String(11), index=True)
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = key_column("name")
    short_name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(255), default="")
    level: Mapped[Level] = mapped_column(enum_column(Level), index=True)
    kind: Mapped[str] = mapped_column(String(80), default="")
    center: Mapped[str] = mapped_column(String(120), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    population: Mapped[int | None]
    population_quality: Mapped[str] = mapped_column(String(40), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    size_class: Mapped[SizeClass | None] = mapped_column(enum_column(SizeClass), index=True)
    distance_km: Mapped[int | None]
    """Straight-line kilometres to the region's centre: remoteness."""
    remote: Mapped[bool] = mapped_column(default=False, index=True)
    tile_col: Mapped[int | None]
    tile_row: Mapped[int | None]
    federal_district: Mapped[str] = mapped_column(String(80), default="")
    iso_code: Mapped[str] = mapped_column(String(10), default="")
    valid_from: Mapped[date] = mapped_column(default=date(2006, 1, 1))
    valid_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    note: Mapped[str] = mapped_column(String(255), default="")

    parent: Mapped["Territory | None"] = relationship(remote_side="Territory.id", foreign_keys=[parent_id])
    successor: Mapped["Territory | None"] = relationship(remote_side="Territory.id", foreign_keys=[successor_id])

    @property
    def is_current(self) -> bool:
        return self.valid_to is None

    @property
    def region(self) -> "Territory":
        """The region it lies in; a region or the country is its own."""
        found = self
        while found.level is Level.municipality and found.parent is not None:
            found = found.parent
        return found


keep_key(Territory, "name", "name_key")


class Boundary(Model):
    """Where a territory lies on the real map of the one above it."""

    __tablename__ = "territory_boundary"

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id", ondelete="CASCADE"), primary_key=True)
    rings: Mapped[list[list[list[int]]]] = mapped_column(JSON, default=list)
    """Kept outlines as `geometry.drawing.thinned` makes them; empty for a dot without a boundary."""
    path: Mapped[str] = mapped_column(Text, default="")
    """As drawn: an SVG path in the units of the map above."""
    x: Mapped[int] = mapped_column(default=0)
    y: Mapped[int] = mapped_column(default=0)
    room: Mapped[int] = mapped_column(default=0)
    """Units free around (x, y); 0 for a territory too small to be seen: it is drawn as a dot."""
    credit: Mapped[str] = mapped_column(String(255), default="")
    """Who made the boundary and on what terms, as it must be shown."""


class BoundaryMap(Model):
    """The size of a territory's real map, in units of its parts' paths."""

    __tablename__ = "territory_boundary_map"

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id", ondelete="CASCADE"), primary_key=True)
    width: Mapped[int]
    height: Mapped[int]

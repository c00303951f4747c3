"""Database: model base, column types, engines of both kinds."""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Enum, Executable, Integer, MetaData, String, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from kernel import mode
from kernel.text import sort_key

Columns = dict[str, Any]
"""Values of columns by name, of whatever types the columns are."""
Record = tuple[Any, ...]
"""A row as the driver gives it, in the order of the statement's columns."""


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. Refuses naive values, returns aware UTC ones on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: what happened is stored in UTC")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    registry = registry(metadata=_metadata, type_annotation_map={datetime: UTCDateTime()})


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:

    class Model(Base):
        """What `db.Model` is, for the type checker."""

        __abstract__ = True

        def __init__(self, **columns: object) -> None: ...
else:
    Model = db.Model

ALONG = "along"
"""Option of an execution: the list that takes its rows once it has been sent (`along`)."""
IntPk = Annotated[int, mapped_column(Integer, primary_key=True)]


def enum_column(kind: type[enum.Enum]) -> Enum:
    """A portable enum type: VARCHAR(32) holding the members' values."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )


def key_type(length: int = 255) -> String:
    """Keys are ordered by code point on both databases, whatever PostgreSQL's own collation."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def key_column(source: str, length: int = 255) -> Mapped[str]:
    """A column kept equal to `sort_key` of column `source`: search and order that know Cyrillic case."""

    def derive(context: Any) -> str:
        return sort_key(context.get_current_parameters().get(source) or "")[:length]

    return mapped_column(key_type(length), default=derive, index=True)


def keep_key(model: type[DeclarativeBase], source: str, key: str) -> None:
    """Keep `model.<key>` in step with `model.<source>` whenever the latter is set."""
    length = cast(String, model.__table__.columns[key].type).length  # some letters fold into two

    def changed(target: object, value: str | None, _old: object, _initiator: object) -> None:
        setattr(target, key, sort_key(value or "")[:length])

    event.listen(getattr(model, source), "set", changed, propagate=True)


def init_app(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            from kernel import postgresql  # noqa: PLC0415  (its driver is large: only where it is the database)

            postgresql.serve(db.engine)


def dialect() -> str:
    """The database in use: "sqlite" or "postgresql"."""
    return db.session.get_bind().dialect.name


def inserting(target: Any, kind: str = "") -> Any:
    """An insert into a model or table that knows `on_conflict_do_…`, for the database in use or one of that `kind`."""
    if (kind or dialect()) == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415  (large: only where it is the database)
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]  # noqa: PLC0415
    return insert(target)


def along(statement: Executable, values: Columns) -> list[Record]:
    """Execute what needs no answer at once: on PostgreSQL it goes to the server together with the next statement.

    There a broken constraint surfaces. The rows given back, if any, are filled in by then.
    """
    rows: list[Record] = []
    if dialect() == "postgresql":
        db.session.connection().execute(statement, values, execution_options={ALONG: rows})
    else:
        result = db.session.connection().execute(statement, values)
        rows.extend(result.all() if result.returns_rows else ())  # type: ignore[arg-type]
    return rows


def measure_tables() -> None:
    """Tell PostgreSQL what its tables hold after much was written at once: else it plans by guesses for a minute."""
    if dialect() == "postgresql":
        db.session.execute(text("ANALYZE"))


def utcnow() -> datetime:
    """Now, by a clock that tests may move."""
    return _clock()


def _system_clock() -> datetime:
    return datetime.now(UTC)


_clock: Callable[[], datetime] = _system_clock


def set_clock(clock: Callable[[], datetime] | None) -> None:
    """Replace the clock (tests, the demo world); None restores the system's."""
    global _clock
    _clock = clock or _system_clock


@event.listens_for(Engine, "connect")
def _configure_sqlite(connection: Any, _record: object) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        # The driver's own transaction handling begins too late and too lazily: ours is explicit.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=20000")
        cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is gone from the file, too
        cursor.close()


@event.listens_for(Engine, "begin")
def _begin_on_sqlite(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        writing = mode.is_writing()
        driver = connection.connection.dbapi_connection  # without SQLAlchemy's machinery: a tenth of the time
        driver.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
        driver.execute("BEGIN IMMEDIATE" if writing else "BEGIN")

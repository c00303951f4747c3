from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, select, text

from accounts.models import User
from forum.models import Format, Forum, Series
from kernel.db import Base, db
from kernel.search import rebuild
from kernel.transaction import writing
from practices.models import Admission, Practice
from registrations.models import Registration, RegistrationStatus


def published_slugs() -> list[str]:
    """Slugs of the catalogue, for the sitemap."""
    return list(
        db.session.scalars(
            select(Practice.slug).where(Practice.admission == Admission.published).order_by(Practice.name_key)
        )
    )


class Begun(NamedTuple):
    """What a new installation has already."""

    series: bool
    forums: bool
    practices: bool
    colleagues: bool


def begun() -> Begun:
    """Whether there is a series, a forum, a published practice, a second person. One statement."""
    second = select(User.id).limit(1).offset(1)
    row = db.session.execute(
        select(
            select(Series.id).exists(),
            select(Forum.id).exists(),
            _published().exists(),
            second.exists(),
        )
    ).one()
    return Begun(*map(bool, row))


def any_published() -> bool:
    """Whether the catalogue has anything to find."""
    return bool(db.session.scalar(select(_published().exists())))


def _published() -> Select[int]:
    return select(Practice.id).where(Practice.admission == Admission.published)


def has_users() -> bool:
    """Whether anybody has an account here: a database somebody works with."""
    return db.session.scalar(select(User.id).limit(1)) is not None


def empty_database() -> None:
    """Delete every row of every table (the demo world, before it is loaded again)."""
    dialect = db.session.get_bind().dialect.name
    with writing():
        if dialect == "postgresql":
            names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
            db.session.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        else:
            db.session.execute(text("PRAGMA defer_foreign_keys = ON"))
            for table in reversed(Base.metadata.sorted_tables):
                db.session.execute(table.delete())
        rebuild()  # of nothing: the search index is emptied too


def confirmed_at(forum_id: int) -> Sequence[tuple[int, Format]]:
    """Whoever has a place at the forum, as (registration id, format)."""
    mine = (Registration.forum_id == forum_id, Registration.status == RegistrationStatus.confirmed)
    return db.session.execute(select(Registration.id, Registration.format).where(*mine)).all()

from __future__ import annotations

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound

from accounts.scopes import reach
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission
from practices.grading.models import PracticeGrade
from practices.models import Admission, Practice, SampleDocument

_graded = (
    select(PracticeGrade.practice_id, func.max(PracticeGrade.edition).label("edition"))
    .group_by(PracticeGrade.practice_id)
    .subquery()
)


def _reached(user: SignedIn, statement: Select[Practice]) -> Select[Practice]:
    territories = reach(user.scopes(Permission.GRADE_PRACTICES))
    statement = statement.where(Practice.admission == Admission.published)
    return statement if territories is None else statement.where(Practice.territory_id.in_(territories))


def waiting_statement(user: SignedIn) -> Select[Practice]:
    """Practices of the catalogue that nobody has graded, or that have a newer edition than any grade."""
    statement = (
        select(Practice)
        .outerjoin(_graded, _graded.c.practice_id == Practice.id)
        .where(or_(_graded.c.edition.is_(None), _graded.c.edition < Practice.edition))
        .options(joinedload(Practice.territory), joinedload(Practice.organisation))
    )
    return _reached(user, statement)


def graded_statement(user: SignedIn) -> Select[Practice]:
    """Practices whose newest edition has a grade."""
    statement = (
        select(Practice)
        .join(_graded, _graded.c.practice_id == Practice.id)
        .where(_graded.c.edition >= Practice.edition)
        .options(joinedload(Practice.territory), joinedload(Practice.organisation))
    )
    return _reached(user, statement)


def practice_to_grade(user: SignedIn, slug: str) -> Practice:
    """A practice of the catalogue where `user` is an expert. Raises NotFound."""
    statement = select(Practice).where(Practice.slug == slug)
    statement = statement.options(
        joinedload(Practice.territory), selectinload(Practice.samples).joinedload(SampleDocument.file)
    )
    found = db.session.scalar(_reached(user, statement))
    if found is None:
        raise NotFound()
    return found


def latest_grades(practice_id: int) -> list[PracticeGrade]:
    """The newest grade of each expert, the newest first."""
    newest = select(func.max(PracticeGrade.id)).where(PracticeGrade.practice_id == practice_id)
    newest = newest.group_by(PracticeGrade.user_id)
    return list(
        db.session.scalars(select(PracticeGrade).where(PracticeGrade.id.in_(newest)).order_by(PracticeGrade.id.desc()))
    )

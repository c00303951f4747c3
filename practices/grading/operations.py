from __future__ import annotations

from collections.abc import Mapping

from activity.operations import record
from kernel.access import SignedIn
from kernel.db import db, utcnow
from practices.grading.models import PracticeGrade
from practices.grading.queries import latest_grades
from practices.grading.rules import evidence_of, readiness_of
from practices.models import Evidence, Practice
from practices.operations import hold, show


def grade(
    practice: Practice, evidence: Evidence, grounds: str, scores: Mapping[str, int], *, by: SignedIn, comment: str = ""
) -> PracticeGrade:
    """Keep an expert's opinion of the edition in the catalogue, and what follows for its page and filters."""
    hold(practice)
    given = PracticeGrade(
        practice_id=practice.id,
        edition=practice.edition,
        user_id=by.id,
        user_name=by.display_name,
        evidence=evidence,
        grounds=grounds,
        comment=comment,
        **scores,
    )
    db.session.add(given)
    db.session.flush()
    grades = latest_grades(practice.id)
    practice.evidence, practice.readiness = evidence_of(grades), readiness_of(grades)
    practice.graded_at = utcnow()
    db.session.flush()
    record(by, "practice.graded", practice, edition=practice.edition, evidence=evidence.value, scores=dict(scores))
    show(practice)
    return given

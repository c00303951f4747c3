from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from kernel.forms import Form, TextField, required
from practices.grading.labels import ANSWER_LABELS, QUESTION_LABELS
from practices.grading.models import QUESTIONS, PracticeGrade
from practices.labels import EVIDENCE_LABELS
from practices.models import Evidence

_ANSWERS = [(str(number), label) for number, label in ANSWER_LABELS.items()]


def _question(name: str) -> RadioField:
    return RadioField(QUESTION_LABELS[name], [required], choices=_ANSWERS)


class GradeForm(Form):
    """How the results are known, on what grounds, and six plain questions."""

    evidence = RadioField(
        _l("How are the results known?"),
        [required],
        choices=[(level.value, label) for level, label in EVIDENCE_LABELS.items()],
    )
    grounds = TextField(
        _l("On what grounds"), [required], description=_l("What you relied on: a report, a register, a study, a talk.")
    )
    evidence_score = _question("evidence_score")
    supports = _question("supports")
    usability = _question("usability")
    need = _question("need")
    fit = _question("fit")
    capacity = _question("capacity")
    comment = TextField(_l("A word to the author and the methodist"), maximum=2000)

    def show(self, grade: PracticeGrade) -> None:
        """Begin from the expert's own former grade."""
        self.evidence.data, self.grounds.data, self.comment.data = grade.evidence.value, grade.grounds, grade.comment
        for name, score in grade.scores().items():
            self[name].data = str(score)

    def level(self) -> Evidence:
        return Evidence(self.evidence.data)

    def scores(self) -> dict[str, int]:
        return {name: int(self[name].data) for name in QUESTIONS}

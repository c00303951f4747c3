"""The six questions of the Hexagon tool as one would ask them aloud."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

QUESTION_LABELS = {
    "evidence_score": _l("Are there data showing that it helps such families?"),
    "supports": _l("Does the author give what one needs to begin: papers, training, a mentor?"),
    "usability": _l("Is it clear from the passport what to do and what must not be changed?"),
    "need": _l("Does it answer a need that many families have?"),
    "fit": _l("Does it fit into the ordinary work of a municipality's institutions?"),
    "capacity": _l("Has an ordinary municipality the people, the money and the rooms for it?"),
}
ANSWER_LABELS = {1: _l("no"), 2: _l("rather no"), 3: _l("in part"), 4: _l("rather yes"), 5: _l("yes")}

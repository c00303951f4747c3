"""Links of the quarterly question and of launches to confirm under another key."""

from __future__ import annotations

from collections.abc import Sequence

from activity.outbox import send
from adoption import queries
from adoption.cabinet import launches
from adoption.models import Adoption
from adoption.quarter.models import QUARTER_LINK, Ask
from adoption.quarter.operations import tell as tell_municipality
from adoption.quarter.queries import asks_of_open_rounds
from kernel.rekeying import Compared, Stored


def tell(ids: Sequence[int]) -> int:
    """The question anew to the municipalities of rounds that are open."""
    return sum(tell_municipality(ask, "quarter_question") for ask in asks_of_open_rounds(ids))


def waiting() -> list[tuple[Adoption, int]]:
    """Adoptions whose launch the author may confirm by a link, with the id of its step."""
    found = []
    for adoption_id in queries.launches_without_word():
        adoption = queries.adoption_by_id(adoption_id)
        step = launches.asked_step(adoption) if adoption is not None else None
        if adoption is not None and step is not None and launches.link_path(adoption):
            found.append((adoption, step.id))
    return found


def tell_authors() -> int:
    found = waiting()
    for adoption, _step in found:
        send("adoption_launched", adoption.practice.contact_email, adoption_id=adoption.id)
    return len(found)


QUESTIONS = Stored(Ask, (QUARTER_LINK,), tell)
LAUNCHES = Compared(
    launches.LAUNCH_LINK.purpose, lambda: [(adoption.code, step_id) for adoption, step_id in waiting()], tell_authors
)

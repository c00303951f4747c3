"""What may follow what, and what a passport still lacks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from practices.models import Admission
from practices.moderation.models import PracticeAuthor
from practices.passport import CARD_FIELDS

MOVES: dict[Admission, frozenset[Admission]] = {
    Admission.draft: frozenset({Admission.submitted, Admission.published, Admission.archived}),
    Admission.submitted: frozenset(
        {Admission.draft, Admission.accepted, Admission.returned, Admission.published, Admission.archived}
    ),
    Admission.accepted: frozenset({Admission.returned, Admission.published, Admission.archived}),
    Admission.returned: frozenset({Admission.submitted, Admission.published, Admission.archived}),
    Admission.published: frozenset({Admission.draft, Admission.archived}),
    Admission.archived: frozenset({Admission.draft, Admission.published}),
}
AUTHORS_TURN = frozenset({Admission.draft, Admission.returned})
"""When the author's link lets the card be changed."""
REVIEWED = frozenset({Admission.submitted, Admission.accepted})
"""When the card is with the editors, who may return it."""
COMMENTED = (*CARD_FIELDS, "documents", "")
"""What a moderator may comment on; "" is the whole."""


class IllegalMove(ValueError):
    """The practice is not where this step begins: somebody has decided meanwhile."""


class Incomplete(ValueError):
    """The card lacks fields: their names are the arguments."""


class Unconfirmed(ValueError):
    """The author has not confirmed this text."""


class OpenComments(ValueError):
    """Comments are open: how many is the argument."""


def check_move(now: Admission, to: Admission) -> None:
    """Raise IllegalMove unless `to` may follow."""
    if to not in MOVES[now]:
        raise IllegalMove(f"{now.value} → {to.value}")


def missing(passport: Mapping[str, object]) -> list[str]:
    """Names of the card's fields that are empty in a passport as JSON."""
    return [name for name in CARD_FIELDS if not passport.get(name)]


def lacking_in_catalogue(passport: Mapping[str, object]) -> list[str]:
    """What must be filled in before publication: the card, and the sphere that its editors choose."""
    return missing(passport) + ([] if passport.get("sphere") else ["sphere"])


def digest(value: object) -> str:
    """Tells whether a field has been changed, without keeping what it held."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def differing(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Names of the fields that differ between two passports as JSON."""
    return [name for name in after if (before.get(name) or None) != (after[name] or None)]


def needs_confirmation(author: PracticeAuthor | None, content: Mapping[str, object]) -> bool:
    """Whether the text says something that the author, who has a link, has neither written nor confirmed."""
    return author is not None and author.is_open and bool(differing(author.sent or {}, content))

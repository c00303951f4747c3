"""The wordings of consents in force, as the forms that ask for them need them."""

from __future__ import annotations

from typing import NamedTuple

from accounts import queries
from accounts.enums import ConsentKind
from kernel import pages

NEWS = False
"""Whether letters with news exist. Until they do nobody is asked to agree to them; what was given stays kept."""


class Wording(NamedTuple):
    id: int
    body: str


def wordings(language: str) -> dict[ConsentKind, Wording]:
    """The newest of each kind, Russian where there is none in `language`; kept until the site changes."""
    return pages.remembered(f"accounts.wordings.{language}", ("site",), lambda: _read(language))


def _read(language: str) -> dict[ConsentKind, Wording]:
    return {kind: Wording(text_id, body) for kind, text_id, body in queries.wordings(language)}

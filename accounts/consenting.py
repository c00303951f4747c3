"""The wordings of consents in force, as the forms that ask for them need them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, select

from accounts.enums import ConsentKind
from accounts.models import ConsentText
from kernel import pages
from kernel.db import db

NEWS = False
"""Whether letters with news exist. Until they do nobody is asked to agree to them; what was given stays kept."""


class Wording(NamedTuple):
    id: int
    body: str


def wordings(language: str) -> dict[ConsentKind, Wording]:
    """The newest of each kind, Russian where there is none in `language`; kept until the site changes."""
    return pages.remembered(f"accounts.wordings.{language}", ("site",), lambda: _read(language))


def _read(language: str) -> dict[ConsentKind, Wording]:
    rows = db.session.connection().execute(_IN_FORCE, {"language": language})
    return {kind: Wording(text_id, body) for kind, text_id, body in rows}


_text = ConsentText.__table__.c
_IN_FORCE = (
    select(_text.kind, _text.id, _text.body)
    .where(_text.language.in_([bindparam("language"), "ru"]))
    .order_by(_text.language == bindparam("language"), _text.version)
)

"""Honest figures of a forum, each with what was counted: for the desk afterwards and for the certificate (справка).

Features above add theirs by `@forum_facts`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import ngettext

from forum import queries
from forum.models import Forum


@dataclass(frozen=True)
class Fact:
    """A number as it is to be read, and its definition."""

    value: str
    definition: str


Teller = Callable[[Forum], list[Fact]]
T = TypeVar("T", bound=Teller)
_tellers: list[tuple[int, Teller]] = []


def forum_facts(order: int = 50) -> Callable[[T], T]:
    """Register figures of forums; lower `order` comes first."""

    def register(tell: T) -> T:
        if all(known is not tell for _order, known in _tellers):
            _tellers.append((order, tell))
            _tellers.sort(key=lambda pair: pair[0])
        return tell

    return register


def facts(forum: Forum) -> list[Fact]:
    return [fact for _order, tell in _tellers for fact in tell(forum)]


@forum_facts(order=60)
def sections(forum: Forum) -> list[Fact]:
    number = len(queries.sections_of(forum.id))
    return [Fact(str(number), ngettext("section of the forum", "sections of the forum", number))] if number else []

"""Honest figures of a forum, each with what was counted: for the desk afterwards and for the certificate (справка).

Features above add theirs by `@forum_facts`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from forum import queries
from forum.models import Forum
from kernel.contributors import Contributors


class Fact(NamedTuple):
    """A number as it is to be read, and its definition."""

    value: str
    definition: str
    counted: str
    """What was counted, for a paper: «выступлений в программе» before a dash and the number."""


forum_facts: Contributors[Callable[[Forum], list[Fact]]] = Contributors()


def facts(forum: Forum) -> list[Fact]:
    return [fact for tell in forum_facts for fact in tell(forum)]


@forum_facts(order=60)
def sections(forum: Forum) -> list[Fact]:
    number = len(queries.sections_of(forum.id))
    if not number:
        return []
    return [Fact(str(number), ngettext("section of the forum", "sections of the forum", number), _("sections held"))]

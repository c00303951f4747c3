"""Honest figures of a forum, each with what was counted: for the desk afterwards and for the certificate (справка).

Features above add theirs.
"""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from forum import queries
from forum.models import Forum
from kernel.feature import Signal


class Fact(NamedTuple):
    """A number as it is to be read, and its definition."""

    value: str
    definition: str
    counted: str
    """What was counted, for a paper: «выступлений в программе» before a dash and the number."""


forum_facts: Signal[[Forum], list[Fact]] = Signal()


def facts(forum: Forum) -> list[Fact]:
    return [fact for found in forum_facts(forum) for fact in found]


def sections(forum: Forum) -> list[Fact]:
    number = len(queries.sections_of(forum.id))
    if not number:
        return []
    return [Fact(str(number), ngettext("section of the forum", "sections of the forum", number), _("sections held"))]

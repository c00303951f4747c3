"""A forum's presence as numbers with what was counted and who says so: for the desk, its papers and its workbook."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from forum.facts import Fact
from forum.models import Forum
from hall import counts
from hall.counts import Figures
from hall.labels import told_by
from hall.models import Source
from kernel.i18n import number


class Told(NamedTuple):
    value: int | None
    """None: nobody has told, which is not nought."""
    definition: str
    source: str


def of_figures(found: Figures) -> list[Told]:
    return [
        Told(
            found.registered,
            _("registered: a person is a name with an e-mail, cancelled ones left out"),
            _("the list of participants"),
        ),
        Told(found.came, _("came in person: let in at the door, each once"), _("the log of the door")),
        Told(found.remote if found.sources else None, remotely(found), sources_of(found)),
        Told(
            found.collective or None,
            _("at a common screen: as many as were named by those who sat there or by the organiser"),
            _("participants at whose screens groups sat, and the organiser"),
        ),
        Told(found.unique, _("took part: in either way, each person once"), _("all of these")),
        Told(
            found.visits,
            _("visits: entries at the door and sections followed remotely"),
            _("the log of the door, and those who tell of remote participation"),
        ),
    ]


def remotely(found: Figures) -> str:
    """What is called taking part remotely at this forum."""
    rule = found.rule
    told = ngettext(
        "took part remotely: %(num)d minute or more, minutes of several sources united and not added",
        "took part remotely: %(num)d minutes or more, minutes of several sources united and not added",
        rule.minutes,
    )
    return told + ("; " + _("a code word is enough") if rule.word_counts else "")


def sources_of(found: Figures) -> str:
    """«личная страница – 1 204; кодовое слово – 61»: a person may be told of by several."""
    order = [one.value for one in Source]
    known = sorted(found.sources.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    return "; ".join(f"{told_by(source)}: {number(people)}" for source, people in known) or _(
        "nobody has told anything"
    )


def presence(forum: Forum) -> list[Fact]:
    """What the desk and the certificate (справка) say of those who were not in the hall; only what was counted."""
    found = counts.figures(forum)
    facts = []
    if found.remote:
        facts.append(Fact(number(found.remote), remotely(found), _("people who took part remotely")))
    if found.collective:
        facts.append(
            Fact(
                number(found.collective),
                _("at a common screen, as they were counted there"),
                _("people at common screens"),
            )
        )
    if found.remote or found.collective:
        together = _("took part: in either way, each person once")
        facts.append(Fact(number(found.unique), together, _("people who took part in either way")))
    return facts

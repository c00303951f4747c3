"""The adviser's sheet on paper: A4, margins as official papers have them."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from adoption.labels import standing_rule
from adoption.sheet.queries import Case, Move, Sheet, state_counts
from kernel.documents import pdf
from kernel.i18n import day, number, spoken
from kernel.text import DASH, typograph


def render(found: Sheet) -> bytes:
    """One page, whatever stands in it: the sheet is limited and its texts are cut."""
    return pdf.render(
        "sheet",
        {
            "lang": spoken(),
            "title": _("The adviser's sheet"),
            "where": found.place.name if found.place else "",
            "date": day(found.day),
            "heads": [_("Who stands still"), _("Whom to ring"), _("What to say")],
            "cases": [_case(case) for case in found.cases],
            "nobody": _("Nobody stands still."),
            "more": _more(found.standing - len(found.cases)),
            "rule": standing_rule(),
            "moved_title": _("What has moved since %(day)s", day=day(found.monday, "short")),
            "moves": [_line(move) for move in found.moves],
            "moves_more": _more(found.moved - len(found.moves)),
            "nothing": _("Nothing has been written down."),
            "totals_title": _("Totals"),
            "totals": totals(found),
            "demo": _("Demonstration data") if found.demo else "",
        },
    )


def totals(found: Sheet) -> list[str]:
    """What goes on now, as sentences."""
    return [
        _(
            "Works in %(done)s of %(total)s municipalities that began",
            done=number(found.working),
            total=number(found.municipalities),
        ),
        _("Go on: %(states)s", states=state_counts(found)),
        _("Launches reported and waiting for confirmation: %(number)s", number=number(found.reported)),
        _("Stand still: %(number)s", number=number(found.standing)),
        _("Paused: %(paused)s, stopped or declined: %(rest)s", paused=found.paused, rest=found.interrupted),
    ]


def _more(left: int) -> str:
    return ngettext("and %(num)s more", "and %(num)s more", left) if left > 0 else ""


def _case(case: Case) -> dict[str, object]:
    adoption = case.adoption
    return {
        "place": _cut(adoption.territory.name, 60),
        "practice": _cut(case.practice, 80),
        "organisation": _cut(adoption.organisation.title, 80),
        "stage": _(
            "%(stage)s, %(days)s",
            stage=case.stage,
            days=ngettext("%(num)s day", "%(num)s days", case.stay.days),
        ),
        "word": _cut(case.word, 80),
        "contacts": [
            {"role": one.role, "name": _cut(one.name, 50), "email": _breakable(one.email), "phone": one.phone}
            for one in case.contacts[:2]
        ],
        "say": _cut(case.say, 330),
    }


def _breakable(email: str) -> str:
    """An address that may go on in the next line, after «@» or where it is very long."""
    parts = [part[at : at + 26] for part in email.replace("@", "@\n").split("\n") for at in range(0, len(part), 26)]
    return "\u200b".join(parts)


def _line(move: Move) -> str:
    text = f"{move.place}: {_cut(move.practice, 70)}{DASH}{move.what.lower()}, {day(move.day, 'digits')}"
    return typograph(text)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"

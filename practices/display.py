"""A practice's facts in words, for pages: whatever is unknown is left out."""

from __future__ import annotations

from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from kernel.i18n import spoken
from kernel.search import answered, marked, snippet
from kernel.text import NBSP, typograph
from practices.labels import FORMAT_LABELS, GROUP_LABELS
from practices.models import Practice, TargetGroup
from practices.search_words import passages


def money(roubles: int) -> str:
    """«310 тыс. ₽», «1,5 млн ₽»."""
    if roubles >= 1_000_000:
        return str(_("%(number)s million ₽", number=_decimal(round(roubles / 1_000_000, 1))))
    if roubles >= 10_000:
        return str(_("%(number)s thousand ₽", number=_decimal(round(roubles / 1_000))))
    return f"{_decimal(roubles)}{NBSP}₽"


def _decimal(value: float) -> str:
    return str(format_decimal(value, locale=spoken()))


def audience(practice: Practice) -> list[str]:
    """Names of the target groups in the field's order."""
    return [str(GROUP_LABELS[group]) for group in TargetGroup if group in practice.target_groups]


def costs(practice: Practice) -> str:
    parts = []
    if practice.cost_once == 0 and not practice.cost_year:
        return str(_("Needs no money of its own"))
    if practice.cost_once:
        parts.append(_("%(sum)s to start", sum=money(practice.cost_once)))
    if practice.cost_year:
        parts.append(_("%(sum)s a year", sum=money(practice.cost_year)))
    if not parts and practice.cost_family:
        parts.append(_("%(sum)s a family", sum=money(practice.cost_family)))
    return ", ".join(parts)


def staff(practice: Practice) -> str:
    if practice.staff is None:
        return ""
    if practice.staff == 0:
        return str(_("No new posts"))
    if practice.staff == int(practice.staff):
        return str(ngettext("%(num)s full-time post", "%(num)s full-time posts", int(practice.staff)))
    return str(_("%(number)s of a full-time post", number=_decimal(practice.staff)))


def launch(practice: Practice) -> str:
    low, high = practice.launch_months_min, practice.launch_months_max
    if low is None and high is None:
        return ""
    if low is None or high is None or low == high:
        return str(ngettext("%(num)s month", "%(num)s months", low or high or 0))
    return str(ngettext("%(low)s–%(num)s month", "%(low)s–%(num)s months", high, low=low))


def whom(practice: Practice) -> str:
    """For whom in words: every group, the widest first."""
    names = audience(practice)
    return "; ".join([*names[:1], *(name[0].lower() + name[1:] for name in names[1:])])


def facts(practice: Practice) -> list[tuple[str, str]]:
    """The facts an adopter asks for first: (label, value), only known ones."""
    groups = whom(practice)
    return [(_("For whom"), groups), *needs(practice)] if groups else needs(practice)


def needs(practice: Practice) -> list[tuple[str, str]]:
    """What it takes to begin: money, people, time; only what is known."""
    rows = [
        (_("What it costs"), costs(practice)),
        (_("How many people it takes"), staff(practice)),
        (_("How soon it starts"), launch(practice)),
    ]
    return [(label, value) for label, value in rows if value]


def passage(practice: Practice, marks: frozenset[str]) -> Markup | None:
    """The place of the passport that answers what name and effect leave unanswered, the words marked."""
    seen = answered(f"{practice.name} {practice.effect}", marks)
    if not (found := snippet(passages(practice), marks - seen)):
        return None
    return marked(typograph(found), marks)


def formats(practice: Practice) -> str:
    return ", ".join(str(FORMAT_LABELS[name]) for name in practice.formats if name in FORMAT_LABELS)

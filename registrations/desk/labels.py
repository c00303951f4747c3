"""The figures above the list of participants, each with what was counted."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _

from kernel.i18n import number
from registrations.counts import Figures


class Told(NamedTuple):
    value: str
    word: str
    definition: str


def told(figures: Figures, places: int | None) -> list[Told]:
    """In one line of words; what is nought or says nothing new is left out."""
    here = number(figures.in_person)
    of_places = here if places is None else _("%(part)s of %(whole)s", part=here, whole=number(places))
    everybody = Told(number(figures.registered), _("registered"), _("everybody who signed up and did not cancel"))
    found = [everybody]
    if figures.confirmed != figures.registered:
        found.append(Told(number(figures.confirmed), _("confirmed"), _("they have a place")))
    found.append(Told(of_places, _("in person"), _("confirmed places in the hall")))
    found.append(Told(number(figures.remote), _("remotely"), _("confirmed, with a link to the broadcast")))
    if figures.waiting:
        line = _("they get a place in the order of their numbers")
        found.append(Told(number(figures.waiting), _("on the waiting list"), line))
    if figures.came:
        found.append(Told(number(figures.came), _("came"), _("let in at the door, each person counted once")))
    return found

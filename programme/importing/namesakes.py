"""People of one name: one person, unless they speak from two places."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _

from kernel.text import inner, sort_key
from programme.importing.queries import Place
from programme.items import Item, Known, Person
from programme.models import Slot
from territories.models import Territory

MARK = " @ "
"""Stands in no normalised name: what follows, an OKTMO, tells a namesake from the first of the name."""


class _Names(NamedTuple):
    """By name: the keys of its speakers, each with the places they have spoken from."""

    known: dict[str, dict[str, set[Place]]]
    new: set[str]
    """Keys of namesakes who would become speakers of their own."""


def tell_apart(items: list[Item], known: Known) -> None:
    """Give each person of the items the key, and the spelling, of the speaker they are; a new namesake is a doubt."""
    names = _Names({}, set())
    for key, places in known.places.items():
        names.known.setdefault(key.partition(MARK)[0], {})[key] = set(places)
    for item in items:
        for person in item.people:
            person.identity = person.identity or _key_of(person, item, names)
            if person.identity in names.new:
                item.doubts.append(_new_namesake(person))
            if speaker := known.speakers.get(person.identity):
                person.name = speaker.name


def _key_of(person: Person, item: Item, names: _Names) -> str:
    name = sort_key(person.name)
    mine = names.known.setdefault(name, {})
    found = _among(person, item, mine) if mine else name
    if found is None:
        assert person.territory is not None
        found = f"{name}{MARK}{person.territory.oktmo}"
        names.new.add(found)
    if person.territory is not None:
        mine.setdefault(found, set()).add(_place(person.territory))
    else:
        mine.setdefault(found, set())
    return found


def _among(person: Person, item: Item, mine: dict[str, set[Place]]) -> str | None:
    """Which of the name it is: who is at this place, who holds this very talk, or whose place nobody has named."""
    own = _own(item.slot, mine)
    if person.territory is None:
        if own is None and len(mine) > 1:
            item.doubts.append(
                _(
                    "Several speakers are called «%(name)s»: give the municipality, or it is the first of them.",
                    name=inner(person.name),
                )
            )
        return own or next(iter(mine))
    place = _place(person.territory)
    here = [key for key, places in mine.items() if any(place.meets(other) for other in places)]
    nowhere = [key for key, places in mine.items() if not places]
    return own if own in here else next(iter(here), own or next(iter(nowhere), None))


def _own(slot: Slot | None, mine: dict[str, set[Place]]) -> str | None:
    """The speaker of the name whom the talk has already: a municipality put right makes nobody new."""
    found = [a.speaker.identity_key for a in slot.appearances] if slot is not None else []
    return next((key for key in found if key in mine), None)


def _place(territory: Territory) -> Place:
    return Place(territory.id, territory.parent_id)


def _new_namesake(person: Person) -> str:
    assert person.territory is not None
    return _(
        "Another person of this name speaks too: «%(name)s», %(place)s, becomes a speaker of their own. "
        "If it is one person, leave the municipality empty.",
        name=inner(person.name),
        place=person.territory.name,
    )

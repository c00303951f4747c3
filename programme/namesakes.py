"""People of one name: one person, unless the file or the programme has them from two places."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from kernel.text import inner, sort_key
from programme.items import Item, Known, Person

MARK = " @ "
"""Stands in no normalised name: what follows tells a namesake from the first of the name."""


def tell_apart(items: list[Item], known: Known) -> None:
    """Give each person of the items the key of the speaker they are; a new namesake is a doubt."""
    places = _places(known)
    for item in items:
        for person in item.people:
            if not person.identity:
                _name_one(item, person, places)


def _places(known: Known) -> dict[str, dict[str, int | None]]:
    """By name: the keys of its speakers, each with the territory they last spoke from."""
    found: dict[str, dict[str, int | None]] = {}
    for key in known.speakers:
        found.setdefault(key.partition(MARK)[0], {})[key] = None
    for key, territory_id in _spoke_from(known):
        found.setdefault(key.partition(MARK)[0], {})[key] = territory_id
    return found


def _spoke_from(known: Known) -> Iterator[tuple[str, int]]:
    for slot in known.slots:
        for appearance in slot.appearances:
            if appearance.territory_id:
                yield appearance.speaker.identity_key, appearance.territory_id


def _name_one(item: Item, person: Person, places: dict[str, dict[str, int | None]]) -> None:
    name = sort_key(person.name)
    mine, place = places.setdefault(name, {}), person.territory.id if person.territory else None
    same = [key for key, other in mine.items() if place is None or other in (None, place)]
    exact = [key for key in same if mine[key] == place]
    if exact or same or person.territory is None:
        person.identity = (exact or same or [name])[0]
        mine[person.identity] = mine.get(person.identity) or place
        return
    person.identity = f"{name}{MARK}{person.territory.name_key}" if mine else name
    if mine:
        item.doubts.append(
            _(
                "Another person of this name speaks too: «%(name)s», %(place)s, becomes a speaker of their own.",
                name=inner(person.name),
                place=person.territory.name,
            )
        )
    mine[person.identity] = place

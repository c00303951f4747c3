"""Which municipality is meant by what people write."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.text import one_script, sort_key
from territories.models import Territory
from territories.queries import TOWN_KIND, current, municipalities


class Gazetteer:
    """Finds municipalities by what people write: name, short name, centre, OKTMO; suggests near ones."""

    def __init__(self, region_oktmo: str) -> None:
        region = current(region_oktmo)
        self.region = region
        self.by_key: dict[str, Territory] = {}
        self.names: dict[str, Territory] = {}
        rows = municipalities(region.id) if region else []
        for territory in rows:
            self.names[territory.name] = territory
        # Weaker spellings first, so that full names and towns win over districts of the same root.
        for towns in (False, True):
            self.by_key |= _clear(territory for territory in rows if (territory.kind == TOWN_KIND) is towns)
        for territory in rows:
            self.by_key[sort_key(territory.name)] = territory
            self.by_key[territory.oktmo] = territory
        if region:
            self.by_key[sort_key(region.name)] = region
            self.by_key[region.oktmo] = region

    def find(self, text: str) -> Territory | None:
        return self.by_key.get(sort_key(one_script(text)))

    def suggest(self, text: str, limit: int = 3) -> list[str]:
        """Names near to what was written, nearest first."""
        from difflib import SequenceMatcher  # noqa: PLC0415  (only for rows with errors)

        key = sort_key(one_script(text))
        scored = sorted(
            (
                (max(SequenceMatcher(None, key, sort_key(word)).ratio() for word in _spellings(t)), name)
                for name, t in self.names.items()
            ),
            reverse=True,
        )
        return [name for score, name in scored[:limit] if score > 0.6]


def _clear(territories: Iterable[Territory]) -> dict[str, Territory]:
    """What people call the territories, without the words that may mean several of them."""
    meant: dict[str, list[Territory]] = {}
    for territory in territories:
        for key in {sort_key(text) for text in _spellings(territory)}:
            meant.setdefault(key, []).append(territory)
    return {key: found[0] for key, found in meant.items() if len(found) == 1}


def _spellings(territory: Territory) -> list[str]:
    """What people call it."""
    town = territory.center.split(". ", 1)[-1]
    stem = territory.short_name
    texts = [territory.name, stem, territory.oktmo]
    if territory.kind == "городской округ":
        texts += [town, f"г. {town}", f"г {town}", f"город {town}", f"МО {town}", f"{town} городской округ"]
    else:
        texts += [f"{stem} район", f"{stem} муниципальный район", f"{stem} муниципальный округ", f"{stem} округ"]
        texts += [town, territory.center, f"г. {town}"]
    return texts

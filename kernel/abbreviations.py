"""Names short enough for a small place on a drawing, made from the names themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

LETTERS, WHOLE = 6, 8
"""Letters of a name that is cut, and the longest name that is not."""
_VOWELS = "аеёиоуыэюяьъaeiouy-"
_PREFIX = re.compile(r"(Верхне|Нижне|Средне|Северо|Южно|Восточно|Западно)(?=\w{4})")
_PARTS = re.compile(r"([^-\s]+)[-\s]+(\S.*)")
_ADJECTIVE = re.compile(r"(?<=\w{2})(?:с|(?<=ц))(?:кий|кая|кое)$")


def abbreviations(names: Sequence[str]) -> list[str]:
    """Short forms of neighbours, in their order: «Тайшет.», «У-Илимск», «Н-Удин.».

    Two that would come out alike keep their last letters: «Черем-о» and «Черем-й».
    """
    found = [_short(_core(name), LETTERS) for name in names]
    for length in range(LETTERS - 1, max(map(len, names), default=0) + 1):
        alike = {short for short, times in Counter(found).items() if times > 1}
        if not alike:
            break
        found = [
            f"{_cut(_core(name), length)}-{name[-1]}" if short in alike else short
            for name, short in zip(names, found, strict=True)
        ]
    return found


def _core(name: str) -> str:
    """The telling part, what stands before it shortened to a letter."""
    if prefix := _PREFIX.match(name):
        return f"{name[0]}-{name[prefix.end() :].capitalize()}"
    parts = _PARTS.match(name)
    if not parts:
        return name
    first, rest = parts.groups()
    if rest[0].islower() or rest.endswith("ское"):  # Ростов-на-Дону, Усолье-Сибирское
        return first
    return f"{first[0]}-{rest}"


def _short(core: str, letters: int) -> str:
    stem = _ADJECTIVE.sub("", core)
    if stem == core and len(core) <= WHOLE:
        return core
    return f"{_cut(stem, letters)}."


def _cut(stem: str, letters: int) -> str:
    """At most so many letters, ending in a consonant where three are left."""
    short = stem[:letters]
    while len(short) > 3 and short[-1].lower() in _VOWELS:
        short = short[:-1]
    return short

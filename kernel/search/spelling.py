"""Mistyped words: the nearest word of the documents, or the same keys in the Russian layout."""

from __future__ import annotations

from collections.abc import Iterable

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~{}:\"<>"
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбюёхъжэбю"
LAYOUT = str.maketrans(_LATIN, _RUSSIAN)


def retyped(text: str) -> str:
    """What the same keys give in the Russian layout («gjvjom» → «помощь»); "" when it is Russian already."""
    if any("а" <= letter <= "я" or letter == "ё" for letter in text.casefold()):
        return ""
    typed = text.casefold().translate(LAYOUT)
    return typed if any("а" <= letter <= "я" for letter in typed) else ""


def tolerance(word: str) -> int:
    """How many mistakes a word of this length may hold."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2


def nearest(word: str, vocabulary: Iterable[str], limit: int = 5) -> list[str]:
    """Words at most `tolerance` mistakes away, nearest first; of equals those with the longer common beginning."""
    allowed, letters = tolerance(word), set(word)
    near = []
    for known in vocabulary:
        if abs(len(known) - len(word)) > allowed or len(letters ^ set(known)) > 2 * allowed or known == word:
            continue
        mistakes = distance(word, known, allowed)
        if mistakes <= allowed:
            near.append((mistakes, -_common(word, known), known))
    return [known for _mistakes, _common, known in sorted(near)[:limit]]


def _common(one: str, other: str) -> int:
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


def distance(one: str, other: str, most: int) -> int:
    """Letters left out, added, changed or swapped with their neighbour; more than `most` is given as most + 1."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)

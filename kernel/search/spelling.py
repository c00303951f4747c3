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
    """Words at most `tolerance` mistakes away, nearest first; of equals those with the longer common beginning.

    A mistake is a letter left out, added, changed or swapped with its neighbour.
    """
    from rapidfuzz.distance import OSA, Prefix  # noqa: PLC0415  (only a word that nothing holds needs it)
    from rapidfuzz.process import extract  # noqa: PLC0415

    near = extract(word, vocabulary, scorer=OSA.distance, score_cutoff=tolerance(word), limit=None)  # type: ignore[arg-type]
    ranked = sorted((mistakes, -Prefix.similarity(word, known), known) for known, mistakes, _place in near if mistakes)
    return [known for _mistakes, _common, known in ranked[:limit]]

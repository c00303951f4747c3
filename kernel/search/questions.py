"""A question taken apart: what it asks for, each with the other words of the field for the same thing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from kernel.feature import registry
from kernel.search.words import MAX_TERMS, asked, names, stem, surfaces, typed

Phrase = tuple[str, ...]
"""Stems: as asked they must all be there, as a synonym they must stand side by side."""


class Want(NamedTuple):
    """One thing asked for."""

    words: tuple[str, ...]
    """As typed."""
    phrase: Phrase
    others: tuple[Phrase, ...] = ()
    """Synonyms."""


class Question(NamedTuple):
    kind: str
    text: str
    wants: tuple[Want, ...]

    @property
    def marks(self) -> frozenset[str]:
        """Stems to be marked where they stand: the words asked for, and synonyms of one word."""
        own = {form for want in self.wants for word, form in zip(want.words, want.phrase, strict=True) if names(word)}
        return frozenset(own | {other[0] for want in self.wants for other in want.others if len(other) == 1})


class Synonyms:
    """Groups of words for one thing, read from a text file: one group a line, phrases apart by commas.

    «a, b, c»: each finds the others. «a, b > c»: who asks for a or b also finds c, not the other way round.
    Lines that begin with # are remarks.
    """

    def __init__(self, text: str) -> None:
        self.others: dict[Phrase, tuple[Phrase, ...]] = {}
        self.words: set[str] = set()
        for line in text.splitlines():
            if line.strip() and not line.startswith("#"):
                self._learn(line)
        self.longest = max(map(len, self.others), default=1)

    def _learn(self, line: str) -> None:
        asked_for, one_way, found = line.partition(">")
        left = self._phrases(asked_for)
        for phrase in left:
            known = self.others.get(phrase, ())
            more = self._phrases(found) if one_way else left
            self.others[phrase] = tuple(dict.fromkeys([*known, *(one for one in more if one != phrase)]))

    def _phrases(self, text: str) -> list[Phrase]:
        parts = [surfaces(part) for part in text.split(",")]
        self.words.update(word for part in parts for word in part)
        return [tuple(stem(word) for word in part) for part in parts if part]


def synonyms(kind: str) -> Synonyms:
    """Those that questions about `kind` know."""
    source = registry().search.get(kind)
    return _read(source.synonyms if source else None)


@cache
def _read(path: Path | None) -> Synonyms:
    return Synonyms(path.read_text(encoding="utf-8") if path else "")


def ask(kind: str, text: str) -> Question:
    """Take a question apart. The longest phrase that has synonyms wins; at most MAX_TERMS wants."""
    words, known = typed(text), synonyms(kind)
    forms = [stem(word) for word in words]
    meaning = set(asked(text))
    wants: dict[Phrase, Want] = {}
    place = 0
    while place < len(words) and len(wants) < MAX_TERMS:
        for length in range(min(known.longest, len(words) - place), 0, -1):
            phrase = tuple(forms[place : place + length])
            if length == 1 or phrase in known.others:
                break
        if length > 1 or words[place] in meaning:
            wants.setdefault(phrase, Want(tuple(words[place : place + length]), phrase, known.others.get(phrase, ())))
        place += length
    return Question(kind, text, tuple(wants.values()))

"""Search in Russian text: one normaliser for both databases, a full-text table per kind of document.

A word becomes the stem of its lemma («детьми» → «ребенок» → «ребенок»), so any form of it finds any other.
Questions are widened by the field's synonyms; mistyped words are told by the nearest of the documents'.
The tables (FTS5 or tsvector) are made on demand, outside the migrations, and can always be rebuilt:
`flask search rebuild`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log
from typing import NamedTuple

from kernel import bits
from kernel.feature import registry
from kernel.search.questions import Question, Want, ask, synonyms
from kernel.search.ranking import score
from kernel.search.snippets import answered, marked, snippet
from kernel.search.spelling import nearest, retyped, tolerance
from kernel.search.tables import EVERYWHERE, Document, Pattern, table
from kernel.search.words import LONGEST_QUERY_SEARCHED, MAX_TERMS, WORD, stem, stems, terms
from kernel.text import clean

__all__ = [
    "MAX_QUERY",
    "MAX_TERMS",
    "Answer",
    "Document",
    "Question",
    "answer",
    "answered",
    "ask",
    "best_first",
    "index",
    "marked",
    "rebuild",
    "remove",
    "search",
    "snippet",
    "stem",
    "stems",
    "terms",
]

ENOUGH_HITS = 24
"""With fewer hits documents that hold most of what was asked are added, and words that only begin alike."""
TOP = 48
"""How many of the best are put in order word by word; the rest keep the order of their tier."""
SHARE = 1 / 3
"""How much of what was asked such a document must hold, rare words counting more."""
FIRST = 2
"""So many tiers stand before all others: everything in the title, everything in what is read first."""


class Answer(NamedTuple):
    """What a question finds: sets of ids (`kernel.bits`), the better first, none twice."""

    question: Question
    tiers: tuple[int, ...] = ()
    whole: int = 0
    """Those that hold everything that was asked."""
    weights: tuple[float, ...] = ()
    """What each want counts for, when not all alike."""
    instead_of: str = ""
    """What was typed, when this answers a corrected question."""
    none: bool = False
    """Whether what was typed finds nothing at all."""
    suggestion: str = ""
    """A question that was perhaps meant."""

    @property
    def found(self) -> int:
        """Everything found, as one set."""
        every = 0
        for tier in self.tiers:
            every |= tier
        return every


def index(kind: str, document: Document) -> None:
    """Put a document into the index or bring it up to date, in the caller's transaction."""
    place = table(kind)
    place.make()
    place.put(document)


def rebuild(kind: str | None = None, if_needed: bool = False) -> dict[str, int]:
    """Make the index anew from what the manifests name. Returns how many documents of each kind.

    `if_needed`: only where there is none, or one that an earlier release made in another shape.
    """
    counts = {}
    for name, source in registry().search.items():
        if kind not in (None, name) or (if_needed and table(name).exists()):
            continue
        documents = list(source.documents())
        place = table(name)
        place.drop()
        place.make()
        for document in documents:
            place.put(document)
        counts[name] = len(documents)
    return counts


def search(kind: str, query: str, limit: int = 300) -> list[tuple[int, float]]:
    """(id, rank) of the documents that answer `query`, best first; rank is higher for better. May be what was typed."""
    found = answer(kind, query)
    best = best_first(found, found.found)[:limit]
    return [(document_id, float(len(best) - place)) for place, document_id in enumerate(best)]


def answer(kind: str, text: str, within: int | None = None, insist: bool = False) -> Answer:
    """What `text` finds among the documents `within` (a set of ids; all without it).

    Documents with every word in the title come first, then in what is read first, then anywhere, then those
    where words begin alike; when none has all, those with most of what was asked. A mistyped question is
    answered as it was meant, unless one insists.
    """
    question = ask(kind, text)
    if not question.wants or not table(kind).exists():
        return Answer(question)
    found, missing = _find(question, within)
    if found.whole:
        return found
    for meant in _meant(question, missing, within):
        other, _missing = _find(ask(kind, meant), within)
        if other.found:
            if insist:
                return found._replace(suggestion=meant)
            return other._replace(instead_of=text, none=not found.found)
    return found


def _find(question: Question, within: int | None) -> tuple[Answer, list[Want]]:
    """The answer, and the wants that no document holds (only told when few documents hold everything)."""
    place, wants = table(question.kind), question.wants
    tiers = place.sets([Pattern(wants, 1), Pattern(wants, 3), Pattern(wants)])
    whole = _inside(tiers[-1], within)
    if whole.bit_count() >= ENOUGH_HITS:
        return Answer(question, _apart(tiers, within), whole), []
    each = [_inside(found, within) for found in place.sets([Pattern([want], EVERYWHERE, True) for want in wants])]
    missing = [want for want, found in zip(wants, each, strict=True) if not found]
    everything = each[0]
    for found in each[1:]:
        everything &= found
    weights = _weights(each)
    last = whole | everything | _with_most(each, weights)
    return Answer(question, _apart([*tiers[:FIRST], last], within), whole | everything, weights), missing


def _inside(found: int, within: int | None) -> int:
    return found if within is None else found & within


def _apart(tiers: Iterable[int], within: int | None) -> tuple[int, ...]:
    """The tiers without what an earlier one holds."""
    seen, apart = 0, []
    for tier in tiers:
        fresh = _inside(tier, within) & ~seen
        seen |= fresh
        apart.append(fresh)
    return tuple(apart)


def _weights(each: Sequence[int]) -> tuple[float, ...]:
    """A rare want weighs more; one that nothing holds weighs nothing. `each`: the documents of each want."""
    every = 0
    for found in each:
        every |= found
    total = every.bit_count() + 1
    return tuple(log(total / found.bit_count()) if found else 0.0 for found in each)


def _with_most(each: Sequence[int], weights: Sequence[float]) -> int:
    """Documents that hold their share of the wants by weight."""
    weighed = sorted(((weight, found) for weight, found in zip(weights, each, strict=True) if found), reverse=True)
    ahead = sum(weights)
    least = SHARE * ahead
    every = 0
    for _weight, found in weighed:
        every |= found
    classes, enough = [(0.0, every)], 0
    for weight, found in weighed:
        ahead -= weight
        split = [(held + weight, members & found) for held, members in classes]
        split += [(held, members & ~found) for held, members in classes]
        classes = []
        for held, members in split:
            if held >= least:
                enough |= members
            elif members and held + ahead >= least:
                classes.append((held, members))
    return enough


def _meant(question: Question, missing: Sequence[Want], within: int | None) -> Iterable[str]:
    """Questions that were perhaps meant: other layout, or the mistyped words put right."""
    if other := retyped(question.text):
        yield other
    repairs: dict[str, str] = {}
    for word in (word for want in missing for word in want.words if tolerance(word)):
        plain = word.replace("ё", "е")
        allowed = tolerance(plain)
        known = table(question.kind).vocabulary(len(plain) - allowed, len(plain) + allowed)
        near = nearest(plain, {*known, *synonyms(question.kind).words})
        if found := _first_that_finds(question.kind, near, within):
            repairs[word] = found
    if repairs:
        yield WORD.sub(
            lambda word: repairs.get(word.group().casefold(), word.group()),
            clean(question.text[:LONGEST_QUERY_SEARCHED]),
        )


def _first_that_finds(kind: str, words: Sequence[str], within: int | None) -> str:
    """The first of the words that some document holds: a draft's words are not suggested to the public."""
    different = {ask(kind, word).wants: word for word in reversed(words)}  # of forms of one word the nearest
    if not different:
        return ""
    found = table(kind).sets([Pattern(wants) for wants in different])
    held = {word for word, one in zip(different.values(), found, strict=True) if _inside(one, within)}
    return next((word for word in words if word in held), "")


def best_first(found: Answer, among: int, order: Sequence[int] | None = None, most: int | None = None) -> list[int]:
    """The members of `among` that were found, best first; those alike stand in `order` (by id without it).

    `most`: how many are wanted; the others are not put in order.
    """
    listed: list[tuple[int, int]] = []
    enough = None if most is None else max(most, TOP)
    for number, tier in enumerate(found.tiers):
        if not (members := tier & among):
            continue
        left = None if enough is None else enough - len(listed)
        row = bits.to_ids(members) if order is None else bits.in_order(members, order, left)
        listed += [(number, one) for one in row]
        if enough is not None and len(listed) >= enough:
            break
    top = listed[:TOP]
    texts = table(found.question.kind).texts([one for _tier, one in top]) if top else {}
    scores = {one: score(found.question, texts[one], found.weights) for _tier, one in top}
    ranked = sorted(top, key=lambda item: (min(item[0], FIRST), -scores[item[1]]))
    return [one for _tier, one in ranked + listed[TOP:]]

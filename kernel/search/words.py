"""Russian words as the index keeps them: the stem of the lemma, ё as е."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from kernel.text import clean

MAX_TERMS = 12
LONGEST_QUERY_SEARCHED = 200
WORD = re.compile(r"[^\W_]+")
STOP = frozenset(
    """
    а без более бы был была были было быть в вам вас весь во вот все всей всем всеми всех всю вся вы где да для
    до его ее если есть еще же за и из или им их к как какая какие какой ко когда которая которые который кто
    куда ли между меня мне мной мое мои мой моя мы на над нам нас наш наша наши не него нее ней нет ни них но ну
    о об один он она они оно от очень по под при про с свое свои свой своя себя со так такой там те тем то того
    тоже той только том ты у уже хотим хочет хочу чего чей чем чтобы чьи что эта эти это этот я the a an of for
    in on to and or with
    """.split()  # noqa: SIM905  (a list of two hundred quoted words is unreadable)
)
"""Words of a question that name nothing: pronouns, prepositions, conjunctions."""


@cache
def _tools() -> tuple[Any, Any]:
    import pymorphy3  # noqa: PLC0415  (dictionaries are loaded with the first word)
    import snowballstemmer  # noqa: PLC0415

    return pymorphy3.MorphAnalyzer(), snowballstemmer.stemmer("russian")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The form under which a word is kept and found: the stem of its lemma, ё as е."""
    word = word.casefold()
    if not word.isalpha():
        return word.replace("ё", "е")
    morphology, stemmer = _tools()
    lemma = str(morphology.parse(word)[0].normal_form).replace("ё", "е")
    return str(stemmer.stemWord(lemma))


def surfaces(sentence: str) -> list[str]:
    """The words of `sentence` as they are written, in small letters, ё as е."""
    return [word.casefold().replace("ё", "е") for word in WORD.findall(clean(sentence))]


def stems(sentence: str) -> list[str]:
    """Every word of `sentence` in its searchable form, in order."""
    return [stem(word) for word in WORD.findall(clean(sentence))]


def typed(query: str) -> list[str]:
    """The words of a query in small letters, in order."""
    return [word.casefold() for word in WORD.findall(clean(query[:LONGEST_QUERY_SEARCHED]))]


def names(word: str) -> bool:
    """Whether a word names something."""
    return word.replace("ё", "е") not in STOP


def asked(query: str) -> list[str]:
    """The words of a query that name something; all of them when none does."""
    words = typed(query)
    return list(filter(names, words)) or words


def terms(query: str) -> list[str]:
    """What a query asks for in searchable form: each word once, at most MAX_TERMS."""
    return list(dict.fromkeys(stem(word) for word in asked(query)))[:MAX_TERMS]

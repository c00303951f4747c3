"""Cyrillic and Latin letters that look alike: asked about where they are typed, found in either spelling.

What is odd is never refused: an address may really be so, and a name is what its owner says it is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from kernel.db import dialect
from kernel.text import email_key, like_prefix

_LATIN, _CYRILLIC = "ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху"
_TO_LATIN, _TO_CYRILLIC = str.maketrans(_CYRILLIC, _LATIN), str.maketrans(_LATIN, _CYRILLIC)
_HAS_LATIN, _HAS_CYRILLIC = re.compile("[A-Za-z]"), re.compile("[\u0400-\u04ff]")
_WORD = re.compile(r"[^\W\d_]+")
_EITHER = {
    letter: f"[{pair}]"
    for pair in {f"{one.lower()}{two.lower()}" for one, two in zip(_LATIN, _CYRILLIC, strict=True)}
    for letter in pair
}


class Odd(NamedTuple):
    """Letters of the wrong alphabet, and what was probably meant (empty: nothing plain)."""

    letters: str
    meant: str


def odd_address(address: str) -> Odd | None:
    """Letters in an e-mail address that most probably do not belong there; None when there are none.

    A domain in Cyrillic through and through (пример.рф) is as good as any other.
    """
    mailbox, at, domain = email_key(address).rpartition("@")
    russian = bool(_HAS_CYRILLIC.search(domain.rpartition(".")[2])) and not _HAS_LATIN.search(domain)
    letters = [letter for letter in mailbox if not letter.isascii()]
    letters += [letter for letter in domain if not russian and _HAS_CYRILLIC.match(letter)]
    if not letters:
        return None
    latin = mailbox.translate(_TO_LATIN) + at + (domain if russian else domain.translate(_TO_LATIN))
    cyrillic = mailbox + at + domain.translate(_TO_CYRILLIC)
    meant = next((one for one in (latin, cyrillic) if _is_plain(one)), "")
    if meant:
        letters = [one for one, two in zip(mailbox + at + domain, meant, strict=True) if one != two]
    return Odd(", ".join(dict.fromkeys(letters)), meant)


def _is_plain(address: str) -> bool:
    mailbox, _at, domain = address.rpartition("@")
    return mailbox.isascii() and (domain.isascii() or not _HAS_LATIN.search(domain))


def odd_name(name: str) -> Odd | None:
    """Words that mix the alphabets, and words of look-alikes alone among others that are plainly of one alphabet."""
    words = _WORD.findall(name)
    latin = any(_is_latin(word) and not _is_cyrillic(word.translate(_TO_CYRILLIC)) for word in words)
    cyrillic = any(_is_cyrillic(word) and not _is_latin(word.translate(_TO_LATIN)) for word in words)
    letters, meant, known = "", name, True
    for word in words:
        pure = [one for one in _spellings(word, prefer_latin=latin and not cyrillic) if one]
        mixed = not (_is_latin(word) or _is_cyrillic(word)) and _HAS_LATIN.search(word) and _HAS_CYRILLIC.search(word)
        stray = latin != cyrillic and pure and (_is_latin(word) if cyrillic else _is_cyrillic(word))
        if not (mixed or stray):
            continue
        known = known and bool(pure)
        better = pure[0] if pure else word
        meant = meant.replace(word, better, 1)
        letters += "".join(one for one, two in zip(word, better, strict=True) if one != two) or word
    return Odd(", ".join(dict.fromkeys(letters)), meant if known else "") if letters else None


def _spellings(word: str, *, prefer_latin: bool) -> list[str]:
    """The word in one alphabet and in the other, where its letters allow; the likelier first."""
    latin, cyrillic = word.translate(_TO_LATIN), word.translate(_TO_CYRILLIC)
    found = [latin if _is_latin(latin) else "", cyrillic if _is_cyrillic(cyrillic) else ""]
    return found if prefer_latin else found[::-1]


def _is_latin(word: str) -> bool:
    return not _HAS_CYRILLIC.search(word)


def _is_cyrillic(word: str) -> bool:
    return bool(_HAS_CYRILLIC.search(word)) and not _HAS_LATIN.search(word)


def _perhaps(odd: Odd | None) -> str:
    """What was probably meant, asked; empty of nothing odd."""
    if odd is None:
        return ""
    return _("Letters of another alphabet: %(letters)s. Perhaps it is %(meant)s?", **odd._asdict())


def address_doubt(address: str) -> str:
    """What is asked about an address, in the reader's language; empty when nothing is."""
    odd = odd_address(address)
    if odd is None or odd.meant:
        return _perhaps(odd)
    return _("Letters may not reach an address with “%(letters)s” in it. Is it written so?", letters=odd.letters)


def name_doubt(name: str) -> str:
    """What is asked about a person's name, in the reader's language; empty when nothing is."""
    odd = odd_name(name)
    if odd is None or odd.meant:
        return _perhaps(odd)
    return _("Latin letters stand among Russian ones: %(letters)s. Is it written so?", letters=odd.letters)


Column = InstrumentedAttribute[str] | ColumnElement[str]


def holds(column: Column, word: str) -> ColumnElement[bool]:
    """Whether a folded column contains the word, in either spelling."""
    if not _EITHER.keys() & set(word):
        return column.contains(word, autoescape=True)  # type: ignore[no-any-return]
    if dialect() == "postgresql":
        return _matches(column, word, "", "{}")
    # A letter is found twice as fast as one of two, so the first one is asked for by itself in either spelling.
    firsts = _EITHER.get(word[0], word[0]).strip("[]")
    return or_(*(func.glob(f"*{_in_glob(first)}{_as_glob(word[1:])}*", column) for first in firsts))


def begins(column: Column, word: str, *, anywhere: bool = True) -> ColumnElement[bool]:
    """Whether a word of a folded column (or, not `anywhere`, the column) begins so, in either spelling."""
    if not _EITHER.keys() & set(word):
        start = like_prefix(word)
        first = column.like(start, escape="\\")
        return or_(first, column.like(f"% {start}", escape="\\")) if anywhere else first
    if dialect() == "postgresql" or not anywhere:
        return _matches(column, word, "{}*", "(^| ){}" if anywhere else "^{}")
    return or_(_matches(column, word, "{}*", ""), _matches(column, word, "* {}*", ""))


def _matches(column: Column, word: str, glob: str, regex: str) -> ColumnElement[bool]:
    if dialect() == "postgresql":
        pattern = "".join(_EITHER.get(letter, re.escape(letter)) for letter in word)
        return column.op("~", is_comparison=True)(regex.format(pattern))  # type: ignore[no-any-return]
    return func.glob(glob.format(_as_glob(word)), column)  # type: ignore[no-any-return]


def _as_glob(word: str) -> str:
    return "".join(_EITHER.get(letter, _in_glob(letter)) for letter in word)


def _in_glob(letter: str) -> str:
    return f"[{letter}]" if letter in "*?[" else letter

"""What a camera, a hand scanner or a hand gives for a ticket, read as the codes it may stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from kernel.secrets import normalise
from kernel.text import clean

TICKET_PREFIX = "T1."
WHOLE, SHORT = 26, 8
"""Characters of a code, and of its beginning that stands under the QR code to be typed."""
LONGEST_SCAN = 80
"""So much of what was scanned is looked at: a ticket with what scanners put around it is shorter."""

_KEYS = str.maketrans("ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ", "QWERTYUIOP[]ASDFGHJKL;'ZXCVBNM,.")
_TWINS = {
    "А": "A", "Б": "6", "В": "BV", "Е": "E", "З": "3Z", "І": "I", "Ј": "J", "К": "K", "М": "M", "Н": "HN",
    "О": "O", "Р": "PR", "С": "CS", "Ѕ": "S", "Т": "T", "У": "YU", "Х": "XH", "Ч": "4",
}  # fmt: skip
"""Russian letters, and what a person means by them: first the one that looks the same, then the one that sounds so."""
_LOOKS = str.maketrans({letter: meant[0] for letter, meant in _TWINS.items()})
_CYRILLIC, _LATIN = re.compile("[\u0400-\u04ff]"), re.compile("[A-Z]")
_RUN, _TYPED_RUN = re.compile("[A-Z2-7]+"), re.compile(f"[A-Z2-7{''.join(_TWINS)}]+")
_GUESSES = 256


def read_code(text: str) -> str:
    """A scanned or typed code without its prefix and without what hands do to it."""
    text = clean(text)
    return normalise(text.upper().rpartition(TICKET_PREFIX)[2])


def readings(text: str) -> tuple[str, ...]:
    """The codes, whole or short, that `text` may stand for, the likeliest first; a clean scan has one.

    Around the code a scanner may send a prefix (such as AIM's «]Q1») or a suffix; under a Russian keyboard layout
    it types «Е1Ю7К…» for «T1.7R…»; a person types the letters a code looks like: «РОНЕ» for «PONE».
    """
    text = clean(text)[:LONGEST_SCAN].upper()
    found = list(_codes(text))
    if _CYRILLIC.search(text):
        if not _LATIN.search(text):
            found += _codes(text.translate(_KEYS))
        found += _codes(text.translate(_LOOKS))
        found += islice(_guesses(text), _GUESSES)
    return tuple(dict.fromkeys(found))


def _codes(text: str) -> Iterator[str]:
    for run in _RUN.findall(read_code(text)):
        yield from _windows(run, WHOLE if len(run) >= WHOLE else SHORT)


def _windows(run: str, length: int) -> Iterator[str]:
    """Every place where a code may begin: what stands around it cannot be told from it."""
    return (run[start : start + length] for start in range(len(run) - length + 1))


def _guesses(text: str) -> Iterator[str]:
    """Short codes typed in Russian letters of which some have two meanings."""
    for run in _TYPED_RUN.findall(read_code(text)):
        for typed in _windows(run, SHORT):
            yield from map("".join, product(*(_TWINS.get(letter, letter) for letter in typed)))

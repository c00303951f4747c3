"""The words that answer, marked in the text as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from markupsafe import Markup, escape

from kernel.search.tables import PREFIX_FROM
from kernel.search.words import WORD, stem

LENGTH = 170
_SENTENCE = re.compile(r"(?<=[.!?;…])\s+|\n+")


def _answers(word: str, marks: Set[str]) -> bool:
    found = stem(word)
    return found in marks or any(len(mark) >= PREFIX_FROM and found.startswith(mark) for mark in marks)


def marked(text: str, marks: Set[str]) -> Markup:
    """`text` as HTML, the words whose stems are in `marks` inside <mark>."""
    parts, last = [], 0
    for word in WORD.finditer(text):
        if marks and _answers(word.group(), marks):
            parts += [escape(text[last : word.start()]), Markup("<mark>{}</mark>").format(word.group())]
            last = word.end()
    parts.append(escape(text[last:]))
    return Markup("").join(parts)


def answered(text: str, marks: Set[str]) -> frozenset[str]:
    """Those of `marks` that `text` holds."""
    return frozenset(mark for mark in (stem(word) for word in WORD.findall(text)) if mark in marks)


def snippet(passages: Iterable[str], marks: Set[str], length: int = LENGTH) -> str:
    """The sentence that answers most, cut to `length` around the first word that does; "" when none answers."""
    best, most = "", 0
    for passage in passages:
        for sentence in _SENTENCE.split(passage):
            held = len(answered(sentence, marks))
            if held > most:
                best, most = sentence.strip(), held
        if most == len(marks):
            break
    return _cut(best, marks, length)


def _cut(sentence: str, marks: Set[str], length: int) -> str:
    if len(sentence) <= length:
        return sentence
    first = next((word.start() for word in WORD.finditer(sentence) if stem(word.group()) in marks), 0)
    start = max(0, min(first - length // 3, len(sentence) - length))
    start = sentence.rfind(" ", 0, start) + 1 if start else 0
    end = sentence.rfind(" ", start, start + length) if start + length < len(sentence) else len(sentence)
    return ("… " if start else "") + sentence[start:end].rstrip(" ,;:–—") + (" …" if end < len(sentence) else "")

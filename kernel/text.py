"""Text: keys for search and order, slugs, typography."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NBSP = "\u00a0"
DASH = f"{NBSP}— "
"""Between words; the short one stands without spaces in ranges of numbers, a long one alone where there is no value."""
_SPACES = re.compile(r"\s+")
_KEY_WORD = re.compile(r"\w+(?:[+#]+(?![\w+#])|\s[+#]+(?![\w+#]|\s\w))?")
_SHORT_WORD = re.compile(r"(?<![\w-])([а-яёa-z]{1,2}|для|над|под|при|без|или) (?=[\w«(№])", re.IGNORECASE)
_NUMBER_THEN_WORD = re.compile(r"(\d) (?=[а-яё%₽])", re.IGNORECASE)
_NUMBER_SIGN = re.compile(r"№ (?=\d)")
_BEFORE_DASH = re.compile(r" (?=[—–] )")

_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)


def clean(text: str) -> str:
    """Normalise typed text: NFC, no control or direction-changing characters, single spaces."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if c in "\t\n\r" else c for c in text if c in "\t\n\r" or unicodedata.category(c) not in _UNSEEN)
    return _SPACES.sub(" ", _NO_LETTERS.sub("", text)).strip()


_UNSEEN = {"Cc", "Cf", "Co", "Cs"}
_NO_LETTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
"""Codes that Unicode gives to no letter, and XML to nobody."""


_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff]"
)


def printable(text: str) -> str:
    """`text` as any document can hold it: lines end by \\n, nothing XML refuses, nothing that turns the reading round.

    For what leaves the database as a file or a letter: what was typed is `clean` already, what was brought in by
    other ways need not be.
    """
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """`printable` text for where a line's end would begin something else: headers, titles, rows."""
    return " ".join(filter(None, map(str.strip, printable(text).split("\n"))))


class Lines(str):
    """Text of several lines that may stand as such in a letter of plain text."""

    __slots__ = ()


def cited(text: str) -> Lines:
    """Somebody's words in a letter of plain text: marked line by line, so that none reads as ours."""
    return Lines("\n".join(f"> {line}".rstrip() for line in printable(text).split("\n")))


def sort_key(text: str) -> str:
    """Case-folded, ё→е, punctuation to spaces: equal on both databases, fit for prefix search and order.

    A sign that ends a word is a part of the name: «Семья+» is not «Семья», «C#» not «C».
    """
    folded = clean(text).casefold().replace("ё", "е")
    return " ".join(_SPACES.sub("", word) for word in _KEY_WORD.findall(folded))


_LATIN_TWINS = str.maketrans("AaBCcEeHKMOoPpTXxy", "АаВСсЕеНКМОоРрТХху")
_WORD = re.compile(r"[^\W\d_]+")
_BOTH_SCRIPTS = re.compile(r"[a-z].*[а-яё]|[а-яё].*[a-z]", re.IGNORECASE)


def one_script(text: str) -> str:
    """`text` with Latin letters inside Cyrillic words turned into the Cyrillic ones they look like."""

    def mend(found: re.Match[str]) -> str:
        word = found.group()
        return word.translate(_LATIN_TWINS) if _BOTH_SCRIPTS.search(word) else word

    return _WORD.sub(mend, text)


def email_key(address: str) -> str:
    """The stored form of an e-mail address or of a piece of one: trimmed, small letters, the domain in its own script.

    Small letters, not folded ones: «straße» and «strasse» are two mailboxes, of two people perhaps.
    """
    mailbox, at, domain = clean(address).lower().rpartition("@")
    return f"{mailbox}{at}{_own_script(domain)}"


def _own_script(domain: str) -> str:
    """«xn--e1afmkfd.xn--p1ai» → «пример.рф», as people type it; what is not such a name stays."""
    if "xn--" not in domain:
        return domain
    import idna  # noqa: PLC0415  (comes with email-validator; its tables are large and seldom needed)

    try:
        return str(idna.decode(domain))
    except idna.IDNAError:
        return domain


def dial(number: str) -> str:
    """What a telephone is to dial: «8 (395) 200-00-00, доб. 12» → «+73952000000»; the extension is left out."""
    head = re.split(r"[,;]|доб|вн|ext", number.casefold())[0]
    digits = "".join(sign for sign in head if sign in "0123456789")
    if len(digits) == 11 and digits[0] == "8":
        return f"+7{digits[1:]}"
    return f"+{digits}" if head.strip().startswith("+") else digits


def slugify(text: str) -> str:
    """A kebab-case Latin slug of a Russian or English name; never empty."""
    latin = "".join(_LATIN.get(c, c) for c in clean(text).casefold())
    ascii_only = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:80].rstrip("-") or "n"


@lru_cache(maxsize=4096)
def typograph(text: str) -> str:
    """Bind short words, numbers and dashes with non-breaking spaces, as Russian typesetting asks."""
    text = _NUMBER_SIGN.sub(f"№{NBSP}", text)
    text = _SHORT_WORD.sub(rf"\1{NBSP}", text)
    text = _SHORT_WORD.sub(rf"\1{NBSP}", text)
    return _BEFORE_DASH.sub(NBSP, _NUMBER_THEN_WORD.sub(rf"\1{NBSP}", text))


def inner(text: str) -> str:
    """A name fit to stand inside «ёлочки»: its own become „лапки“."""
    return text.translate(_INNER)


_INNER = str.maketrans("«»", "„“")


def like_prefix(key: str) -> str:
    """Escape `key` for LIKE ... ESCAPE '\\' and open its end."""
    return re.sub(r"([\\%_])", r"\\\1", key) + "%"


def is_one_word(name: str) -> bool:
    """A name of a single word: mostly half a name, and sometimes a whole one."""
    return len(sort_key(name).split()) == 1


def whole_number(text: object) -> int | None:
    """A whole number from 0 that fits a database's integer, as written in ASCII digits; None when it is none."""
    written = str(text)
    return int(written) if re.fullmatch(r"[0-9]{1,9}", written) else None


def quoted(name: str) -> str:
    """«Клуб „Устойчивая семья“»."""
    return typograph(f"«{inner(name)}»")

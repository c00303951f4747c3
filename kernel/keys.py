"""The server's keys: SECRET_KEY makes what is made now; what those of SECRET_KEY_FALLBACKS made is still understood."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from flask import current_app
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

SHORTEST = 32
"""Characters: 128 bits in hexadecimal digits."""
LEAST_BITS = 75
"""By how often each character stands in the key: chance gives 128 bits of key 115, and once in a million 85."""
KNOWN_KEYS = {
    "x",
    "dev",
    "only for tests",
    "64 hexadecimal digits from: openssl rand -hex 32",
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
}
"""From our own papers and tests, and from the documentation of Flask."""
_WORDS = re.compile("secret|passwo?r?d|change.?me|qwerty|asdfgh|zxcvbn|example|openssl|hexadecimal|секрет|парол|йцукен")


@lru_cache(maxsize=16)
def key_id(key: str) -> str:
    """What rows remember of the key that made their secrets: eight digits that tell keys apart and give none away."""
    return hashlib.sha256(f"key of tirazh\0{key}".encode()).hexdigest()[:8]


def current_id() -> str:
    return key_id(current_app.config["SECRET_KEY"])


def keys() -> dict[str, str]:
    """Id → key of every key known, the one in force first."""
    config = current_app.config
    return {key_id(key): key for key in (config["SECRET_KEY"], *config["SECRET_KEY_FALLBACKS"])}


def check_form_token(text: str | None) -> None:
    """Check a form's token, also one that was made by a key of before. Raises ValidationError."""
    *others, last = keys().values()
    for key in others:
        try:
            validate_csrf(text, secret_key=key, token_key="csrf_token")
        except ValidationError:
            continue
        return
    validate_csrf(text, secret_key=last, token_key="csrf_token")


def weakness(key: str) -> str:
    """Why no new installation should take this key; "" when it looks made by chance."""
    if key.strip().casefold() in KNOWN_KEYS:
        return "it is an example that everybody can read"
    if len(key) < SHORTEST:
        return f"it has {len(key)} characters, fewer than {SHORTEST}"
    if _WORDS.search(key.casefold()):
        return "there are words in it that everybody tries"
    if key in (key + key)[1:-1] or _steps(key) > len(key) * 2 / 3 or _bits(key) < LEAST_BITS:
        return "it repeats itself and can be guessed"
    return ""


def _steps(key: str) -> int:
    """How often a character is followed by itself or its neighbour."""
    return sum(abs(ord(one) - ord(other)) <= 1 for one, other in pairwise(key))


def _bits(key: str) -> float:
    counts = Counter(key).values()
    return -sum(count * math.log2(count / len(key)) for count in counts)

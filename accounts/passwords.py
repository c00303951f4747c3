"""Argon2 password hashes."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM = 10


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def hash_password(password: str) -> str:
    """An Argon2id hash; about 50 ms, so never inside `writing()`.

    Of the composed form: one keyboard sends «й» as a letter, another as «и» and a breve.
    """
    return _hasher().hash(unicodedata.normalize("NFC", password))


@cache
def _nobody() -> str:
    return hash_password("nobody's password")


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for an unknown account as for a known one.

    Composed, then as typed: so it was hashed before.
    """
    spellings = dict.fromkeys((unicodedata.normalize("NFC", password), password))
    return any(_verify(password_hash or _nobody(), one) for one in spellings) and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def is_weak(password: str, *personal: str) -> bool:
    """Too short, one repeated character, or made of the person's own name or address."""
    folded = password.casefold()
    if len(password) < MINIMUM or len(set(password)) < 4:
        return True
    return any(part and len(part) > 3 and part.casefold() in folded for word in personal for part in word.split("@"))

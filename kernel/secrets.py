"""Secrets in addresses: HMAC tokens rebuilt when needed; the database keeps only a hash.

token = base32(HMAC-SHA256(server key, purpose ‖ uuid ‖ generation)[:16]), 26 characters.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from flask import current_app


def token(purpose: str, uuid: str, generation: int) -> str:
    """The token of `purpose` ("link", "code", "invitation", …) for an object: 128 bits, [A-Z2-7]{26}."""
    return _encode(_digest(purpose, uuid, generation))


def token_hash(text: str) -> str:
    """What the database keeps of a token, to find its object by."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()[:40]


def normalise(text: str) -> str:
    """Undo what hands do to a typed token: case, spaces, dashes, 0/O and 1/I."""
    kept = "".join(c for c in text.upper() if c.isalnum())
    return kept.replace("0", "O").replace("1", "I").replace("8", "B")


def _digest(purpose: str, uuid: str, generation: int) -> bytes:
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, f"{purpose}\0{uuid}\0{generation}".encode(), hashlib.sha256).digest()[:16]


def _encode(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")

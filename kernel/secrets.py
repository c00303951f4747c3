"""Secrets in addresses: HMAC tokens rebuilt when needed; the database keeps only a hash, and which key made it.

token = base32(HMAC-SHA256(server key, purpose ‖ uuid ‖ generation)[:16]), 26 characters.

When the key is changed (`kernel.rekeying`), what had been given out stays in `FormerSecret`: by its hash it is
known for whom it was made, and answered as the token that the key in force makes for the same purpose.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy import String, bindparam, inspect, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import ServiceUnavailable

from kernel.db import Model, db
from kernel.keys import current_id, keys

log = logging.getLogger("tirazh")
T = TypeVar("T")


class Keeper(Protocol):
    """A row that keeps hashes of secrets."""

    uuid: str
    key_id: str


class FormerSecret(Model):
    """A secret given out under a key of before: for what it was made."""

    __tablename__ = "former_secret"
    hash: Mapped[str] = mapped_column(String(40), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    uuid: Mapped[str] = mapped_column(String(36), index=True)
    generation: Mapped[int]


class KeyMissing(ServiceUnavailable):
    """A row's secret was made by a key that is neither in force nor among SECRET_KEY_FALLBACKS."""


@dataclass(frozen=True)
class Secret:
    """A kind of secret that rows with `uuid` and `key_id` keep the hash of."""

    purpose: str
    generation: str = "link_generation"
    """The column of its generation."""
    hash: str = "link_hash"
    """The column of its hash."""
    start: int = 0
    """Of a secret that is typed: only so many of its first characters are kept a hash of."""

    @property
    def kept_as(self) -> str:
        """Its purpose among the former secrets."""
        return f"{self.purpose}:{self.start}" if self.start else self.purpose

    def token(self, row: Keeper) -> str:
        """The secret of the row as it was given out."""
        return token(self.purpose, row.uuid, getattr(row, self.generation), row.key_id)

    def keep(self, row: Keeper) -> None:
        """Keep the hash in step with the generation."""
        setattr(row, self.hash, self.hash_of(row.uuid, getattr(row, self.generation), row.key_id))

    def hash_of(self, uuid: str, generation: int, made_by: str | None = None) -> str:
        return token_hash(token(self.purpose, uuid, generation, made_by)[: self.start or None])

    def find(self, text: str, look: Callable[[str], T | None]) -> T | None:
        """What `look(hash)` finds by a secret, also by one given out under a key of before."""
        return found_by(self.purpose, text, look)


@dataclass(frozen=True)
class SecretLink(Secret):
    """A personal link: whoever has it acts without an account. A new generation revokes those given out before."""

    address: str = "/{}"

    def path(self, row: Keeper) -> str:
        return self.address.format(self.token(row))

    def renew(self, row: Keeper) -> None:
        """Links given out before do not open any more; a row not stored yet gets its first one."""
        row.key_id = lock_key(row) if inspect(row).persistent else current_id()
        setattr(row, self.generation, getattr(row, self.generation) + 1)
        self.keep(row)


class NamedLink(NamedTuple):
    """A link that names what it opens, with the secret beside it: no hash is kept, secrets are compared."""

    purpose: str
    address: str
    """With places for the name and the secret."""

    def path(self, name: str, generation: int) -> str:
        return self.address.format(name, token(self.purpose, name, generation))

    def opens(self, name: str, generation: int, text: str) -> bool:
        return agrees(self.purpose, name, generation, text)


def token(purpose: str, uuid: str, generation: int, made_by: str | None = None) -> str:
    """The token of `purpose` ("link", "code", "invitation", …) for an object: 128 bits, [A-Z2-7]{26}.

    `made_by`: the id of the key that made the hash kept of it; None: the key in force. Raises KeyMissing.
    """
    known = keys()
    key = known.get(current_id() if made_by is None else made_by)
    if key is None:
        log.error("key %s is missing: give it in SECRET_KEY_FALLBACKS, or run `flask secrets rekey`", made_by)
        raise KeyMissing(f"key {made_by} is missing")
    return _encode(_digest(key, purpose, uuid, generation))


def every_token(purpose: str, uuid: str, generation: int) -> list[str]:
    """The token as each known key makes it, the key in force first."""
    return [_encode(_digest(key, purpose, uuid, generation)) for key in keys().values()]


def token_hash(text: str) -> str:
    """What the database keeps of a token, to find its object by."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()[:40]


def found_by(purpose: str, text: str, look: Callable[[str], T | None]) -> T | None:
    """What `look(hash)` finds by a token, also by one given out under a key of before."""
    found = look(token_hash(text))
    others = forms_of(purpose, text) if found is None else []
    return next((kept for other in others if (kept := look(token_hash(other))) is not None), found)


def forms_of(purpose: str, text: str) -> list[str]:
    """As what a token given out under a key of before is known now: as each known key makes it, for while rows move."""
    found = db.session.execute(_FORMER, {"hash": token_hash(text), "purpose": purpose}).first()
    return every_token(purpose, *found) if found is not None else []


_FORMER = select(FormerSecret.uuid, FormerSecret.generation).where(
    FormerSecret.hash == bindparam("hash"), FormerSecret.purpose == bindparam("purpose")
)


def agrees(purpose: str, uuid: str, generation: int, text: str) -> bool:
    """Whether `text` is this token, by any known key: for secrets of which no hash is kept."""
    given = normalise(text).encode()
    right = every_token(purpose, uuid, generation)
    if any(hmac.compare_digest(given, one.encode()) for one in right):
        return True
    return right[0] in forms_of(purpose, text)


def normalise(text: str) -> str:
    """Undo what hands do to a typed token: case, spaces, dashes, 0/O and 1/I."""
    kept = "".join(c for c in text.upper() if c.isalnum())
    return kept.replace("0", "O").replace("1", "I").replace("8", "B")


def _digest(key: str, purpose: str, uuid: str, generation: int) -> bytes:
    return hmac.new(key.encode(), f"{purpose}\0{uuid}\0{generation}".encode(), hashlib.sha256).digest()[:16]


def _encode(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")


def lock_key(row: Keeper) -> str:
    """The id of the key that `row`'s secrets are made by, held until the transaction ends.

    Call it before a secret of a stored row is made anew: else the key might be changed in between.
    """
    db.session.refresh(row, ["key_id"], with_for_update=True)
    return row.key_id

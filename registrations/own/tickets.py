"""The two secrets of a registration.

The link opens «Мой форум»; the code is only in the QR and lets one person in, nothing else.
"""

from __future__ import annotations

from sqlalchemy import inspect

from kernel.keys import current_id
from kernel.secrets import Secret, SecretLink, every_token, lock_key, token
from registrations.door.codes import SHORT, TICKET_PREFIX
from registrations.models import Registration

OWN_LINK = SecretLink("link", address="/my/{}")
CODE = Secret("code", "code_generation", "code_hash")
START = Secret("code", "code_generation", "short_hash", SHORT)
"""The beginning of a code, typed by hand."""
SECRETS = (OWN_LINK, CODE, START)


def erased_key(identity: str) -> str:
    """What is kept of an erased identity: enough to know it again by this installation's key, and nothing else."""
    return token("erased", identity, 0)


def erased_keys_of(identity: str) -> list[str]:
    """What may have been kept of it: by each key known, for an identity that is gone cannot be moved to another."""
    return every_token("erased", identity, 0)


def code_of(uuid: str, generation: int, made_by: str | None = None) -> str:
    """The secret inside a registration's QR, 26 characters. `made_by`: see `kernel.secrets.token`."""
    return token("code", uuid, generation, made_by)


def codes_of(uuid: str, generation: int) -> list[str]:
    """The code of a registration by each key that may have made it."""
    return every_token("code", uuid, generation)


def link_path(registration: Registration) -> str:
    """The secret address of «Мой форум»."""
    return OWN_LINK.path(registration)


def set_secrets(registration: Registration, *, new_link: bool = False, new_code: bool = False) -> None:
    """Keep the hashes in step with the generations; a new generation revokes what was given out before."""
    registration.key_id = lock_key(registration) if inspect(registration).persistent else current_id()
    registration.link_generation += new_link
    registration.code_generation += new_code
    for secret in SECRETS:
        secret.keep(registration)


def first_hashes(uuid: str) -> dict[str, str]:
    """What a registration of the first generation is found by: column → hash."""
    return {secret.hash: secret.hash_of(uuid, 1) for secret in SECRETS}


def qr_text(registration: Registration) -> str:
    return TICKET_PREFIX + CODE.token(registration)


def short_code(registration: Registration) -> str:
    """What a volunteer may type when a screen is cracked: «ABCD-EFGH»."""
    code = CODE.token(registration)
    return f"{code[:4]}-{code[4:SHORT]}"

"""Consents asked of people without an account: separate, unticked, kept with their wording."""

from __future__ import annotations

from accounts.enums import ConsentKind
from accounts.models import ConsentText
from accounts.queries import consent_text
from kernel.i18n import language


def wording(kind: ConsentKind) -> ConsentText | None:
    """The wording in force in the reader's language, or else in Russian."""
    return consent_text(kind, language()) or consent_text(kind, "ru")

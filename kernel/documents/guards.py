"""Text that a spreadsheet would read as a formula: guarded on its way out, as it was on its way in."""

from __future__ import annotations

GUARD = "'"
FORMULA = tuple("=+-@\t\r")


def harmless(value: str) -> str:
    """Keep a spreadsheet from reading text as a formula; `unguarded` takes the guard off again."""
    return GUARD + value if _reads_as_formula(value) else value


def unguarded(value: str) -> str:
    """The text that `harmless` was given: a guard never becomes data."""
    return value[1:] if value.startswith(GUARD) and _reads_as_formula(value[1:]) else value


def _reads_as_formula(value: str) -> bool:
    """Text that begins with apostrophes before such a sign is guarded too, so that each text comes back as it was."""
    return value.lstrip(GUARD).startswith(FORMULA)

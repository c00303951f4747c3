"""News from this feature, told inside the writing transaction."""

from __future__ import annotations

from kernel.feature import Signal
from registrations.models import Registration

erasing: Signal[[Registration], None] = Signal()
"""This registration's person is being erased: what others keep of them goes, what counts may stay without a name."""

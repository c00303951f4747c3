from __future__ import annotations

from kernel.feature import Feature
from speakers.labels import LOG_ACTIONS

FEATURE = Feature("speakers", permissions=("speakers:profile:own",), actions=LOG_ACTIONS)

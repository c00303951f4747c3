from __future__ import annotations

from kernel.feature import Feature
from kernel.permissions import Permission
from speakers.labels import LOG_ACTIONS

FEATURE = Feature("speakers", permissions=(Permission.OWN_PROFILE,), actions=LOG_ACTIONS)

from __future__ import annotations

from hall import operations, panels
from hall.blueprint import blueprint
from hall.labels import LOG_ACTIONS, LOG_DETAILS
from hall.views import acts, live
from kernel.feature import Feature, Panel
from registrations.signals import erasing

FEATURE = Feature(
    "hall",
    blueprints=(blueprint,),
    pages=(live, acts),
    panels=(Panel("registration.day", panels.join, order=10),),
    receivers=(erasing.to(operations.forget),),
    actions=LOG_ACTIONS,
    details=LOG_DETAILS,
)

from __future__ import annotations

from forum.facts import forum_facts
from hall import facts, operations, panels
from hall.blueprint import blueprint
from hall.labels import LOG_ACTIONS, LOG_DETAILS
from hall.views import acts, chair, desk, imports, live
from kernel.feature import Feature, Panel
from registrations.signals import erasing

FEATURE = Feature(
    "hall",
    blueprints=(blueprint,),
    pages=(live, acts, chair, desk, imports),
    behind={
        "hall.figures": "forum_desk.outcome",
        "hall.online": "door.forum",
        "hall.joining": "door.forum",
        "hall.attendance": "door.forum",
        "hall.attendance_preview": "door.forum",
    },
    panels=(
        Panel("privacy.kept", panels.kept_of_a_viewer, order=12),
        Panel("registration.day", panels.join, order=10),
        Panel("forum.manage", panels.manage, order=30),
        Panel("forum.manage.day", panels.watching),
        Panel("section.order", panels.chair),
        Panel("registration.card", panels.of_participant),
    ),
    receivers=(erasing.to(operations.forget), forum_facts.to(facts.presence, order=12)),
    actions=LOG_ACTIONS,
    details=LOG_DETAILS,
)

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from activity import labels, outbox, views
from activity.cli import letters_cli
from kernel.feature import Area, Feature, JobKind, SubjectKind
from kernel.permissions import Permission

FEATURE = Feature(
    "activity",
    parts=(labels,),
    blueprints=(views.blueprint,),
    pages=(views,),
    permissions=(Permission.VIEW_LOG,),
    areas=(Area(110, Permission.VIEW_LOG, "activity.log", _l("Who did what"), "clock"),),
    jobs=(JobKind("forget-old-letters", outbox.forget_old, every=timedelta(hours=24)),),
    subjects=(SubjectKind("activity_letter", _l("Letters")),),
    actions=labels.LOG_ACTIONS,
    details=labels.LOG_DETAILS,
    commands=(letters_cli,),
)

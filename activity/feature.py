from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from activity import labels, outbox, views
from activity.cli import letters_cli
from activity.reading import VIEW_LOG
from kernel.feature import Area, Feature, JobKind, SubjectKind

FEATURE = Feature(
    "activity",
    parts=(labels,),
    blueprints=(views.blueprint,),
    pages=(views,),
    permissions=(VIEW_LOG,),
    areas=(Area(110, VIEW_LOG, "activity.log", _l("Who did what"), "clock"),),
    jobs=(JobKind("forget-old-letters", outbox.forget_old, every=timedelta(hours=24)),),
    subjects=(SubjectKind("activity_letter", _l("Letters")),),
    actions=labels.LOG_ACTIONS,
    details=labels.LOG_DETAILS,
    commands=(letters_cli,),
)

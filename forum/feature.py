from __future__ import annotations

from flask_babel import lazy_gettext as _l

from activity.reading import log_places
from forum import entries, facts, labels, panels, queries, readiness, tabs, views
from forum.manage import desk, forums, places, series
from forum.manage.base import blueprint
from kernel.feature import Area, Feature, Panel, RoleScope, SubjectKind, Tab
from kernel.permissions import Permission

FEATURE = Feature(
    "forum",
    parts=(tabs,),
    blueprints=(views.blueprint, blueprint),
    pages=(views, series, forums, desk, places),
    permissions=(Permission.OPEN_FORUMS, Permission.EDIT_FORUMS, Permission.EDIT_SERIES),
    areas=(Area(20, Permission.OPEN_FORUMS, "forum_desk.index", _l("Forums"), "calendar"),),
    tabs=(
        Tab(
            tabs.AREA,
            10,
            Permission.OPEN_FORUMS,
            "forum_desk.desk",
            _l("Overview"),
            frozenset({"forum_desk.edit_forum"}),
        ),
        Tab(
            tabs.AREA,
            50,
            Permission.EDIT_FORUMS,
            "forum_desk.places",
            _l("Halls"),
            frozenset(
                {
                    "forum_desk.lines",
                    "forum_desk.venues",
                    "forum_desk.venue",
                    "forum_desk.rooms",
                    "forum_desk.room",
                    "forum_desk.new_section",
                    "forum_desk.section",
                }
            ),
        ),
        Tab(tabs.AREA, 70, Permission.OPEN_FORUMS, "forum_desk.outcome", _l("Outcome")),
    ),
    panels=(Panel("work.tasks", panels.tasks, order=20),),
    receivers=(
        log_places.to(entries.places),
        readiness.readiness.to(readiness.own, order=10),
        facts.forum_facts.to(facts.sections, order=60),
    ),
    subjects=(
        SubjectKind("series", _l("series of forums"), entries.series),
        SubjectKind("forum", _l("forum"), entries.forums),
        SubjectKind("venue", _l("venue"), entries.venues),
        SubjectKind("room", _l("room"), entries.rooms),
        SubjectKind("section", _l("section"), entries.sections),
    ),
    actions=labels.LOG_ACTIONS,
    details=labels.LOG_DETAILS,
    values=labels.LOG_VALUES,
    scopes=(
        RoleScope("series", queries.series_scopes, queries.series_territories),
        RoleScope("forum", queries.forum_scopes),
        RoleScope("section", queries.section_scopes),
    ),
)

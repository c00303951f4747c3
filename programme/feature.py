from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forum.facts import forum_facts
from forum.moving import scheduled
from forum.readiness import readiness
from forum.signals import parent_changed, programme_hides, programme_moves
from forum.tabs import AREA
from kernel.feature import Feature, Panel, SubjectKind, Tab
from kernel.permissions import Permission
from programme import cli, entries, following, operations, panels, views
from programme.labels import LOG_ACTIONS
from programme.manage import imports, papers, programme, slots, speakers
from programme.manage.base import blueprint as desk
from programme.materials import views as materials
from programme.work import views as work

FEATURE = Feature(
    "programme",
    blueprints=(views.blueprint, desk, work.blueprint),
    pages=(views, programme, slots, speakers, papers, imports, materials, work),
    permissions=(Permission.EDIT_PROGRAMME, Permission.OPEN_HALL),
    tabs=(
        Tab(
            AREA,
            20,
            Permission.EDIT_PROGRAMME,
            "programme_desk.programme",
            _l("Programme"),
            frozenset(
                {
                    "programme_desk.new_slot",
                    "programme_desk.slot",
                    "programme_desk.materials",
                    "programme_desk.upload",
                    "programme_desk.preview",
                }
            ),
        ),
        Tab(AREA, 30, Permission.EDIT_PROGRAMME, "programme_desk.speakers", _l("Speakers")),
    ),
    panels=(
        Panel("practice.aside", panels.told_at, order=40),
        Panel("territory.main", panels.told_from, order=60),
        Panel("forum.now", panels.on_now),
        Panel("forum.practices", panels.practices_told),
        Panel("forum.manage", panels.now, order=10),
        Panel("forum.papers", panels.resolution, order=10),
        Panel("forum.papers", panels.thanks, order=20),
        Panel("work.tasks", panels.own_sections, order=30),
        Panel("work.tasks", panels.own_talks, order=40),
    ),
    receivers=(
        parent_changed.to(following.follow),
        programme_moves.to(following.shift),
        programme_hides.to(operations.remember_shown),
        scheduled.to(following.events),
        readiness.to(panels.outside, order=15),
        readiness.to(panels.of_talks, order=20),
        forum_facts.to(panels.told, order=50),
    ),
    subjects=(
        SubjectKind("slot", _l("programme item"), entries.slots),
        SubjectKind("speaker", _l("speaker"), entries.speakers),
    ),
    actions=LOG_ACTIONS,
    named_pages={
        "forum.programme": "programme.programme",
        "forum.section": "programme.section",
        "forum.programme-desk": "programme_desk.programme",
    },
    imports=(cli.import_programme,),
    exports=(cli.export_programme,),
)

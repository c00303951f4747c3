from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forum.facts import forum_facts
from forum.readiness import closing, loaded, readiness
from forum.signals import quota_changed
from forum.tabs import AREA
from kernel.feature import Area, Feature, JobKind, LetterKind, Panel, SubjectKind, Tab
from kernel.leases import Urgency
from kernel.permissions import Permission
from registrations import cli, entries, letters, operations, panels, rekeying
from registrations.blueprint import blueprint
from registrations.desk.views import imports, participants
from registrations.door.views import arrivals, door
from registrations.door.views.base import blueprint as door_pages
from registrations.labels import LOG_ACTIONS
from registrations.own import queries as own_queries
from registrations.own import views as own
from registrations.signup import views as signup

FEATURE = Feature(
    "registrations",
    blueprints=(blueprint, door_pages),
    pages=(signup, own, participants, imports, door, arrivals),
    permissions=(
        Permission.VIEW_REGISTRATIONS,
        Permission.EDIT_REGISTRATIONS,
        Permission.ERASE_REGISTRATIONS,
        Permission.WORK_AT_THE_DOOR,
    ),
    areas=(Area(80, Permission.WORK_AT_THE_DOOR, "door.choose", _l("The door"), "qr"),),
    tabs=(
        Tab(
            AREA,
            40,
            Permission.VIEW_REGISTRATIONS,
            "registrations.participants",
            _l("Participants"),
            frozenset(
                {
                    "registrations.new_participant",
                    "registrations.participant",
                    "registrations.edit_participant",
                    "registrations.participant_cancellation",
                    "registrations.participant_erasure",
                    "registrations.import_file",
                    "registrations.import_preview",
                }
            ),
        ),
        Tab(
            AREA,
            60,
            Permission.WORK_AT_THE_DOOR,
            "door.forum",
            _l("Entrance"),
            frozenset({"door.scans", "door.arrival"}),
        ),
    ),
    panels=(
        Panel("privacy.kept", panels.kept_of_a_participant, order=10),
        Panel("forum.actions", panels.take_part, order=10),
        Panel("login.others", panels.without_password),
        Panel("forum.manage", panels.participants, order=20),
    ),
    receivers=(
        quota_changed.to(operations.promote_waiting),
        readiness.to(panels.letters, order=40),
        loaded.to(own_queries.has_items),
        closing.to(panels.waiting, order=10),
        forum_facts.to(panels.people, order=10),
    ),
    letters=(
        LetterKind("registration_ticket", letters.ticket, Urgency.waited_for),
        LetterKind("registration_promoted", letters.promoted),
        LetterKind("registration_cancelled", letters.cancelled),
        LetterKind("registration_list", letters.mailbox, Urgency.waited_for),
    ),
    jobs=(JobKind(operations.LINKS, operations.send_links),),
    subjects=(SubjectKind("registration", _l("registration"), entries.registrations),),
    actions=LOG_ACTIONS,
    secrets=(rekeying.TICKETS,),
    imports=(cli.import_registrations,),
    exports=(cli.export_registrations,),
)

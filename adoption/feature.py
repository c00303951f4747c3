from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from accounts.handover import belongings, pass_on
from adoption import entries, handover, labels, letters, panels, rekeying
from adoption.blueprint import blueprint
from adoption.cabinet.views import adoptions, launch, start
from adoption.cli import adoption_cli
from adoption.picture import views as picture
from adoption.quarter import labels as quarter_labels
from adoption.quarter import letters as quarter_letters
from adoption.quarter import panels as quarter_panels
from adoption.quarter.views import answers, files, rounds
from adoption.sheet import views as sheet
from adoption.wishes import entries as wish_entries
from adoption.wishes import letters as wish_letters
from adoption.wishes import operations as wishes
from adoption.wishes import panels as wish_panels
from adoption.wishes import views as wish_views
from forum.facts import forum_facts
from kernel.feature import Area, Feature, JobKind, LetterKind, Panel, SubjectKind
from kernel.leases import Urgency
from kernel.permissions import Permission
from registrations.signals import erasing

FEATURE = Feature(
    "adoption",
    blueprints=(blueprint,),
    pages=(picture, sheet, adoptions, start, wish_views, launch, rounds, answers, files),
    permissions=(
        Permission.VIEW_ADOPTIONS,
        Permission.START_ADOPTIONS,
        Permission.EDIT_ADOPTIONS,
        Permission.CONFIRM_LAUNCHES,
        Permission.RING_CONTACTS,
        Permission.LEAD_ROUNDS,
        Permission.OPEN_CABINET,
        Permission.OPEN_FIGURES,
        Permission.OPEN_APPROVAL,
    ),
    areas=(
        Area(10, Permission.OPEN_CABINET, "adoption.cabinet", _l("Our municipality"), "home"),
        Area(50, Permission.VIEW_ADOPTIONS, "adoption.adviser_sheet", _l("The adviser's sheet"), "phone"),
        Area(60, Permission.VIEW_ADOPTIONS, "adoption.adoptions", _l("Who takes over what"), "tiles"),
        Area(70, Permission.LEAD_ROUNDS, "adoption.rounds", _l("Quarterly question"), "clock"),
    ),
    panels=(
        Panel("practice.spread", panels.practice_spread),
        Panel("practice.aside", panels.own_municipality, order=20, about=panels.Offered.of),
        Panel("territory.main", panels.territory_main, order=20),
        Panel("home.map", panels.home_map),
        Panel("home.figures", panels.home_figures),
        Panel("work.tasks", wish_panels.waiting, order=8),
        Panel("work.tasks", panels.to_confirm, order=10),
        Panel("work.tasks", quarter_panels.rounds_under_way, order=15),
        Panel("work.tasks", panels.figures_of_mine, order=50),
    ),
    receivers=(
        forum_facts.to(panels.taken_from, order=80),
        belongings.to(handover.find),
        pass_on.to(handover.pass_on),
        erasing.to(wishes.forget_of),
    ),
    letters=(
        LetterKind("adoption_author", letters.author),
        LetterKind("adoption_curator", letters.curator),
        LetterKind("adoption_on_behalf", letters.on_behalf),
        LetterKind("wish_left", wish_letters.left),
        LetterKind("wish_settled", wish_letters.settled),
        LetterKind("adoption_launched", letters.launched),
        LetterKind("adoption_mentor", letters.mentor),
        LetterKind("adoption_confirm", letters.confirm),
        LetterKind("adoption_refused", letters.refused),
        LetterKind("quarter_question", quarter_letters.question, Urgency.heavy),
        LetterKind("quarter_reminder", quarter_letters.reminder, Urgency.heavy),
    ),
    jobs=(
        JobKind("remind-of-quarter", quarter_letters.remind_of_quarter, timedelta(hours=1), Urgency.heavy),
        JobKind("forget-old-wishes", wishes.forget_old, every=timedelta(hours=24)),
    ),
    subjects=(
        SubjectKind("adoption", _l("adoption of a practice"), entries.adoptions),
        SubjectKind("wish", _l("request for a practice"), wish_entries.wishes),
        SubjectKind("quarter_round", _l("quarterly question"), entries.rounds),
    ),
    actions=labels.LOG_ACTIONS | quarter_labels.LOG_ACTIONS,
    secrets=(rekeying.QUESTIONS, rekeying.LAUNCHES),
    named_pages={"practice.taking": "adoption.taking"},
    commands=(adoption_cli,),
)

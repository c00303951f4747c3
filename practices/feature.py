from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from kernel.feature import Area, Feature, JobKind, LetterKind, Panel, SearchSource, SubjectKind
from kernel.permissions import Permission
from practices import cli, entries, operations, panels, queries, search_words
from practices.labels import LOG_ACTIONS
from practices.moderation import letters, rekeying
from practices.questions import letters as question_letters
from practices.questions import operations as questions
from practices.views import (
    asking,
    author,
    editions,
    grading,
    imports,
    manage,
    one_press,
    public,
    publication,
    review,
    searches,
)
from practices.views.base import blueprint
from territories.signals import territories_changed

FEATURE = Feature(
    "practices",
    blueprints=(blueprint,),
    pages=(public, asking, author, searches, manage, one_press, editions, grading, imports, publication, review),
    permissions=(
        Permission.OPEN_PRACTICES,
        Permission.EDIT_PRACTICES,
        Permission.PUBLISH_PRACTICES,
        Permission.GRADE_PRACTICES,
    ),
    areas=(
        Area(30, Permission.OPEN_PRACTICES, "practices.waiting", _l("Practices"), "list", "/manage/practices", True),
        Area(40, Permission.GRADE_PRACTICES, "practices.grading", _l("Grades of practices"), "edit", waiting_list=True),
    ),
    panels=(
        Panel("territory.main", panels.born_here, order=30),
        Panel("territory.empty", panels.leads_on),
        Panel("work.tasks", panels.waiting, order=25),
        Panel("work.tasks", panels.own_searches, order=80),
    ),
    receivers=(territories_changed.to(operations.retell_places),),
    letters=(
        LetterKind("practice_author", letters.invitation),
        LetterKind("practice_returned", letters.returned),
        LetterKind("practice_accepted", letters.accepted),
        LetterKind("practice_confirmation", letters.confirmation),
        LetterKind("practice_published", letters.published),
        LetterKind("practice_question", question_letters.question),
    ),
    jobs=(JobKind("forget-old-questions", questions.forget_old, every=timedelta(hours=24)),),
    subjects=(SubjectKind("practice", _l("practice"), entries.practices),),
    actions=LOG_ACTIONS,
    search=(SearchSource("practice", queries.documents, search_words.SYNONYMS),),
    secrets=(rekeying.AUTHORS,),
    commands=(cli.search_cli,),
    imports=(cli.import_practices, cli.import_organisations, cli.import_documents),
    exports=(cli.export_practices, cli.export_organisations),
)

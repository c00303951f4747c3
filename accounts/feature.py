from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from accounts import cli, entries, labels, letters, login, operations, permissions, queries, rekeying, settings
from accounts.views import handover, people, session, site
from accounts.views.base import blueprint
from activity.reading import log_places
from kernel.access import resume
from kernel.feature import Area, Feature, JobKind, LetterKind, RoleScope, SubjectKind
from kernel.leases import Urgency
from kernel.permissions import Permission
from kernel.zones import zone_setting

FEATURE = Feature(
    "accounts",
    parts=(login, settings, permissions),
    blueprints=(blueprint,),
    pages=(session, people, handover, site),
    permissions=(Permission.EDIT_USERS, Permission.EDIT_SETTINGS),
    areas=(
        Area(100, Permission.EDIT_USERS, "accounts.people", _l("People and roles"), "people"),
        Area(120, Permission.EDIT_SETTINGS, "accounts.site_settings", _l("Site settings"), "settings"),
    ),
    receivers=(
        log_places.to(entries.places),
        resume.to(session.resume_form),
        zone_setting.to(settings.timezone),
    ),
    letters=(
        LetterKind("account_invitation", letters.invitation),
        LetterKind("password_reset", letters.reset, Urgency.waited_for),
        LetterKind("account_handover", letters.handover),
    ),
    jobs=(
        JobKind(operations.RESET, operations.look_up_for_reset, urgency=Urgency.waited_for),
        JobKind("complete-consent-texts", operations.complete_consent_texts, every=timedelta(hours=24)),
    ),
    subjects=(
        SubjectKind("user_account", _l("account"), entries.people),
        SubjectKind("organisation", _l("organisation"), entries.organisations),
    ),
    actions=labels.LOG_ACTIONS,
    details=labels.LOG_DETAILS,
    values=labels.LOG_VALUES,
    scopes=(RoleScope("territory", queries.territory_scopes, set),),
    secrets=(rekeying.INVITATIONS,),
    named_pages={"sign-in": "accounts.login", "sign-out": "accounts.logout"},
    commands=(cli.cli, cli.setup_command),
)

"""What people read for the codes of this feature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from accounts.enums import OrganisationKind, Role, ScopeKind, Sphere

ROLE_LABELS = {
    Role.administrator: _l("Administrator"),
    Role.organiser: _l("Organiser"),
    Role.section_moderator: _l("Section moderator"),
    Role.assistant: _l("Moderator's assistant"),
    Role.door: _l("Door volunteer"),
    Role.speaker: _l("Speaker"),
    Role.coordinator: _l("Municipality coordinator"),
    Role.curator: _l("Curator"),
    Role.approver: _l("Approver"),
    Role.methodist: _l("Methodist"),
    Role.expert: _l("Catalogue expert"),
    Role.analyst: _l("Regional analyst"),
}
SCOPE_LABELS = {
    ScopeKind.site: _l("Everywhere"),
    ScopeKind.series: _l("Series of forums"),
    ScopeKind.forum: _l("Forum"),
    ScopeKind.section: _l("Section"),
    ScopeKind.territory: _l("Territory"),
    ScopeKind.organisation: _l("Organisation"),
}
STATE_LABELS = {
    "active": _l("account in use"),
    "invited": _l("invited, no password yet"),
    "waiting": _l("not invited yet"),
    "suspended": _l("closed"),
}
STATE_KINDS = {"active": "ok", "invited": "wait", "waiting": "quiet", "suspended": "bad"}
SPHERE_LABELS = {
    Sphere.health: _l("Health care"),
    Sphere.education: _l("Education"),
    Sphere.culture: _l("Culture"),
    Sphere.social: _l("Social protection"),
    Sphere.sport: _l("Sport"),
    Sphere.labour: _l("Labour"),
    Sphere.business: _l("Business"),
    Sphere.ngo: _l("Non-profit sector"),
    Sphere.authority: _l("Authorities"),
}
ORGANISATION_LABELS = {
    OrganisationKind.authority: _l("Authority"),
    OrganisationKind.social_service: _l("Social service"),
    OrganisationKind.education: _l("Educational organisation"),
    OrganisationKind.health: _l("Medical organisation"),
    OrganisationKind.culture: _l("Cultural organisation"),
    OrganisationKind.sport: _l("Sports organisation"),
    OrganisationKind.ngo: _l("Non-profit organisation"),
    OrganisationKind.employer: _l("Employer"),
    OrganisationKind.university: _l("University or college"),
    OrganisationKind.union: _l("Trade union"),
    OrganisationKind.media: _l("Media"),
    OrganisationKind.other: _l("Other"),
}

LOG_ACTIONS = {
    "user.added": _l("account added"),
    "user.invited": _l("invitation sent"),
    "user.reset_requested": _l("new password asked for"),
    "user.password_set": _l("password set"),
    "user.signed_in": _l("signed in"),
    "user.suspended": _l("account closed"),
    "user.restored": _l("account opened again"),
    "user.signed_out_everywhere": _l("signed out on every device"),
    "user.handed_over": _l("work handed over"),
    "role.assigned": _l("role given"),
    "role.withdrawn": _l("role taken away"),
    "organisation.added": _l("organisation added"),
    "settings.changed": _l("site settings changed"),
}
LOG_DETAILS = {"reason": _l("reason"), "role": _l("role"), "where": _l("where")}
LOG_VALUES = {ScopeKind.site.value: _l("everywhere")} | {role.value: label for role, label in ROLE_LABELS.items()}

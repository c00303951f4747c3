"""What people read for the codes of this feature."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from practices.models import Admission, DocumentKind, Evidence, Prevention, Readiness, TargetGroup

GROUP_LABELS = {
    TargetGroup.all: _l("All families"),
    TargetGroup.large: _l("Large families"),
    TargetGroup.young: _l("Young families"),
    TargetGroup.student: _l("Student families"),
    TargetGroup.disabled_child: _l("Families with a child with a disability"),
    TargetGroup.svo: _l("Families of special military operation participants"),
    TargetGroup.hardship: _l("Families in hardship"),
    TargetGroup.foster: _l("Foster families"),
    TargetGroup.fathers: _l("Fathers"),
    TargetGroup.pregnant: _l("Pregnant women and young mothers"),
    TargetGroup.working: _l("Working parents"),
    TargetGroup.teens: _l("Teenagers"),
}
ADMISSION_LABELS = {
    Admission.draft: _l("Draft"),
    Admission.submitted: _l("Under review"),
    Admission.accepted: _l("Card accepted"),
    Admission.returned: _l("Returned to the author"),
    Admission.published: _l("In the catalogue"),
    Admission.archived: _l("In the archive"),
}
ADMISSION_KINDS = {
    Admission.draft: "quiet",
    Admission.submitted: "wait",
    Admission.accepted: "info",
    Admission.returned: "bad",
    Admission.published: "ok",
    Admission.archived: "quiet",
}
"""The colour of each status badge."""
EVIDENCE_LABELS = {
    Evidence.described: _l("Described by the author"),
    Evidence.monitored: _l("Results are being counted"),
    Evidence.compared: _l("Results compared with before or with others"),
    Evidence.replicated: _l("Results repeated elsewhere"),
}
READY_LABELS = {
    Readiness.ready: _l("Can be taken as it stands: the papers, the people and the order of work are described"),
    Readiness.with_support: _l("Better taken together with the author or a mentor"),
    Readiness.early: _l("Still being tried out: talk to the author before you begin"),
}
"""What a practice's page says of readiness; never a number."""
PREVENTION_LABELS = {
    Prevention.primary: _l("For everybody, before trouble comes"),
    Prevention.secondary: _l("When the first signs of trouble are seen"),
    Prevention.tertiary: _l("When the family is already in trouble"),
}
FORMAT_LABELS = {
    "in_person": _l("In person"),
    "mobile_team": _l("A mobile team"),
    "remote": _l("Remotely"),
}
DOCUMENT_LABELS = {
    DocumentKind.order: _l("Order"),
    DocumentKind.regulation: _l("Regulation"),
    DocumentKind.protocol: _l("Protocol"),
    DocumentKind.agreement: _l("Agreement"),
    DocumentKind.other: _l("Another document"),
    DocumentKind.presentation: _l("Presentation"),
    DocumentKind.picture: _l("Picture"),
}
TAKE_LABELS = {
    DocumentKind.order: _l("Take the sample order"),
    DocumentKind.regulation: _l("Take the sample regulation"),
    DocumentKind.protocol: _l("Take the sample protocol"),
    DocumentKind.agreement: _l("Take the sample agreement"),
    DocumentKind.other: _l("Take the sample document"),
    DocumentKind.presentation: _l("Take the presentation"),
    DocumentKind.picture: _l("Take the picture"),
}
RESOURCE_LABELS = {
    "people": _l("People"),
    "processes": _l("Rules and processes"),
    "tools": _l("Things and rooms"),
}
NEED_LABELS = {
    "core": _l("necessary"),
    "optional": _l("if wished"),
    "author": _l("from the author"),
}
READINESS_LABELS = {
    "working": _l("Already works with others"),
    "documents": _l("Has sample documents"),
    "ready": _l("Experts: can be taken as it stands"),
    "with_support": _l("Experts: better together with the author"),
}
COST_LABELS = {
    "nothing": _l("Needs no money of its own"),
    "300": _l("Up to 300 thousand ₽"),
    "1000": _l("Up to 1 million ₽"),
    "more": _l("More than 1 million ₽"),
}
LAUNCH_LABELS = {
    "3": _l("Up to 3 months"),
    "6": _l("Up to half a year"),
    "12": _l("Up to a year"),
    "longer": _l("More than a year"),
}
REMOTENESS_LABELS = {
    "near": _l("Nearer than 100 km"),
    "middle": _l("100–300 km"),
    "remote": _l("Farther than 300 km"),
}
FACET_LABELS = {
    "near": _l("Already works nearby"),
    "audience": _l("For whom"),
    "cost": _l("What the first year costs"),
    "launch": _l("How soon it starts"),
    "sphere": _l("Sphere"),
    "readiness": _l("Ready to be taken"),
    "evidence": _l("How results are known"),
    "territory": _l("Where it comes from or works"),
    "size": _l("How many people live where it works"),
    "remoteness": _l("How far it works from the region's centre"),
}
SORT_LABELS = {
    "relevance": _l("The best match"),
    "spread": _l("The most widespread"),
    "new": _l("The newest"),
    "name": _l("By name"),
}
HISTORY_LABELS = {
    "practice.added": _l("Added"),
    "practice.changed": _l("Changed"),
    "practice.published": _l("Published"),
    "practice.withdrawn": _l("Made a draft again"),
    "practice.archived": _l("Put into the archive"),
    "practice.admission": _l("Moved"),
    "practice.document_added": _l("Document attached"),
    "practice.document_removed": _l("Document taken away"),
    "practice.document_kept": _l("Document stays after all"),
    "practice.worked_on": _l("The working copy was written in"),
    "practice.working_dropped": _l("Unpublished changes thrown away"),
    "practice.author_invited": _l("Link sent to the author"),
    "practice.author_revoked": _l("The author's link was revoked"),
    "practice.author_wrote": _l("The author wrote"),
    "practice.confirmation_asked": _l("The author was asked to confirm"),
    "practice.confirmed": _l("Confirmed by the author"),
    "practice.unconfirmed": _l("Published without the author's confirmation"),
    "practice.comment_resolved": _l("A comment was settled"),
    "practice.reviewed": _l("Looked through, still right"),
    "practice.graded": _l("Graded by an expert"),
}
WAITING_LABELS = {
    "submitted": _l("Under review"),
    "accepted": _l("Cards accepted"),
    "answers": _l("Authors have answered"),
    "confirmed": _l("Confirmed by the author"),
    "review": _l("Time to look through"),
    "incomplete": _l("Incomplete passports"),
}
FIELD_LABELS = {
    "name": _l("Name of the practice"),
    "effect": _l("What changes for families, in one sentence"),
    "groups": _l("For whom"),
    "what_is_done": _l("What is done"),
    "who_does_it": _l("Who does it"),
    "what_is_needed": _l("What is needed"),
    "contact_email": _l("Author's e-mail for questions"),
    "documents": _l("Sample documents"),
    "organisation_id": _l("Author organisation"),
    "territory_id": _l("Where it comes from"),
    "sphere": _l("Sphere"),
    "start_year": _l("Year of start"),
    "ages": _l("Ages"),
    "situations": _l("Situations of life"),
    "prevention": _l("When it helps"),
    "problem": _l("The problem"),
    "goal": _l("The goal"),
    "steps": _l("Steps"),
    "core": _l("What must not be changed"),
    "adaptable": _l("What may be changed to suit you"),
    "formats": _l("Formats"),
    "normative": _l("Normative base"),
    "resources": _l("People, rules and things"),
    "cost_once": _l("Cost to start, ₽"),
    "cost_year": _l("Cost a year, ₽"),
    "cost_family": _l("Cost a family, ₽"),
    "staff": _l("Full-time posts"),
    "launch_months_min": _l("Months to start, at least"),
    "launch_months_max": _l("Months to start, at most"),
    "first_unit": _l("The first result"),
    "results": _l("Results"),
    "conditions": _l("Where it fits"),
    "risks": _l("Risks"),
    "materials": _l("Materials"),
    "mentor_capacity": _l("How many adopters the author can mentor at once"),
}
"""The passport's fields in the order people read them."""


def comment_label(field: str) -> str:
    """What a comment is about: a field, or the whole."""
    return str(FIELD_LABELS[field]) if field else str(_("The practice as a whole"))


LOG_ACTIONS = {
    "practice.added": _l("practice added"),
    "practice.changed": _l("practice changed"),
    "practice.admission": _l("practice's admission changed"),
    "practice.published": _l("practice published"),
    "practice.withdrawn": _l("practice taken from the catalogue"),
    "practice.archived": _l("practice archived"),
    "practice.document_added": _l("sample document added"),
    "practice.document_removed": _l("sample document removed"),
    "practice.document_kept": _l("sample document kept"),
    "practice.worked_on": _l("working copy of a practice changed"),
    "practice.working_dropped": _l("working copy of a practice thrown away"),
    "practice.author_invited": _l("link sent to a practice's author"),
    "practice.author_revoked": _l("link of a practice's author revoked"),
    "practice.author_wrote": _l("a practice's author wrote"),
    "practice.confirmation_asked": _l("author asked to confirm a passport"),
    "practice.confirmed": _l("passport confirmed by its author"),
    "practice.unconfirmed": _l("passport published without the author's confirmation"),
    "practice.comment_resolved": _l("comment on a practice settled"),
    "practice.reviewed": _l("practice looked through"),
    "practice.graded": _l("practice graded"),
    "practice.asked": _l("question sent to a practice's author"),
    "organisation.changed": _l("organisation changed"),
    "search.saved": _l("search saved"),
    "search.removed": _l("saved search removed"),
}

"""What people read for the codes of this feature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from activity.labels import name_actions
from practices.models import Admission, DocumentKind, Evidence, Prevention, TargetGroup
from territories.models import SizeClass

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
    Admission.submitted: _l("Waits for a decision"),
    Admission.returned: _l("Returned to the author"),
    Admission.published: _l("In the catalogue"),
    Admission.archived: _l("In the archive"),
}
ADMISSION_KINDS = {
    Admission.draft: "quiet",
    Admission.submitted: "wait",
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
}
TAKE_LABELS = {
    DocumentKind.order: _l("Take the sample order"),
    DocumentKind.regulation: _l("Take the sample regulation"),
    DocumentKind.protocol: _l("Take the sample protocol"),
    DocumentKind.agreement: _l("Take the sample agreement"),
    DocumentKind.other: _l("Take the sample document"),
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
}
SIZE_LABELS = {
    SizeClass.small: _l("Under 15 thousand people"),
    SizeClass.medium: _l("15–50 thousand people"),
    SizeClass.large: _l("50–100 thousand people"),
    SizeClass.city: _l("Over 100 thousand people"),
}
REMOTENESS_LABELS = {
    "near": _l("Nearer than 100 km"),
    "middle": _l("100–300 km"),
    "remote": _l("Farther than 300 km"),
}
FACET_LABELS = {
    "near": _l("Already works nearby"),
    "audience": _l("For whom"),
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
    "practice.admission": _l("Moved on"),
    "practice.document_added": _l("Document attached"),
    "practice.document_removed": _l("Document taken away"),
}

name_actions(
    {
        "practice.added": _l("practice added"),
        "practice.changed": _l("practice changed"),
        "practice.admission": _l("practice's admission changed"),
        "practice.published": _l("practice published"),
        "practice.withdrawn": _l("practice taken from the catalogue"),
        "practice.archived": _l("practice archived"),
        "practice.document_added": _l("sample document added"),
        "practice.document_removed": _l("sample document removed"),
        "organisation.changed": _l("organisation changed"),
        "search.saved": _l("search saved"),
        "search.removed": _l("saved search removed"),
    }
)

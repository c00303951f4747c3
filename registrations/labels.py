"""What codes are called on the screen."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from registrations.models import RegistrationStatus

STATUS_LABELS = {
    RegistrationStatus.confirmed: _l("Registration confirmed"),
    RegistrationStatus.waitlisted: _l("On the waiting list"),
    RegistrationStatus.cancelled: _l("Registration cancelled"),
}
STATUS_KINDS = {
    RegistrationStatus.confirmed: "ok",
    RegistrationStatus.waitlisted: "wait",
    RegistrationStatus.cancelled: "quiet",
}
SOURCE_LABELS = {
    "site": _l("on the site"),
    "import": _l("from a file"),
    "organiser": _l("by an organiser"),
    "door": _l("at the door"),
}
ACTION_LABELS = {
    "registration.added": _l("Signed up"),
    "registration.returned": _l("Takes part again"),
    "registration.cancelled": _l("Registration cancelled"),
    "registration.promoted": _l("Got a place from the waiting list"),
    "registration.format_changed": _l("Changed the format"),
    "registration.letter_sent": _l("The letter was sent again"),
    "registration.corrected": _l("Details put right"),
    "registration.erased": _l("Personal data deleted"),
}

LOG_ACTIONS = {
    "registration.added": _l("participant registered"),
    "registration.returned": _l("participant came back"),
    "registration.cancelled": _l("registration cancelled"),
    "registration.corrected": _l("participant's data corrected"),
    "registration.format_changed": _l("format of participation changed"),
    "registration.letter_sent": _l("ticket letter sent again"),
    "registration.erased": _l("participant's data deleted"),
    "registration.promoted": _l("place given from the waiting list"),
    "registrations.imported": _l("participants loaded from a file"),
    "attendance.imported": _l("attendance loaded"),
}

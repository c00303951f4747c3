from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.models import EventKind, Format, ForumStatus
from forum.moving import Answer

KIND_LABELS = {
    EventKind.forum: _l("Forum"),
    EventKind.seminar: _l("Seminar"),
    EventKind.webinar: _l("Webinar"),
    EventKind.contest: _l("Contest"),
    EventKind.strategic_session: _l("Strategic session"),
    EventKind.meeting: _l("Meeting"),
    EventKind.conference: _l("Conference"),
}
FORMAT_LABELS = {Format.in_person: _l("In person"), Format.remote: _l("Remotely")}
STATUS_LABELS = {
    ForumStatus.draft: _l("Draft: only organisers see it"),
    ForumStatus.announced: _l("Announced: everybody sees it"),
    ForumStatus.finished: _l("Finished"),
}
ANSWER_LABELS = {
    Answer.move: _l("It moves with the forum"),
    Answer.stay: _l("It stays on its days"),
}


def floor_name(floor: str) -> str:
    """«1 этаж» for «1»; a floor told in words stays as it was typed."""
    return _("floor %(floor)s", floor=floor) if floor.isdigit() else floor


LOG_DETAILS = {
    "before": _l("before"),
    "after": _l("after"),
    "created": _l("added"),
    "changed": _l("changed"),
    "same": _l("as before"),
    "count": _l("how many"),
    "format": _l("format"),
}
LOG_VALUES = {
    "draft": _l("draft"),
    "announced": _l("announced"),
    "finished": _l("finished"),
    "in_person": _l("in person"),
    "remote": _l("remotely"),
}
LOG_ACTIONS = {
    "series.added": _l("series added"),
    "series.changed": _l("series changed"),
    "forum.added": _l("forum added"),
    "forum.changed": _l("forum changed"),
    "forum.moved": _l("forum's days changed"),
    "forum.status": _l("forum's state changed"),
    "quota.changed": _l("number of places changed"),
    "venue.added": _l("venue added"),
    "venue.changed": _l("venue changed"),
    "venue.removed": _l("venue removed"),
    "room.added": _l("room added"),
    "room.changed": _l("room changed"),
    "room.removed": _l("room removed"),
    "section.added": _l("section added"),
    "section.changed": _l("section changed"),
    "section.removed": _l("section removed"),
    "programme.published": _l("programme published"),
    "programme.hidden": _l("programme hidden"),
}

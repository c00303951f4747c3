from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forum.models import EventKind, Format, ForumStatus

KIND_LABELS = {
    EventKind.forum: _l("Forum"),
    EventKind.seminar: _l("Seminar"),
    EventKind.webinar: _l("Webinar"),
    EventKind.contest: _l("Contest"),
    EventKind.strategic_session: _l("Strategic session"),
    EventKind.meeting: _l("Meeting"),
    EventKind.conference: _l("Conference"),
}
STATUS_LABELS = {
    ForumStatus.draft: _l("Draft: only organisers see it"),
    ForumStatus.announced: _l("Announced: everybody sees it"),
    ForumStatus.finished: _l("Finished"),
}
FORMAT_LABELS = {Format.in_person: _l("In person"), Format.remote: _l("Remotely")}

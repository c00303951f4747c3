"""What codes are called on the screen."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hall.models import QuestionState, Source

MARK_LABELS = {3: _l("Useful"), 2: _l("In part"), 1: _l("Not useful")}
SOURCE_LABELS = {
    Source.link: _l("personal page"),
    Source.export: _l("provider's list"),
    Source.word: _l("code word"),
    Source.hand: _l("organiser"),
}


def told_by(source: str) -> str:
    """Who told of somebody's presence, in words."""
    return str(SOURCE_LABELS.get(Source(source))) if source in {one.value for one in Source} else source


STATE_LABELS = {
    QuestionState.new: _l("Waits"),
    QuestionState.asked: _l("Asked"),
    QuestionState.hidden: _l("Put aside"),
}
LOG_ACTIONS = {
    "presence.rule": _l("rule of remote participation changed"),
    "presence.imported": _l("provider's attendance list loaded"),
    "presence.noted": _l("minutes of participation noted by hand"),
    "section.joining": _l("ways to join the section changed"),
    "viewing_point.added": _l("group at a screen added"),
    "viewing_point.removed": _l("group at a screen removed"),
}
LOG_DETAILS = {"word_counts": _l("a code word is enough"), "people": _l("people")}

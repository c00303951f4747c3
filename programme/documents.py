"""Letters of thanks to those who spoke."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from accounts.settings import site
from forum.models import Forum
from kernel.i18n import day_range
from kernel.text import inner
from programme.models import Appearance


def thanks_data(forum: Forum, spoke: Sequence[Appearance]) -> dict[str, object]:
    """The data of `thanks.typ`: a page for each appearance."""
    return {
        "title": _("Letter of thanks"),
        "forum": forum.name,
        "organiser": forum.series.organiser.name if forum.series.organiser else site().operator,
        "when": f"{forum.place}, {day_range(forum.date_start, forum.date_end)}",
        "sign": _("Signature"),
        "demo": _("Demonstration data.") if forum.demo else "",
        "pages": [
            {
                "name": appearance.speaker.name,
                "who": ", ".join(part for part in (appearance.position, appearance.organisation_name) if part),
                "text": _(
                    "The organisers of %(forum)s thank you for your talk «%(title)s» and for sharing work "
                    "that others can now repeat for the good of families.",
                    forum=forum.name,
                    title=inner(appearance.slot.title),
                ),
            }
            for appearance in spoke
        ],
    }

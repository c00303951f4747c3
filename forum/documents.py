"""What the papers about a forum say."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from accounts.settings import site
from forum.facts import Fact
from forum.models import Forum
from forum.queries import local_today
from kernel.i18n import day, day_range


def summary_data(forum: Forum, found: Sequence[Fact]) -> dict[str, object]:
    """The data of `summary.typ`."""
    return {
        "title": _("Summary"),
        "about": _("of what took place: %(forum)s", forum=forum.name),
        "when": f"{day_range(forum.date_start, forum.date_end)}, {forum.place}",
        "facts": [[fact.value, fact.definition] for fact in found],
        "note": _("The figures are counted by the site’s records; beside each stands what was counted."),
        "made": _("Made on %(day)s", day=day(local_today(forum))),
        "operator": site().operator,
        "demo": _("Demonstration data.") if forum.demo else "",
    }

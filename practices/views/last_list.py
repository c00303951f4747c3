"""The way back: from a practice in the work area to the list it was opened from."""

from __future__ import annotations

from flask import request, session, url_for
from flask_babel import lazy_gettext as _l

from practices.views.base import blueprint

LIST_IN_SESSION = "practices.list"
LISTS = {
    "practices.waiting": _l("Waiting for you"),
    "practices.manage": _l("Practices of the catalogue"),
    "practices.grading": _l("Grades of practices"),
}
LONGEST_QUERY_KEPT = 500
"""Of a query that is kept: the session is a cookie."""


def remember_list() -> None:
    """This list, as it is filtered, ordered and paged, is where the pages of its practices lead back to."""
    query = request.query_string.decode(errors="replace")
    here = [request.endpoint, query if len(query) <= LONGEST_QUERY_KEPT else ""]
    if session.get(LIST_IN_SESSION) != here:
        session[LIST_IN_SESSION] = here


def way_back(*lists: str) -> tuple[str, str]:
    """Label and address of that one of `lists` which was opened last; of the first when none was."""
    endpoint, query = session.get(LIST_IN_SESSION) or ("", "")
    if endpoint not in lists:
        endpoint, query = lists[0], ""
    return str(LISTS[endpoint]), url_for(endpoint) + (f"?{query}" if query else "")


@blueprint.context_processor
def _for_templates() -> dict[str, object]:
    return {"way_back": way_back}

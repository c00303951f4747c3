"""How forums show themselves on the first screen of whoever organises them."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from forum import queries, readiness
from kernel.access import SignedIn
from kernel.permissions import Permission


def tasks(user: SignedIn) -> str | Markup:
    """Forums that are not over, with what each still lacks."""
    if not user.scopes(Permission.OPEN_FORUMS):
        return ""
    coming = [
        (forum, readiness.lacks(forum))
        for forum in queries.forums_for(user, Permission.OPEN_FORUMS)
        if queries.phase(forum) != "after"
    ]
    return Markup(render_template("forum/manage/tasks.html", coming=coming, may_begin=queries.may_begin(user)))

"""The demo world's accounts: one for each role."""

from __future__ import annotations

from accounts.enums import Role, ScopeKind
from accounts.operations import add_user, assign
from accounts.passwords import hash_password
from accounts.queries import user_by_email
from accounts.views.session import DEMO_PASSWORD
from forum.queries import forum_by_slug, section_of, series_by_slug
from home.demo import rows
from kernel.transaction import writing
from speakers.operations import set_email
from speakers.queries import speakers_named
from territories.queries import current


def load_people() -> None:
    hashed = hash_password(DEMO_PASSWORD)
    with writing():
        for row in rows("people.csv"):
            if user_by_email(row["login_email"]):
                continue
            user = add_user(row["login_email"], row["name"], by=None, position=row["position"], password_hash=hashed)
            user.demo = True
            if row["role"] in {role.value for role in Role}:
                for scope in row["scope"].split(";"):
                    kind, scope_id, name = _scope(row["scope_kind"], scope)
                    assign(user, Role(row["role"]), kind, scope_id, by=None, scope_name=name)
            if row["role"] == Role.speaker.value:
                for speaker in speakers_named(user.name):
                    set_email(speaker, user.email, by=None)


def _scope(kind: str, scope: str) -> tuple[ScopeKind, int | None, str]:
    """The scope's kind, id and name as written in people.csv."""
    if kind == "series":
        series = series_by_slug(scope)
        assert series is not None
        return ScopeKind.series, series.id, series.name
    if kind in ("forum", "section"):
        slug, _, section_slug = scope.partition("/")
        forum = forum_by_slug(slug)
        assert forum is not None
        if kind == "forum":
            return ScopeKind.forum, forum.id, forum.name
        section = section_of(forum, section_slug)
        return ScopeKind.section, section.id, section.name
    if kind == "territory":
        territory = current(scope)
        assert territory is not None
        return ScopeKind.territory, territory.id, territory.name
    return ScopeKind.site, None, ""

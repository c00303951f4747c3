"""Where a person begins something of their own, tried outside of their scope."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import func, select

from accounts.models import Organisation
from kernel.db import Base, db
from practices.models import Practice
from tests import factories
from tests.client import PageClient
from tests.site.foreign import FOREIGN, enter, own_address

MAKES_OWN = {
    "forum_desk.new_forum",
    "forum_desk.new_series",
    "practices.invitation",
    "practices.new",
    "practices.upload",
    "adoption.start",
    "adoption.new_round",
}
"""Where a person begins something of their own: see `test_nothing_is_made_in_the_scope_of_others`."""


FORUM = {
    "name": "Форум не там",
    "kind": "forum",
    "date_start": "2027-09-01",
    "date_end": "2027-09-02",
    "timezone": "Asia/Irkutsk",
    "place": "Тулун",
}


PRACTICE = {
    "name": "Практика не там",
    "effect": "Семьям легче.",
    "groups": "large",
    "what_is_done": "Помощь.",
    "who_does_it": "Центр.",
    "what_is_needed": "Люди.",
    "contact_email": "a@example.org",
    "sphere": "social",
    "territory": factories.TULUN,
}


REQUEST = {"contact_name": "Пробов Пётр", "contact_email": "p@example.org", "source": ""}


def attempts(endpoint: str) -> list[dict[str, Any]]:
    """Forms that would make something where the stranger holds no role."""
    if endpoint == "forum_desk.new_forum":
        return [FORUM | {"series": "prosemyu", "territory": str(factories.territory(factories.TULUN).id)}]
    if endpoint == "forum_desk.new_series":
        return [{"name": "Цикл не там", "territory": str(factories.territory(factories.REGION).id)}]
    if endpoint == "practices.new":
        return [PRACTICE]
    if endpoint == "practices.invitation":
        named = {"name": "Пробов Пётр", "email": "p@example.org", "practice": "Практика не там"}
        return [named | {"territory": factories.TULUN}]
    if endpoint == "adoption.new_round":
        return [{"region": factories.REGION, "quarter": "2027-1", "due": "2027-04-05"}]
    if endpoint == "practices.upload":
        book = "Название;Территория\nПрактика не там;Тулун\n".encode()
        known = "Название;Территория;Эффект\nЧужая практика;Иркутск;Хуже\n".encode()
        return [{"file": (io.BytesIO(body), "book.csv")} for body in (book, known)]
    assert endpoint == "adoption.start", "A new page where something begins: say here how a stranger would misuse it."
    known = str(organisation_id("Соседская организация"))
    new = {"organisation": "new", "new_organisation": "Соседская новая", "territory": factories.TAYSHET}
    return [REQUEST | {"organisation": known}, REQUEST | new]


def organisation_id(name: str) -> int:
    return db.session.scalars(select(Organisation.id).where(Organisation.name == name)).one()


UNCOUNTED = {"import_preview", "stored_file", "activity_entry", "content_version", "rate_window"}


def rows() -> dict[str, int]:
    """How many rows each table has, but for what an upload leaves to be looked at."""
    db.session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in UNCOUNTED]
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def try_to_make(client: PageClient, path: str, form: dict[str, Any], token: str) -> int:
    """Send the form; when that leads to a preview, confirm it too. Returns the form's own status."""
    answer = client.post(path, data=form | {"csrf_token": token}, content_type="multipart/form-data")
    if answer.status_code == 302 and "/import/" in (preview := answer.headers["Location"]):
        page = client.get(preview).get_data(as_text=True)
        assert FOREIGN.findall(page.replace("Чужая практика", "")) == []
        client.post(f"{preview}/confirmation", data={"csrf_token": token})
    return answer.status_code


@pytest.mark.parametrize("endpoint", sorted(MAKES_OWN))
def test_nothing_is_made_in_the_scope_of_others(app, foreign, stranger, native, sign_in, endpoint):
    path = own_address(app, endpoint, foreign)
    practice = db.session.scalars(select(Practice).where(Practice.name == "Чужая практика")).one()
    client, token = enter(sign_in, stranger)
    before = rows()
    for form in attempts(endpoint):
        assert try_to_make(client, path, form, token) in ({302} if endpoint == "practices.upload" else {404, 422})
        assert rows() == before
    db.session.refresh(practice)
    assert (practice.effect, practice.version) == ("Специалист приходит домой и учит родителей.", 1)
    client, token = enter(sign_in, native)
    for form in attempts(endpoint):
        assert client.post(path, data=form | {"csrf_token": token}, content_type="multipart/form-data").status_code in {
            302,
            303,
        }

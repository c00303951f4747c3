"""A kept page is one for whoever has no session, whoever has one of their own and whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import flask
import pytest

from kernel import pages, security
from kernel.feature import registry
from kernel.keyed_request import NotInKey, left_open
from kernel.transaction import writing
from tests import factories
from tests.client import PageClient
from tests.site.kept_world import KeptWorld, kept_rules, kept_world
from tests.site.test_changes_seen import seen

OWN = {"practices.practice"}
"""Pages with a panel declared personal: the reader's own municipality."""


@pytest.fixture
def everything_kept(app) -> KeptWorld:
    return kept_world()


@pytest.fixture
def carrying(client) -> PageClient:
    """Somebody who once opened a form: a session with its token, and what else a visitor gathers."""
    with client.session_transaction() as session:
        session["csrf_token"], session["mailboxes"] = "0123456789abcdef", ["mark"]
    return client


@pytest.fixture
def readers(everything_kept, sign_in) -> dict[str, PageClient]:
    with writing():
        people = {
            "outsider": factories.user(),
            "methodist": factories.methodist(),
            "coordinator": everything_kept.coordinator,
        }
    found = {name: sign_in(person) for name, person in people.items()}
    for reader in found.values():
        reader.checking = False
    return found


def cold(reader: PageClient, path: str) -> object:
    """The page as it is rendered for this reader alone: a message waits for them."""
    with reader.session_transaction() as session:
        session["_flashes"] = [("ok", "Сохранено")]
    answer = reader.get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    with reader.session_transaction() as session:
        assert session.pop("_flashes") == [("ok", "Сохранено")]  # public pages show none, and lose none
    return seen(answer)


def test_every_kept_page_is_the_same_for_all_but_for_panels_declared_personal(app, everything_kept, carrying, readers):
    anybody = PageClient(app)
    rules = kept_rules(app)
    assert len(rules) >= 20
    for rule in rules:
        for path in (everything_kept.address(rule), "/en" + everything_kept.address(rule)):
            first = anybody.get(path)
            page, shared = seen(first), "public, max-age=0, must-revalidate"
            again = carrying.get(path)
            assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"]), path
            assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == shared
            assert cold(carrying, path) == page, path
            for name, reader in readers.items():
                answer = reader.get(path)
                assert answer.headers["Cache-Control"] == "private, no-store"
                assert "ETag" not in answer.headers
                assert seen(answer) == cold(reader, path), (path, name)
                assert (seen(answer) != page) is (name == "coordinator" and rule.endpoint in OWN), (path, name)
            assert seen(anybody.get(path)) == page
            assert "Set-Cookie" not in str([one.headers for one in (first, again, answer)])


def test_the_panels_declared_personal_are_these(app):
    own = [panel.place for panels in registry().panels.values() for panel in panels if panel.about is not None]
    assert own == ["practice.aside"]


def test_nothing_personal_is_kept_or_shown_to_another(everything_kept, client, readers, sign_in):
    path, mine = f"/practices/{everything_kept.practice.slug}", f"/cabinet/adoptions/{everything_kept.adoption.code}"
    with writing():
        neighbour = factories.coordinator(factories.KUYTUN)
    neighbour = sign_in(neighbour)
    pages.forget()
    assert mine in readers["coordinator"].get(path).get_data(as_text=True)  # who is the first to make the page
    others = [client.get(path), readers["outsider"].get(path), neighbour.get(path)]
    assert [mine in answer.get_data(as_text=True) for answer in others] == [False, False, False]
    assert "Куйтунский" in others[2].get_data(as_text=True).partition('id="take"')[2]
    assert "Тайшетский" not in others[2].get_data(as_text=True).partition('id="take"')[2]
    kept = [part for entry in pages._cache.values() for part in (entry.body.coded(""), *entry.pieces)]
    assert kept
    assert [part for part in kept if mine.encode() in part or b"/adoption?territory=" in part] == []
    assert [part for part in kept if b"<!--" in part] == []


def test_the_signed_in_get_what_is_new_in_a_gap_at_once(everything_kept, readers):
    path = f"/practices/{everything_kept.practice.slug}"
    reader = readers["coordinator"]
    before = reader.get(path).get_data(as_text=True)
    with writing():
        everything_kept.adoption.organisation.name = everything_kept.adoption.organisation.short_name = (
            "Иначе названный центр"
        )
    assert "Иначе названный центр" not in before
    assert "Иначе названный центр" in reader.get(path).get_data(as_text=True)


def test_who_signed_out_elsewhere_sees_nothing_of_theirs_and_loses_the_cookie(everything_kept, readers):
    path, reader = f"/practices/{everything_kept.practice.slug}", readers["coordinator"]
    assert everything_kept.adoption.code in reader.get(path).get_data(as_text=True)
    with writing():
        everything_kept.coordinator.generation += 1
    answer = reader.get(path)
    assert everything_kept.adoption.code not in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_reader_with_a_session_costs_what_anybody_costs(everything_kept, client, carrying, readers, count_queries):
    for path, statements in ((f"/forums/{everything_kept.forum.slug}/programme", 0), ("/adoption/", 0)):
        client.get(path)
        for reader in (carrying, *readers.values()):
            with count_queries() as counted:
                reader.get(path)
            assert counted.number == statements


def test_an_old_session_is_renewed_by_reading(everything_kept, readers, monkeypatch):
    reader = readers["outsider"]
    with reader.session_transaction() as session:
        session.permanent = True
    assert "Set-Cookie" not in reader.get("/adoption/").headers
    monkeypatch.setattr(security, "RENEW", timedelta(seconds=-1))
    answer = reader.get("/adoption/")
    assert "tirazh=" in answer.headers["Set-Cookie"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in PageClient(reader.application).get("/adoption/").headers


MARKS: dict[str, Callable[[object], str]] = {
    "as text": lambda gap: str(gap).replace("<", "&lt;"),
    "in part": lambda gap: str(gap)[4:],
}


@pytest.mark.parametrize("spoilt", MARKS.values(), ids=MARKS)
def test_a_gap_that_is_no_gap_any_more_fails_loudly(app, spoilt):
    @pages.warm("site")
    def page() -> str:
        return spoilt(left_open(lambda what: f"<p>{what}</p>", 7))

    with app.test_request_context("/page"), pytest.raises(NotInKey):
        page()


def test_gaps_are_filled_for_the_signed_in_alone(app, everything_kept):
    @pages.warm("site")
    def page() -> str:
        made = [left_open(lambda what: f"<p>{what}</p>", number) for number in (1, 2)]
        return f"a{made[1]}b{made[0]}c{made[1]}d"

    def ask(**session: str) -> str:
        with app.test_request_context("/page", headers={"Cookie": "tirazh=ours"}):
            flask.session.update(session)
            return page().get_data(as_text=True)

    assert ask() == "abcd"
    assert ask(_user_id=everything_kept.coordinator.get_id()) == "a<p>2</p>b<p>1</p>c<p>2</p>d"
    assert ask(csrf_token="x") == "abcd"

"""Every endpoint and method, called by somebody who holds the same roles elsewhere."""

from __future__ import annotations

import re

import pytest

from tests import factories
from tests.site.foreign import FOREIGN, address, enter, own_address, scoped_rules, shown
from tests.site.test_nothing_foreign_is_made import MAKES_OWN

OWN_LISTS = {
    "forum_desk.index",
    "practices.manage",
    "practices.export",
    "practices.waiting",
    "practices.grading",
    "adoption.cabinet",
    "adoption.quarter",
    "adoption.quarter_form",
    "adoption.rounds",
    "adoption.adoptions",
    "adoption.adviser_sheet",
    "door.choose",
    "home.work",
    "activity.log",
    "activity.log_export",
}
"""Lists that show a person only what is theirs: see `test_a_list_of_ones_own_shows_nothing_of_others`."""


BELONGS_TO_NOBODY = {
    "accounts.logout",
    "practices.import_template",
    "adoption.quarter_upload",
}
"""Pages that show and change nothing but the caller's own session."""


OF_ONESELF = {"practices.searches", "practices.new_search"}
"""What a person keeps for themselves: see `test_what_a_person_keeps_nobody_else_sees`."""


OF_ONE_SHEET = {"adoption.adviser_sheet_pdf", "adoption.standing", "adoption.standing_xlsx"}
"""The adviser's sheet on paper and at full length: see `test_the_sheet_is_of_ones_own_territories`."""


MARKS = {"adoption.rounds": "I.квартал 2027"}
"""Where what is not the stranger's bears another word."""


def test_a_stranger_of_the_same_roles_is_refused_everywhere(app, foreign, stranger, sign_in):
    client, token = enter(sign_in, stranger)
    answers = {}
    for rule in scoped_rules(app):
        if rule.endpoint in OWN_LISTS | MAKES_OWN | BELONGS_TO_NOBODY | OF_ONESELF | OF_ONE_SHEET:
            continue
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            answer = client.open(address(rule, foreign), method=method, data={"csrf_token": token})
            answers[f"{method} {rule.endpoint}"] = answer.status_code
    allowed = {404, 405}
    assert {name: code for name, code in answers.items() if code not in allowed} == {}
    assert sum(code == 404 for code in answers.values()) > 60


@pytest.mark.parametrize("endpoint", sorted(OWN_LISTS))
def test_a_list_of_ones_own_shows_nothing_of_others(app, foreign, stranger, native, sign_in, endpoint):
    """Nor does it when asked by name; whoever holds the same roles here finds it there."""
    path, mark = own_address(app, endpoint, foreign), re.compile(MARKS.get(endpoint, FOREIGN.pattern), re.IGNORECASE)
    client, _token = enter(sign_in, stranger)
    for question in ("", "?q=Чуж", "?state=think", "?territory=" + factories.TAYSHET):
        assert mark.findall(shown(client, path + question).replace(question[3:], "")) == []
    assert mark.search(shown(enter(sign_in, native)[0], path))


@pytest.mark.parametrize("endpoint", sorted(OF_ONE_SHEET))
def test_the_sheet_is_of_ones_own_territories(app, foreign, stranger, native, sign_in, endpoint):
    path = own_address(app, endpoint, foreign) + "?territory=" + factories.TAYSHET
    assert enter(sign_in, stranger)[0].get(path).status_code == 404
    assert enter(sign_in, native)[0].get(path).status_code == 200


def test_what_a_person_keeps_nobody_else_sees(foreign, stranger, native, sign_in):
    for person in (stranger, native):
        assert "Чужой поиск" not in shown(enter(sign_in, person)[0], "/searches")
    assert "Чужой поиск" in shown(enter(sign_in, foreign.owner)[0], "/searches")


def test_what_belongs_to_nobody_shows_and_ends_nothing_of_others(app, foreign, stranger, native, sign_in):
    here, _token = enter(sign_in, native)
    client, token = enter(sign_in, stranger)
    for endpoint in sorted(BELONGS_TO_NOBODY - {"accounts.logout"}):
        assert FOREIGN.findall(shown(client, own_address(app, endpoint, foreign))) == []
    assert client.post("/logout", data={"csrf_token": token}).status_code == 302
    assert client.get("/work").status_code == 302
    assert here.get("/work").status_code == 200

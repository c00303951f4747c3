"""What no browser sends and attackers do: NUL in addresses, in parameters and in forms; searches without end."""

from __future__ import annotations

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError

from kernel.transaction import writing
from tests import factories

NUL = "a\0b"


@pytest.fixture
def chief(sign_in):
    with writing():
        person = factories.administrator()
    return sign_in(person)


def addresses(app) -> list[str]:
    """Every address that takes words, with a NUL in each of them."""
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("")
        for rule in app.url_map.iter_rules():
            values = {name: 1 if "Integer" in type(kind).__name__ else NUL for name, kind in rule._converters.items()}
            if NUL not in values.values() or "GET" not in rule.methods:
                continue
            try:
                found.append(adapter.build(rule.endpoint, values, force_external=False))
            except (BuildError, HTTPException, ValueError):
                continue
    return found


def test_a_nul_in_an_address_is_no_page(app, client, chief):
    asked = addresses(app)
    assert len(asked) > 60
    for path in asked:
        for visitor in (client, chief):
            assert visitor.get(path).status_code in (302, 303, 404), path  # who is not signed in is asked to


def test_a_nul_in_a_parameter_is_passed_over(client, chief):
    for path in ("/adoption/?practice=%00", "/adoption.json?practice=%00", "/practices/?q=%00", "/territories/?q=a%00"):
        assert client.get(path).status_code in (200, 404), path
    for path in ("/manage/activity?action=%00", "/manage/activity?kind=%00a", "/manage/people?q=%00"):
        assert chief.get(path).status_code == 200, path


def test_a_nul_in_a_form_is_dropped(app, client):
    with writing():
        forum = factories.forum()
    token = client.token(f"/forums/{forum.slug}/registration")
    data = {"csrf_token": token, "name": "Анкетина\0 Анна", "email": "anna@example.org", "territory": "a\0b"}
    answer = client.post(f"/forums/{forum.slug}/registration", data=data)
    assert answer.status_code == 422
    assert "Анкетина Анна" in answer.get_data(as_text=True)

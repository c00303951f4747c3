"""Who may call what: declared by every view, asked of every method."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from kernel.transaction import writing
from tests import factories
from tests.client import PageClient
from tests.site.foreign import address, scoped_rules

ROOT = Path(__file__).resolve().parents[2]


def test_every_endpoint_declares_who_may_call(app):
    undeclared = [
        rule.endpoint for rule in app.url_map.iter_rules() if not hasattr(app.view_functions[rule.endpoint], "access")
    ]
    assert undeclared == []


def test_a_visitor_is_sent_to_sign_in_and_may_change_nothing(app, foreign):
    client = PageClient(app)
    client.checking = False
    answers = {}
    for rule in scoped_rules(app):
        for method in rule.methods & {"GET", "POST"}:
            answers[f"{method} {rule.endpoint}"] = client.open(address(rule, foreign), method=method).status_code
    assert {name: code for name, code in answers.items() if code not in {302, 401}} == {}


def test_what_is_not_public_is_kept_by_nobody(app, foreign, sign_in):
    """Downloads too: `send_file` says «no-cache» of its own, which a proxy may keep."""
    with writing():
        admin = factories.administrator()
    client = sign_in(admin)
    client.checking = False
    told = {}
    for rule in scoped_rules(app):
        if "GET" in rule.methods:
            told[rule.endpoint] = client.get(address(rule, foreign)).headers["Cache-Control"]
    assert {name: value for name, value in told.items() if value != "private, no-store"} == {}


def test_a_post_without_a_token_is_refused(app, foreign, sign_in):
    with writing():
        admin = factories.administrator()
    client = sign_in(admin)
    client.checking = False
    answers = {}
    for rule in scoped_rules(app):
        if "POST" in rule.methods:
            answers[rule.endpoint] = client.post(address(rule, foreign)).status_code
    assert {name: code for name, code in answers.items() if code not in {400, 404, 422}} == {}


def test_what_is_posted_without_a_forms_token_is_few_and_stands_at_a_secret_address(app):
    free = {
        (rule.rule, getattr(view, "token_page", False))
        for rule in app.url_map.iter_rules()
        if getattr(view := app.view_functions[rule.endpoint], "without_form_token", False)
    }
    assert free == {("/my/<token>/presence", True)}


def test_addresses_are_kebab_case_nouns(app):
    words = [
        part
        for rule in app.url_map.iter_rules()
        for part in re.sub(r"<[^>]+>", "", rule.rule).split("/")
        if part.strip(".") and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?|\.[a-z]+|v-", part)
    ]
    assert words == []


VIEW_FILES = [
    *ROOT.glob("*/views.py"),
    *ROOT.glob("*/*/views.py"),
    *ROOT.glob("*/manage.py"),
    *(path for path in ROOT.glob("*/manage/*.py") if path.name != "queries.py"),
    *ROOT.glob("*/views/*.py"),
    *ROOT.glob("*/*/views/*.py"),
]


@pytest.mark.parametrize("path", VIEW_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_views_read_only_through_finders(path):
    """A view that selects by itself could show somebody else's object: `select` belongs to queries."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert called & {"select", "scalars", "scalar", "execute", "get_one"} == set()

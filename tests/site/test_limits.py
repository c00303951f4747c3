"""docs/limits.md says of every limit what the code does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app import FEATURES
from kernel.limits import Limit
from kernel.security import client_network

PACKAGES = {feature.name for feature in FEATURES}
SPANS = {"15 min": 900, "60 min": 3600, "24 h": 86400}


def table() -> dict[str, list[str]]:
    text = (Path(__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return {row[0]: row[1:] for row in rows[2:]}


def test_every_limit_stands_in_the_table_with_its_numbers(app):
    told = [Limit(bucket, int(cells[0]), SPANS[cells[1]]) for bucket, cells in table().items()]
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in PACKAGES]
    known = {id(one): one for module in modules for one in vars(module).values() if isinstance(one, Limit)}
    assert sorted(told) == sorted(known.values())


def test_every_row_says_who_is_slowed_what_they_see_and_what_is_left(app):
    assert {bucket: len(list(filter(None, cells))) for bucket, cells in table().items()} == dict.fromkeys(table(), 6)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:7:7::1", "2001:db8:7:7::/64"),
        ("2001:db8:7:7:ffff:ffff:ffff:ffff", "2001:db8:7:7::/64"),
        ("2001:db8:7:8::1", "2001:db8:7:8::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_what_counts_as_one_network(app, address, network):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert client_network() == network

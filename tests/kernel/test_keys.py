"""Which keys are secrets, and what the settings say of those of before."""

from __future__ import annotations

import base64
import random

import pytest

from config import load
from kernel.keys import weakness

POOR = (
    "x",
    "",
    "dev",
    "64 hexadecimal digits from: openssl rand -hex 32",
    "only for tests",
    "a" * 64,
    "0123456789abcdef" * 4,
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "ab" * 32,
    "secret-secret-and-more-secret-0987654321",
    "ChangeMe-ChangeMe-ChangeMe-2027-tirazh!",
    "qwertyuiop1234567890asdfghjklzxcvbnm",
    "a58e7d9396e2f0be2d1139ad7d1951",
)
CHANCE = random.Random(2027)
MADE = (
    *(CHANCE.randbytes(32).hex() for _ in range(2_000)),
    *(CHANCE.randbytes(16).hex() for _ in range(20_000)),
    *(base64.urlsafe_b64encode(CHANCE.randbytes(32)).decode() for _ in range(2_000)),
)
"""Chance from a seed: the same keys at each run, more of them than anybody will ever make."""


@pytest.mark.parametrize("key", POOR)
def test_a_poor_key_is_told(key):
    assert weakness(key)


def test_what_is_made_by_chance_is_good():
    assert [key for key in MADE if weakness(key)] == []


def test_the_example_in_our_papers_is_no_key(request):
    text = (request.config.rootpath / "docs" / "deploy.md").read_text(encoding="utf-8")
    given = [line.partition("=")[2].strip("'") for line in text.splitlines() if line.startswith("SECRET_KEY=")]
    assert [key for key in given if not weakness(key)] == []


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        ("one key, as it is", ["one key, as it is"]),
        ('["first", "second"]', ["first", "second"]),
    ],
)
def test_keys_of_before(monkeypatch, text, keys):
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", text)
    assert load()["SECRET_KEY_FALLBACKS"] == keys


@pytest.mark.parametrize("text", ['["first", 2]', '["first"', '[""]'])
def test_a_list_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", text)
    with pytest.raises(RuntimeError, match="SECRET_KEY_FALLBACKS"):
        load()

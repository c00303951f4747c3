"""Alembic is loaded late: its commands must be there all the same."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.differs


def test_migration_commands_are_there(app):
    answer = app.test_cli_runner().invoke(args=["db", "current"])
    assert answer.exit_code == 0, answer.output


def test_help_names_them(app):
    assert "upgrade" in app.test_cli_runner().invoke(args=["db", "--help"]).output

"""Flask-Migrate, loaded with the first migration command: a server never needs Alembic."""

from __future__ import annotations

import click
from flask import Flask

from kernel.db import db


class _Settings:
    """What `app.extensions["migrate"]` is until somebody asks it something."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __getattr__(self, name: str) -> object:
        from flask_migrate import Migrate  # noqa: PLC0415

        Migrate(self.app, db, directory=f"{self.app.root_path}/migrations", render_as_batch=True)
        return getattr(self.app.extensions["migrate"], name)


class _Commands(click.Command):
    """`flask db …`: Flask-Migrate's own group answers for it."""

    def make_context(self, *args: object, **kwargs: object) -> click.Context:
        from flask_migrate.cli import db as commands  # noqa: PLC0415

        found: click.Context = commands.make_context(*args, **kwargs)
        return found


def init_app(app: Flask) -> None:
    app.extensions["migrate"] = _Settings(app)
    app.cli.add_command(_Commands("db", help="Perform database migrations."))

"""`flask adoption`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from adoption.operations import rebuild
from kernel.transaction import writing

adoption_cli = AppGroup("adoption", help="Adoption of practices.")


@adoption_cli.command("rebuild")
def rebuild_command() -> None:
    """Fill anew what the catalogue knows of adoption."""
    with writing():
        number = rebuild()
    click.echo(f"{number} practices have adoptions")

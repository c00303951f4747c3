"""`flask adoption`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from adoption.operations import rebuild
from kernel.transaction import write

adoption_cli = AppGroup("adoption", help="Adoption of practices.")


@adoption_cli.command("rebuild")
def rebuild_command() -> None:
    """Fill anew what the catalogue knows of adoption."""
    click.echo(f"{write(rebuild)} practices have adoptions")

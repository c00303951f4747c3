"""Commands that concern the whole product."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from home.worker import drain, run_forever

import_cli = AppGroup("import", help="Bring data in; without --yes only shows what would happen.")
export_cli = AppGroup("export", help="Take data out.")


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now and end.")
@with_appcontext
def worker_command(once: bool) -> None:
    """Drain jobs and letters."""
    if once:
        while drain():
            pass
    else:
        run_forever()


@click.command("demo")
@with_appcontext
def demo_command() -> None:
    """Load the demo world into an empty database."""
    from home.demo import load  # noqa: PLC0415  (only this command needs it)

    load(click.echo)

"""Commands that concern the whole product."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from home.queries import empty_database, has_users
from home.worker import run_forever, run_once


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now and end.")
@with_appcontext
def worker_command(once: bool) -> None:
    """Drain jobs and letters."""
    run_once() if once else run_forever()


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing when it is loaded already.")
@click.option("--again", is_flag=True, help="Delete everything first.")
@with_appcontext
def demo_command(if_empty: bool, again: bool) -> None:
    """Load the demo world."""
    from home.demo.load import is_loaded, load  # noqa: PLC0415  (a server does not need it)

    if current_app.config["ENVIRONMENT"] == "production":
        raise click.ClickException("The demo world has no place in production.")
    if again:
        empty_database()
    elif is_loaded() or (if_empty and has_users()):
        click.echo("  it is loaded already")
        return
    load(click.echo)

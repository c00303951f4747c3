"""`flask secrets`: which keys made what was given out, and from one key to another."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from kernel import rekeying
from kernel.keys import current_id, keys, weakness

secrets_cli = AppGroup("secrets", help="The server's key and what it made: links, tickets, invitations.")


@secrets_cli.command("show")
@with_appcontext
def show() -> None:
    """Print the keys, by what tells them apart, and how many tickets and links each made."""
    counts = rekeying.standing()
    known = list(keys())
    for key in known:
        _line(key, counts.get(key, 0), "in force" if key == current_id() else "of before, still understood")
    for key in sorted(counts.keys() - set(known)):
        _line(key or "unknown", counts[key], "MISSING: give it in SECRET_KEY_FALLBACKS, or move the rows by rekey")
    for word, key in zip(known, keys().values(), strict=True):
        if found := weakness(key):
            click.echo(f"  {word} is no secret: {found}.")


def _line(key: str, number: int, word: str) -> None:
    click.echo(f"  {key:10}{number:8}  {word}")


@secrets_cli.command("rekey")
@click.option("--revoke", is_flag=True, help="End every ticket and link that another key made; send new ones.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def rekey(revoke: bool, yes: bool) -> None:
    """Move tickets and links to the key in force, while the site works. It may be ended and begun again.

    Links, tickets and invitations already sent keep working; with --revoke they end, and new ones are sent.
    """
    if current_app.config["ENVIRONMENT"] == "production" and (found := weakness(current_app.config["SECRET_KEY"])):
        raise click.ClickException(f"The new SECRET_KEY is no secret: {found}.")
    if not revoke:
        moved = rekeying.rekey()
        click.echo(f"  {moved.rows} rows moved to the key {current_id()}. What was sent before keeps working.")
        return
    if current_app.config["SECRET_KEY_FALLBACKS"]:
        raise click.ClickException(
            "Take the old key out of SECRET_KEY_FALLBACKS and restart the site first: whoever knows it could go on "
            "signing in as anybody."
        )
    if not yes:
        click.confirm("Every ticket and link made by another key ends now, and letters go out. Go on?", abort=True)
    moved = rekeying.revoke()
    click.echo(f"  {moved.rows} rows have new secrets, {moved.letters} letters are queued.")

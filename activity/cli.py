"""`flask letters`: what does not leave, why, and once more."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext

from activity import queries, waiting
from activity.models import LetterStatus
from activity.outbox import ATTEMPTS_AT_A_LETTER
from kernel.transaction import write

WORDS = {LetterStatus.queued: "waiting", LetterStatus.dead: "given up"}


@click.group("letters", invoke_without_command=True)
@click.option("--limit", default=50, show_default=True, help="So many letters are listed.")
@click.pass_context
@with_appcontext
def letters_cli(context: click.Context, limit: int) -> None:
    """List letters that do not leave, and why. Addresses are personal data: mind where the list goes."""
    if context.invoked_subcommand is None:
        _counts()
        _reasons()
        _list(limit)


@letters_cli.command("retry")
@click.argument("ids", nargs=-1, type=int)
@click.option("--kind", default="", help="Only letters of this kind.")
@with_appcontext
def retry(ids: tuple[int, ...], kind: str) -> None:
    """Send again what stands or was given up: all of it, or the letters with these IDS."""
    number = write(lambda: waiting.retry(ids, kind))
    click.echo(f"  {number} letters are due now, with all {ATTEMPTS_AT_A_LETTER} attempts before them.")


def _counts() -> None:
    known = queries.letters_by_status()
    numbers = (known.get(status, 0) for status in (LetterStatus.queued, LetterStatus.dead, LetterStatus.sent))
    click.echo("  {} waiting, {} given up, {} sent in the last 30 days".format(*numbers))
    if (held := queries.held()).number:
        since, tried = _at(held.since), _at(held.tried)
        click.echo(f"  The mail server takes none since {since}: {held.number} wait for it, next try at {tried}.")


def _reasons() -> None:
    for why, status, number, oldest in queries.reasons():
        click.echo(f"  {number} {WORDS[status]}, the oldest of {_at(oldest)}: {why or _NOT_TRIED}")


def _list(limit: int) -> None:
    for letter in queries.standing(limit):
        state = "held" if letter.held_since else WORDS[letter.status]
        row = (
            letter.id,
            _at(letter.created_at),
            state,
            f"{letter.attempts}/{ATTEMPTS_AT_A_LETTER}",
            letter.kind,
            letter.to,
        )
        click.echo("\t".join(map(str, (*row, letter.error or _NOT_TRIED))))


_NOT_TRIED = "not tried yet: is the worker at work?"


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "-"

"""What the commands that import files have in common: their options, what they print, and the rows left out as a file.

What is good comes in; rows with errors wait for their repair, rows in doubt for `--doubts`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from kernel.exporting import check_new, check_suffix, write_new
from kernel.files import FileRefused
from kernel.imports import AnyPlan, Verdict

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
YES = click.option("--yes", is_flag=True, help="Load what is good; without this only a preview is shown.")
DOUBTS = click.option("--doubts", "sure", is_flag=True, help="Load the rows that raise a doubt too.")
_MARKS = {Verdict.create: "+", Verdict.change: "~", Verdict.same: "=", Verdict.error: "!", Verdict.doubt: "?"}


def rest(suffix: str = ".xlsx") -> Callable[[F], F]:
    """The option `--left-out`; where it leads is checked before anything is read, let alone committed."""
    return click.option(
        "--left-out",
        "rest",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=lambda _context, _option, file: file and _checked(file, suffix),
        help=f"Write what does not come in to this new {suffix}, to be put right and loaded.",
    )


def _checked(file: Path, suffix: str) -> Path:
    check_suffix(file, suffix)
    check_new(file)
    return file


def read(file: Path, reader: Callable[[str, bytes], T]) -> T:
    """What `reader` makes of the file; a refusal ends the command with its sentence."""
    try:
        return reader(file.name, file.read_bytes())
    except FileRefused as refused:
        raise click.ClickException(str(refused)) from None


def settle(plan: AnyPlan, sure: bool) -> None:
    """Doubtful rows stay out unless the caller is sure of them."""
    if sure:
        plan.confirm_doubts()
    else:
        plan.leave_doubts()


def finish(
    plan: AnyPlan,
    rest: Path | None,
    left: Callable[[], bytes],
) -> None:
    """Print verdicts that matter and the summary line, keep what is left out; end with 1 when there are errors.

    `left` makes the file of what is left out.
    """
    for note in plan.notes:
        click.echo(note)
    for row in plan.rows:
        if row.verdict is not Verdict.same or row.warnings:
            click.echo(f"{_MARKS[row.verdict]} {row.number}: {row.title}")
            for message in [*row.messages, *row.doubts, *row.warnings]:
                click.echo(f"    {message}")
    for title in plan.absent:
        click.echo(f"- нет в файле: {title}")
    if doubtful := plan.count(Verdict.doubt):
        click.echo(f"Под вопросом («?») и потому не загружается строк: {doubtful}. С ключом --doubts загрузятся и они.")
    if rest is not None and plan.left:
        write_new(rest, left())
        click.echo(f"Строки, которые не загружаются, с пояснениями: {rest}")
    click.echo(plan.summary())
    if plan.errors:
        raise SystemExit(1)

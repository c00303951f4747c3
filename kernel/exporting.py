"""`flask export …`: a file that the import of the same name reads back."""

from __future__ import annotations

import os
from pathlib import Path

import click

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


def write_export(file: Path, body: bytes, rows: int) -> None:
    """Write a new file, and say how many rows it holds."""
    write_new(file, body)
    click.echo(f"exported {rows}")


def write_new(file: Path, body: bytes) -> None:
    """Write a new file that only its owner reads: it may hold personal data. Raises ClickException."""
    check_new(file)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # also a link that leads nowhere
        raise click.ClickException(_taken(file)) from None
    with os.fdopen(descriptor, "wb") as out:
        out.write(body)


def check_new(file: Path) -> None:
    """Refuse, before any work, a file that `write_new` could not write. Raises ClickException."""
    if not file.parent.is_dir():
        raise click.ClickException(f"There is no folder {file.parent}.")
    if os.path.lexists(file):
        raise click.ClickException(_taken(file))
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise click.ClickException(f"Nothing may be written into {file.parent}.")


def _taken(file: Path) -> str:
    return f"{file} is there already: name another file."


def check_suffix(file: Path, *suffixes: str) -> str:
    """The kind of file asked for by its name."""
    suffix = file.suffix.lower()
    if suffix not in suffixes:
        raise click.ClickException(f"Name a file that ends in {' or '.join(suffixes)}.")
    return suffix

"""`flask export …`: a file that the import of the same name reads back."""

from __future__ import annotations

import os
from pathlib import Path

import click

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


def write_export(file: Path, body: bytes, rows: int) -> None:
    """Write a new file that only its owner reads: it may hold personal data."""
    if not file.parent.is_dir():
        raise click.ClickException(f"There is no folder {file.parent}.")
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already: name another file.") from None
    with os.fdopen(descriptor, "wb") as out:
        out.write(body)
    click.echo(f"exported {rows}")


def check_suffix(file: Path, *suffixes: str) -> str:
    """The kind of file asked for by its name."""
    suffix = file.suffix.lower()
    if suffix not in suffixes:
        raise click.ClickException(f"Name a file that ends in {' or '.join(suffixes)}.")
    return suffix

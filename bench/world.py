"""A temporary copy of the demo world, and the application in this process that knows its secrets."""

from __future__ import annotations

import logging
import os
import runpy
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from bench.client import HOST

ROOT = Path(__file__).resolve().parent.parent
PAST, COMING = "prosemyu-2026", "prosemyu-2027"


@contextmanager
def world(postgresql: bool) -> Iterator[Flask]:
    """The demo world in a fresh database; DATABASE_URL and the other settings stand in the environment."""
    folder = Path(tempfile.mkdtemp(prefix="tirazh-bench-"))
    try:
        if postgresql:
            own_server = runpy.run_path(str(ROOT / "bin" / "test.py"))["own_server"]
            with own_server(durable=True) as address:
                yield _fill(folder, address)
        else:
            yield _fill(folder, f"sqlite:///{folder / 'tirazh.sqlite3'}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path, address: str) -> Flask:
    os.environ.update(
        DATABASE_URL=address,
        TIRAZH_VAR=str(folder),
        SECRET_KEY=secrets.token_hex(32),
        TIRAZH_ENV="production",
        PUBLIC_URL=f"https://{HOST}",
        MAIL_URL="smtp://127.0.0.1:9",  # nobody listens: letters are made and wait
    )
    os.environ.pop("TIRAZH_DEMO", None)
    from flask_migrate import upgrade

    from app import create_app
    from home.demo.load import load
    from kernel.translations import compile_catalog

    app = create_app()
    logging.getLogger("tirazh").setLevel(logging.WARNING)
    with app.app_context():
        compile_catalog(app)
        upgrade()
        load(lambda _step: None)
        _admit_accounts()
    return app


def _admit_accounts() -> None:
    """Production shuts demo accounts out; in this throw-away copy they are ordinary ones."""
    from sqlalchemy import update

    from accounts.models import User
    from kernel.db import db
    from kernel.transaction import writing

    with writing():
        db.session.execute(update(User).values(demo=False))
    db.session.remove()


def grow(app: Flask, practices: int = 10_000, seed: int = 7) -> None:
    """Fill the copy with generated practices up to so many published ones, the same with the same seed.

    Words, groups and territories are drawn from the demo's own practices; nobody has taken the generated ones.
    """
    from bench.crowd import add_practices

    with app.app_context():
        add_practices(practices, seed)
        _measure()


def spread(app: Flask) -> None:
    """Let organisations take the practices of the copy: 50,000 adoptions, the same ones each time."""
    from bench.spread import add_adoptions

    with app.app_context():
        add_adoptions()
        _measure()


def _measure() -> None:
    from kernel.db import measure_tables
    from kernel.transaction import writing

    with writing():
        measure_tables()


def stale(app: Flask, *scopes: str) -> None:
    """Make warm pages stale, as a change of their content does."""
    from kernel.db import db
    from kernel.pages import bump
    from kernel.transaction import writing

    with app.app_context():
        with writing():
            bump(*scopes)
        db.session.remove()


def change(app: Flask) -> None:
    """Change one practice of the catalogue, as an organiser's edit does: each time another sphere."""
    from sqlalchemy import select

    from accounts.enums import Sphere
    from kernel.db import db
    from kernel.transaction import writing
    from practices.models import Admission, Practice
    from practices.operations import change_practice

    with app.app_context():
        with writing():
            found = select(Practice).where(Practice.admission == Admission.published).order_by(Practice.id).limit(1)
            practice = db.session.scalars(found).one()
            spheres = list(Sphere)
            following = spheres[(spheres.index(practice.sphere) + 1) % len(spheres)]
            change_practice(practice, {"sphere": following}, by=None)
        db.session.remove()


def codes(app: Flask, slug: str) -> list[str]:
    """The QR texts of everybody with a place in the hall who has not come in yet."""
    from sqlalchemy import select

    from forum.models import Format, Forum
    from kernel.db import db
    from registrations.models import Inside, Registration, RegistrationStatus
    from registrations.own.tickets import qr_text

    with app.app_context():
        rows = db.session.scalars(
            select(Registration)
            .join(Forum, Forum.id == Registration.forum_id)
            .outerjoin(Inside, Inside.registration_id == Registration.id)
            .where(
                Forum.slug == slug,
                Registration.format == Format.in_person,
                Registration.status == RegistrationStatus.confirmed,
                Inside.registration_id.is_(None),
            )
            .order_by(Registration.id)
        )
        found = [qr_text(registration) for registration in rows]
        db.session.remove()
    return found


def some(app: Flask) -> dict[str, str]:
    """Names that addresses need: a practice in use, an adoption page's territory, a section."""
    from sqlalchemy import func, select

    from adoption.models import Adoption
    from kernel.db import db
    from practices.models import Practice
    from territories.models import Territory

    with app.app_context():
        practice = db.session.scalar(
            select(Practice.slug)
            .join(Adoption, Adoption.practice_id == Practice.id)
            .group_by(Practice.slug)
            .order_by(func.count().desc(), Practice.slug)
        )
        territory = db.session.scalar(
            select(Territory.oktmo)
            .join(Adoption, Adoption.territory_id == Territory.id)
            .group_by(Territory.oktmo)
            .order_by(func.count().desc(), Territory.oktmo)
        )
        db.session.remove()
    return {"practice": str(practice), "territory": str(territory)}

"""`flask setup` and `flask users`."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from accounts import operations, queries
from accounts.enums import Role, ScopeKind
from accounts.letters import invitation_path
from accounts.passwords import hash_password, is_weak
from kernel.db import db
from kernel.links import public_url
from kernel.transaction import writing
from territories.operations import load_shipped

cli = AppGroup("users", help="People who sign in.")


@click.command("setup")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.password_option()
@with_appcontext
def setup_command(email: str, name: str, password: str) -> None:
    """Make the first administrator."""
    if is_weak(password, email, name):
        raise click.ClickException("Choose at least 10 characters that are not the name or the address.")
    if queries.administrators():
        raise click.ClickException("There is an administrator already: sign in and invite others in the browser.")
    hashed = hash_password(password)
    with writing():
        load_shipped()
        operations.load_consent_texts()
        user = operations.add_user(email, name, by=None, password_hash=hashed)
        operations.assign(user, Role.administrator, ScopeKind.site, None, by=None)
    click.echo(f"{user.email} is an administrator now.")


@cli.command("invite")
@click.argument("email")
def invite(email: str) -> None:
    """Print a link by which the person sets a password."""
    user = queries.user_by_email(email)
    if user is None:
        raise click.ClickException(f"Nobody here has the address {email}.")
    with writing():
        operations.invite(user, by=None)
    click.echo(public_url(invitation_path(user)))


@cli.command("list")
def list_users() -> None:
    """Print accounts and their roles."""
    for user in db.session.scalars(queries.users_statement()):
        roles = ", ".join(f"{a.role.value}@{a.scope_kind.value}:{a.scope_id or ''}" for a in user.assignments)
        click.echo(f"{user.email}\t{user.name}\t{roles}")

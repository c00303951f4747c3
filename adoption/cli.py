"""`flask adoption`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from accounts.operations import ensure_organisation
from adoption import queries, rules
from adoption.cabinet import queries as cabinet_queries
from adoption.models import Adoption, Stage
from adoption.operations import BookedAlready, rebook, rebuild
from kernel.text import clean
from kernel.transaction import write

adoption_cli = AppGroup("adoption", help="Adoption of practices.")


@adoption_cli.command("rebuild")
def rebuild_command() -> None:
    """Fill anew what the catalogue knows of adoption."""
    click.echo(f"{write(rebuild)} practices have adoptions")


@adoption_cli.command("doubtful")
def doubtful_command() -> None:
    """List adoptions that somebody has to look at; nothing is changed.

    Booked on an organisation that may be another one: the first of each group made the organisation, any of
    the others may be of one whose name begins alike. And what was called permanent without a confirmed launch
    or before its time.
    """
    groups = cabinet_queries.shared_by_several()
    for organisation, adoptions in groups:
        click.echo(f"{organisation.name} [{organisation.code}]")
        for number, adoption in enumerate(adoptions):
            click.echo(f"  {'?' if number else '='} {_line(adoption)}")
    click.echo(f"perhaps of another organisation: {sum(len(adoptions) - 1 for _organisation, adoptions in groups)}")
    if groups:
        click.echo('  if so: flask adoption rebook CODE "Full name of that organisation"')
    hasty = cabinet_queries.hastily_permanent()
    for adoption in hasty:
        click.echo(f"! {_line(adoption)}  {_times(adoption)}")
    click.echo(f"permanent before its time, {rules.HOLD.days} days after a confirmed launch: {len(hasty)}")


def _line(adoption: Adoption) -> str:
    asked = f"{adoption.steps[0].reached_on:%d.%m.%Y}"
    who = f"{adoption.contact_name} <{adoption.contact_email}>"
    return f"{adoption.code}  {asked}  «{adoption.practice.name}»  {who}  {adoption.aim}".rstrip()


def _times(adoption: Adoption) -> str:
    dates = rules.reached_dates(adoption.steps)
    launched, permanent = dates.get(Stage.launched), dates.get(Stage.sustained)
    sure = "confirmed" if adoption.confirmed else "not confirmed"
    return f"launched {launched or '—'}, {sure}; permanent {permanent or '—'}"


@adoption_cli.command("rebook")
@click.argument("code")
@click.argument("organisation")
def rebook_command(code: str, organisation: str) -> None:
    """Book an adoption on another organisation of its municipality, added when there is none of that name."""
    name = clean(organisation)
    if not 5 <= len(name) <= 255:
        raise click.ClickException("Write the full name of the organisation, 5 to 255 characters.")
    found = queries.adoption_by_code(code.strip().upper())
    if found is None:
        raise click.ClickException(f"There is no adoption {code}.")
    try:
        write(lambda: rebook(found, ensure_organisation(name, found.territory, by=None), by=None))
    except BookedAlready as refusal:
        raise click.ClickException(f"That organisation has this practice already: {refusal.adoption.code}.") from None
    click.echo(f"{found.code}: {found.organisation.name} [{found.organisation.code}]")

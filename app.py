"""The application: everything that takes part in it is named here, once."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask

import config
from accounts import login, settings
from accounts import receivers as accounts_receivers
from accounts.cli import cli as users_cli
from accounts.cli import setup_command
from accounts.views import blueprint as accounts_pages
from activity import labels
from activity.cli import letters_cli
from activity.views import blueprint as activity_pages
from adoption import receivers as adoption_receivers
from adoption.cli import adoption_cli
from adoption.pages import blueprint as adoption_pages
from forum import receivers as forum_receivers
from forum.manage import blueprint as forum_desk_pages
from forum.views import blueprint as forum_pages
from home import first_key, navigation
from home.backup import backup_command, restore_command
from home.cli import demo_command, export_cli, import_cli, worker_command
from home.secrets_cli import secrets_cli
from home.views import blueprint as home_pages
from kernel import (
    access,
    asking,
    assets,
    errors,
    hosts,
    i18n,
    links,
    migrations,
    observe,
    panels,
    security,
    templating,
    translations,
)
from kernel.db import db
from kernel.links import DatabaseInteger, Rule
from practices import receivers as practices_receivers
from practices.cli import search_cli
from practices.views import blueprint as practices_pages
from programme import receivers as programme_receivers
from programme.manage import blueprint as programme_desk_pages
from programme.materials import views as programme_materials  # noqa: F401  (adds its pages to the blueprints)
from programme.views import blueprint as programme_pages
from programme.work.views import blueprint as programme_work_pages
from registrations import receivers as registrations_receivers
from registrations.door.views import blueprint as door_pages
from registrations.pages import blueprint as registrations_pages
from territories.manage import blueprint as territories_desk_pages
from territories.views import blueprint as territories_pages

PARTS = (
    migrations,
    translations,
    templating,
    links,
    i18n,
    observe,
    hosts,
    security,
    access,
    asking,
    assets,
    errors,
    panels,
    labels,
    login,
    settings,
    first_key,
)
BLUEPRINTS = (
    home_pages,
    accounts_pages,
    activity_pages,
    territories_pages,
    territories_desk_pages,
    forum_pages,
    forum_desk_pages,
    practices_pages,
    programme_pages,
    programme_desk_pages,
    programme_work_pages,
    registrations_pages,
    door_pages,
    adoption_pages,
)
RECEIVERS = (
    accounts_receivers,
    practices_receivers,
    forum_receivers,
    programme_receivers,
    adoption_receivers,
    registrations_receivers,
    navigation,
)
COMMANDS = (
    users_cli,
    letters_cli,
    search_cli,
    adoption_cli,
    setup_command,
    worker_command,
    backup_command,
    restore_command,
    demo_command,
    import_cli,
    export_cli,
    secrets_cli,
    translations.cli,
)


def create_app(overrides: Mapping[str, object] | None = None) -> Flask:
    """Build the application; `overrides` win over the environment's settings (tests)."""
    app = Flask(__name__, static_folder=None)
    app.config.update(config.load(overrides))
    app.config["VAR"].mkdir(parents=True, exist_ok=True)
    # Parameters of failed statements are personal data as often as not.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": app.config["ENVIRONMENT"] == "production"}
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_rule_class = Rule
    app.url_map.converters["int"] = DatabaseInteger
    db.init_app(app)
    for part in PARTS:
        part.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    for receivers in RECEIVERS:
        receivers.connect()
    return app

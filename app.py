"""The application: everything that takes part in it is named here, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Flask

import accounts.feature
import activity.feature
import adoption.feature
import config
import forum.feature
import hall.feature
import home.feature
import practices.feature
import programme.feature
import registrations.feature
import speakers.feature
import territories.feature
from kernel import (
    access,
    asking,
    assets,
    db,
    erasing,
    errors,
    files,
    hosts,
    i18n,
    imports,
    jobs,
    limits,
    links,
    migrations,
    observe,
    panels,
    security,
    templating,
    translations,
)
from kernel.feature import Feature, JobKind, install
from kernel.links import DatabaseInteger, Rule

KERNEL = Feature(
    "kernel",
    parts=(
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
    ),
    jobs=(
        JobKind("forget-old-jobs", jobs.forget_old, every=timedelta(hours=6)),
        JobKind("forget-old-limits", limits.forget_old, every=timedelta(hours=1)),
        JobKind("forget-old-previews", imports.forget_old, every=timedelta(hours=24)),
        JobKind("erase-file", files.erase),
        JobKind(erasing.WIPE, erasing.wipe),
    ),
    commands=(translations.cli,),
)
FEATURES = (
    KERNEL,
    activity.feature.FEATURE,
    territories.feature.FEATURE,
    accounts.feature.FEATURE,
    forum.feature.FEATURE,
    practices.feature.FEATURE,
    speakers.feature.FEATURE,
    programme.feature.FEATURE,
    registrations.feature.FEATURE,
    hall.feature.FEATURE,
    adoption.feature.FEATURE,
    home.feature.FEATURE,
)
"""Each a manifest, the lower layers first."""


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
    install(app, FEATURES)
    return app

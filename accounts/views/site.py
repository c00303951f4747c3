"""Site settings, and what visitors are told about their data."""

from __future__ import annotations

from typing import cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import consenting, queries
from accounts.enums import ConsentKind
from accounts.forms import SettingsForm
from accounts.models import User
from accounts.settings import DEFAULTS, change, site
from accounts.views.base import blueprint
from activity.operations import record
from kernel.access import actor, public, requires, shows_form
from kernel.forms import form_page
from kernel.i18n import language
from kernel.pages import warm
from kernel.permissions import Permission
from kernel.transaction import writing
from kernel.zones import today


@blueprint.route("/manage/settings", methods=["GET", "POST"])
@requires(Permission.EDIT_SETTINGS)
@shows_form
def site_settings() -> ResponseReturnValue:
    known = {name: getattr(site(), name) for name in DEFAULTS}
    form = SettingsForm(data=known)
    if not form.validate_on_submit():
        return form_page("accounts/settings.html", form)
    with writing():
        change({name: value or "" for name, value in form.data.items() if name in DEFAULTS})
        record(actor(), "settings.changed", cast(User, actor()))
    flash(_("The settings are saved."), "ok")
    return redirect(url_for("accounts.site_settings"))


@blueprint.get("/privacy")
@public
@warm("site", seconds=3600)
def privacy() -> ResponseReturnValue:
    asked = [kind for kind in ConsentKind if kind is not ConsentKind.mailing or consenting.NEWS]
    texts = [queries.consent_text(kind, language()) for kind in asked]
    return render_template("accounts/privacy.html", texts=[text for text in texts if text], today=today())

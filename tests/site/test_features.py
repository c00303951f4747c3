"""Every feature has a manifest, nothing takes part without one, and applications share nothing."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from flask import Blueprint, Flask

from accounts import permissions
from app import FEATURES
from kernel.access import public, requires
from kernel.feature import Area, Feature, LetterKind, Panel, Registry, Signal, install
from kernel.panels import panels
from kernel.permissions import Permission

ROOT = Path(__file__).parents[2]
LAYERS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
PACKAGES = LAYERS["root_packages"]
OTHERS = {"bench", "tests"}
HERE = (sys.modules[__name__],)
KNOWN = Registry(FEATURES)
asked: Signal[[int], str] = Signal()


def code() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for name in PACKAGES for path in (ROOT / name).rglob("*.py")}


def pages(*permission: str) -> Blueprint:
    blueprint = Blueprint("here", __name__)
    view = requires(*permission) if permission else public
    blueprint.get("/")(view(lambda: ""))
    return blueprint


def test_every_folder_of_code_has_a_manifest_and_the_application_names_it():
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - OTHERS
    assert folders == set(PACKAGES)
    manifests = {path.parent.name for path in ROOT.glob("*/feature.py")}
    assert manifests == folders  # the kernel's says what a manifest is; its own is in app.py
    assert {feature.name for feature in FEATURES} == folders


def test_the_lower_layers_come_first():
    (contract,) = LAYERS["contracts"]
    layers = [set(layer.split(" | ")) for layer in reversed(contract["layers"])]
    depth = {name: number for number, names in enumerate(layers) for name in names}
    order = [depth[feature.name] for feature in FEATURES]
    assert order == sorted(order)


def test_nothing_is_imported_for_its_effect():
    effect = re.compile(r"noqa: F401|^ *assert \w+$", re.MULTILINE)
    assert [str(path) for path, text in code().items() if effect.search(text)] == []


def test_every_permission_is_told_in_words_owned_by_a_manifest_held_by_a_role_and_asked_for():
    everything = set(Permission)
    told = {one for one in Permission if one.__doc__ and one.__doc__.endswith(".")}
    owned = [one for feature in FEATURES for one in feature.permissions]
    held = set().union(*permissions.PERMISSIONS.values())
    asked_for = {
        Permission[name]
        for path, text in code().items()
        if path.name not in ("feature.py", "permissions.py")
        for name in re.findall(r"\bPermission\.([A-Z_]+)", text)
    } | {area.permission for area in KNOWN.areas}
    assert (told, set(owned), held, asked_for) == (everything,) * 4
    assert len(owned) == len(everything)


def test_no_permission_stands_as_bare_text():
    text = re.compile(r"""["'][a-z_]+:[a-z_]+:[a-z_]+["']""")
    bare = {path.name for path, source in code().items() if text.search(source.replace('"feature:thing:verb"', ""))}
    assert bare == {"permissions.py"}


def test_no_page_is_forgotten():
    views = re.compile(r"^ *@?(blueprint|desk|pages)\.(get|post|route|add_url_rule)\(", re.MULTILINE)
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts) for path, text in code().items() if views.search(text)
    }
    assert files == {page.__name__ for feature in FEATURES for page in feature.pages}


def test_every_panel_has_its_place_on_a_page():
    texts = [*code().values(), *(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))]
    shown = {place for text in texts for place in re.findall(r'\bpanels\(\s*"([a-z.]+)"', text)}
    assert set(KNOWN.panels) - shown == set()


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (Feature("here", blueprints=(pages("no:such:thing"),), pages=HERE), "no:such:thing"),
        (Feature("here", areas=(Area(1, "no:such:area", "here.index", "", ""),)), "no:such:area"),
        (Feature("here", parts=(permissions,)), "work:cabinet:open"),
        (Feature("here", blueprints=(pages(),)), "here.<lambda>"),
        (Feature("here", named_pages={"forum.somewhere": "no.such"}), "no.such"),
        (Feature("here", letters=(LetterKind("twice", str), LetterKind("twice", str))), "twice"),
    ],
    ids=["a view's permission", "an area's", "a role's", "pages", "a named page", "a letter named twice"],
)
def test_what_no_manifest_names_is_refused_at_the_start(feature, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        install(Flask(__name__), [feature])


def test_what_manifests_name_is_taken():
    feature = Feature("here", blueprints=(pages("here:thing:see"),), pages=HERE, permissions=("here:thing:see",))
    app = Flask(__name__)
    install(app, [feature])
    assert {rule.rule for rule in app.url_map.iter_rules()} >= {"/"}


def test_two_applications_share_nothing():
    one, other = Flask("one"), Flask("other")
    install(one, [Feature("a", panels=(Panel("place", lambda: "later", 2), Panel("place", lambda: "first ", 1)))])
    install(other, [Feature("b", receivers=(asked.to(str), asked.to(hex, order=10)))])
    with one.app_context():
        assert panels("place") == "first later"
        assert asked(17) == []
    with other.app_context():
        assert panels("place") == ""
        assert asked(17) == ["0x11", "17"]

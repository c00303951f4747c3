from __future__ import annotations

from pathlib import Path

import pytest

from kernel.transaction import writing
from practices import importer, organisations

DEMO = Path(__file__).parents[2] / "demo"


def load_catalogue():
    for module, name in ((organisations, "organisations.csv"), (importer, "practices.csv")):
        plan = module.plan(name, (DEMO / name).read_bytes())
        assert plan.errors == 0
        with writing():
            module.carry_out(plan, by=None)


@pytest.fixture
def catalogue(app, kept):
    """The demo organisations and practices, brought in by the importers people use."""
    kept(load_catalogue)
    return app

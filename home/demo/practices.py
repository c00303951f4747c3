"""The demo world's organisations, practices and sample documents."""

from __future__ import annotations

from types import ModuleType

from accounts.queries import user_by_email
from home.demo import folder, rows, table
from kernel.transaction import writing
from practices import importer, organisations
from practices.demo import load_grades, load_moderation
from practices.documents import load_documents


def load_practices() -> None:
    _load(organisations, "organisations.csv")
    _load(importer, "practices_before.csv")
    _load(importer, "practices.csv")  # a second edition of those above
    with writing():
        load_documents(rows("sample_documents.csv"), folder())


def load_moderated() -> None:
    """Practices on their way to the catalogue, and experts' grades; the accounts must be there."""
    data = table("moderation.toml")
    with writing():
        methodist, expert = user_by_email("methodist@example.org"), user_by_email("expert@example.org")
        assert methodist is not None
        assert expert is not None
        load_moderation(data["practices"], methodist=methodist)
        load_grades(data["grades"], expert=expert)


def _load(module: ModuleType, name: str) -> None:
    plan = module.plan(name, (folder() / name).read_bytes())
    if plan.errors:
        wrong = [f"{row.number}: {'; '.join(row.messages)}" for row in plan.rows if row.messages]
        raise ValueError(f"{name}: {wrong[:5]}")
    with writing():
        module.carry_out(plan, by=None)

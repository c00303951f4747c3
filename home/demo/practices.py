"""The demo world's organisations, practices and sample documents."""

from __future__ import annotations

from types import ModuleType

from home.demo import folder, rows
from kernel.transaction import writing
from practices import importer, organisations
from practices.documents import load_documents


def load_practices() -> None:
    _load(organisations, "organisations.csv")
    _load(importer, "practices.csv")
    with writing():
        load_documents(rows("sample_documents.csv"), folder())


def _load(module: ModuleType, name: str) -> None:
    plan = module.plan(name, (folder() / name).read_bytes())
    if plan.errors:
        wrong = [f"{row.number}: {'; '.join(row.messages)}" for row in plan.rows if row.messages]
        raise ValueError(f"{name}: {wrong[:5]}")
    with writing():
        module.carry_out(plan, by=None)

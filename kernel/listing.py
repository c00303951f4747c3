"""A list as people use it: search, filters, order and page, all in the address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request
from sqlalchemy import Select, func, select

from kernel.db import Columns, db

PER_PAGE = 50
T = TypeVar("T")


@dataclass
class Filter:
    """An active filter as shown above the list."""

    label: str
    value: str
    remove_url: str


@dataclass
class Listing(Generic[T]):
    """One page of rows and the addresses of the others."""

    items: list[T]
    total: int
    page: int
    per_page: int
    sort: str
    q: str
    params: dict[str, list[str]]
    path: str
    filters: list[Filter] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        return (self.page - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.page * self.per_page, self.total)

    @property
    def narrowed(self) -> bool:
        """Whether the address asks for less than everything: then nothing found does not mean nothing there."""
        return bool(self.params.keys() - {"page", "sort"})

    def url(self, **changes: object) -> str:
        """This list's address with `changes`; None removes; any change but `page` returns to page 1."""
        params = dict(self.params)
        if "page" not in changes:
            params.pop("page", None)
        for name, value in changes.items():
            if value is None or value == "" or (name == "page" and value == 1):
                params.pop(name, None)
            else:
                params[name] = [str(value)] if not isinstance(value, list) else [str(v) for v in value]
        return self.path + ("?" + urlencode(params, doseq=True) if params else "")

    def add_filter(self, name: str, label: str, value: str) -> None:
        """Tell the reader that parameter `name` narrows the list."""
        self.filters.append(Filter(label, value, self.url(**{name: None})))


NEAR = 4
"""So many pages are read at once; what lies farther is found first, and then read."""


def paginate(
    statement: Select[*tuple[object, ...]],
    sorts: Columns,
    *,
    default: str,
    tie: Any,
    per_page: int = PER_PAGE,
    scalars: bool = True,
    total: int | None = None,
    wide: bool = False,
) -> Listing[Any]:
    """Run `statement` ordered and cut by the request's `sort` and `page`.

    `sorts` maps names to columns (or tuples of columns); "-name" reverses. `tie` makes the order total.
    Page numbers out of range give the nearest page. Two queries whatever the number of rows; a caller
    who knows a cheaper way to count gives `total`. `wide`: rows are joined to others, which a far page's are only
    once the page is found.
    """
    params = {name: values for name, values in request.args.lists() if any(values)}  # of a kept page: what it names
    sort = params.get("sort", [default])[0]
    if sort.removeprefix("-") not in sorts:
        sort = default
    if total is None:
        total = db.session.scalar(_counting(statement)) or 0
    pages = max(1, -(-total // per_page))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    columns = sorts[sort.removeprefix("-")]
    columns = columns if isinstance(columns, tuple) else (columns,)
    # The tie turns round with the rest, so that an index can be walked backwards.
    order = [column.desc() if sort.startswith("-") else column.asc() for column in (*columns, tie)]
    cut = statement.order_by(*order).limit(per_page).offset((page - 1) * per_page)
    if wide and page > NEAR:
        cut = statement.where(tie.in_(cut.with_only_columns(tie, maintain_column_froms=True))).order_by(*order)
    result = db.session.execute(cut)
    items: list[object] = list(result.unique().scalars()) if scalars else list(result)  # type: ignore[arg-type]
    path = request.script_root + request.path
    return Listing(items, total, page, per_page, sort, params.get("q", [""])[0].strip(), params, path)


def _counting(statement: Select[*tuple[object, ...]]) -> Select[int]:
    """How many rows; without the columns, so that outer joins nobody reads cost nothing."""
    statement = statement.order_by(None)
    if statement._distinct or statement._group_by_clauses:
        return select(func.count()).select_from(statement.subquery())
    return statement.with_only_columns(func.count(), maintain_column_froms=True)

"""Who may call a view. Deny by default: a view that declares nothing is refused.

The permission alone proves nothing about *whose* object it is: scoped finders do that,
raising NotFound so that forbidden and missing look the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar, cast

from flask import Flask, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Forbidden, NotFound
from wtforms import ValidationError

from kernel.feature import Signal
from kernel.keys import check_form_token
from kernel.links import page_url
from kernel.permissions import Permission
from kernel.security import same_site

V = TypeVar("V", bound=Callable[..., object])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Scopes:
    """Where a user holds a permission: everywhere, or in the objects of each kind by id."""

    everywhere: bool = False
    ids: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.everywhere or any(self.ids.values())

    def of(self, kind: str) -> frozenset[int]:
        """Ids of scope objects of `kind` ("series", "forum", "section", "territory", "organisation")."""
        return self.ids.get(kind, frozenset())


class Actor(Protocol):
    """Who does something, as the log of acts names them: somebody signed in, or by a link. `None` is the system."""

    @property
    def id(self) -> int | None: ...

    @property
    def display_name(self) -> str: ...


class SignedIn(Actor, Protocol):
    """What features may ask of the signed-in user."""

    @property
    def id(self) -> int: ...

    @property
    def email(self) -> str: ...

    is_authenticated: bool

    def scopes(self, permission: Permission) -> Scopes: ...


resume: Signal[[], ResponseReturnValue] = Signal()
"""The answer to a form that was sent when the session had ended: sign in, then send the same again."""


class ByLink(NamedTuple):
    """Who acts by a personal link, without an account: what they call themselves."""

    display_name: str
    id: None = None


class Access(NamedTuple):
    kind: str
    permission: Permission | None = None


def actor() -> SignedIn:
    """The signed-in user of this request."""
    return cast(SignedIn, current_user._get_current_object())


def public(view: V) -> V:
    """Anyone may call; also pages whose address carries its own secret."""
    return _declare(view, Access("public"))


def signed_in(view: V) -> V:
    """Whoever is signed in may call."""
    return _declare(view, Access("signed_in"))


def requires(permission: Permission) -> Callable[[V], V]:
    """Only users holding `permission` ("feature:thing:verb") in some scope may call."""
    return lambda view: _declare(view, Access("permission", permission))


def token_page(view: V) -> V:
    """The address holds a secret: never stored, never indexed, masked in logs."""
    view.token_page = True  # type: ignore[attr-defined]
    return view


def shows_form(view: V) -> V:
    """The view validates a WTForms form itself: a stale CSRF token shows the form again with what was typed."""
    view.shows_form = True  # type: ignore[attr-defined]
    return view


def without_form_token(view: V) -> V:
    """A POST that a page kept open sends by itself: authorised by the secret in its address, and by `same_site()`.

    It may only say what is harmless when said twice.
    """
    view.without_form_token = True  # type: ignore[attr-defined]
    return view


def _declare(view: V, access: Access) -> V:
    view.access = access  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    app.before_request(_enforce)


def _enforce() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    view: object = current_app.view_functions[request.endpoint]
    access: Access | None = getattr(view, "access", None)
    if access is None:
        raise NotFound()
    if access.kind != "public":
        if not current_user.is_authenticated:
            return _to_sign_in()
        if access.permission and not current_user.scopes(access.permission):
            raise NotFound()
    if request.method not in SAFE_METHODS:
        _check_origin(view)
    g.token_page = getattr(view, "token_page", False)
    return None


def _to_sign_in() -> ResponseReturnValue:
    if request.method in SAFE_METHODS:
        return redirect(page_url("sign-in", next=request.full_path.rstrip("?")))
    return resume()[0]


def _check_origin(view: object) -> None:
    if getattr(view, "without_form_token", False):
        if not same_site():
            raise Forbidden()
    elif not getattr(view, "shows_form", False):
        _check_csrf()


def _check_csrf() -> None:
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return
    try:
        check_form_token(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
    except ValidationError as error:
        raise CSRFError(str(error)) from error

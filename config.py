"""Settings: defaults, then environment. Production refuses to start half-configured."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent


def load(overrides: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return the application's settings; `overrides` win over the environment.

    Raises RuntimeError when production lacks a secret key.
    """
    env = os.environ
    var = Path(env.get("TIRAZH_VAR", ROOT / "var"))
    settings: dict[str, Any] = {
        "ENVIRONMENT": env.get("TIRAZH_ENV", "development"),
        "VAR": var,
        "SQLALCHEMY_DATABASE_URI": _database_url(env.get("DATABASE_URL"), var),
        "SECRET_KEY": env.get("SECRET_KEY"),
        "SECRET_KEY_FALLBACKS": _fallbacks(env.get("SECRET_KEY_FALLBACKS", "")),
        "PUBLIC_URL": env.get("PUBLIC_URL", "").rstrip("/"),
        "DEMO": env.get("TIRAZH_DEMO") == "1",
        "TRUSTED_PROXIES": int(env.get("TRUSTED_PROXIES", "0")),
        "MAIL_URL": env.get("MAIL_URL", ""),
        "MAIL_FROM": env.get("MAIL_FROM", "Тираж <noreply@example.org>"),
        "FILES": Path(env.get("TIRAZH_FILES", var / "files")),
        "MAX_CONTENT_LENGTH": 12 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        "SESSION_COOKIE_NAME": "tirazh",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": env.get("HTTPS") == "1" or env.get("TIRAZH_ENV") == "production",
        "PERMANENT_SESSION_LIFETIME": 60 * 60 * 12,
        "SERVER_NAME": None,
    }
    settings.update(overrides or {})
    if not settings["SECRET_KEY"]:
        if settings["ENVIRONMENT"] == "production":
            raise RuntimeError("SECRET_KEY is not set: production does not start without it. See docs/deploy.md.")
        settings["SECRET_KEY"] = _development_secret(settings["VAR"])
    if settings["ENVIRONMENT"] == "production":
        for name in ("PUBLIC_URL", "MAIL_URL"):
            if not settings[name]:
                raise RuntimeError(f"{name} is not set: letters would lead nowhere or not leave. See docs/deploy.md.")
        if not re.fullmatch(r"https?://[^/@\s]+", settings["PUBLIC_URL"]):
            raise RuntimeError(
                "PUBLIC_URL is not a whole address such as https://forum.example.org. See docs/deploy.md."
            )
    if settings["ENVIRONMENT"] == "production" and settings["DEMO"]:
        raise RuntimeError("TIRAZH_DEMO=1 opens demo accounts: production does not start with it.")
    return settings


def _database_url(url: str | None, var: Path) -> str:
    if not url:
        return f"sqlite:///{var / 'tirazh.sqlite3'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _fallbacks(text: str) -> list[str]:
    """The keys of before: one as it is, or several as a JSON list."""
    text = text.strip()
    if not text.startswith("["):
        return [text] if text else []
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(key, str) and key for key in found):
        raise RuntimeError('SECRET_KEY_FALLBACKS is neither a key nor a list such as ["one", "two"].')
    return found


def _development_secret(var: Path) -> str:
    path = var / "secret-key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text()

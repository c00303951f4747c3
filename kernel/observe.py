"""Watching it run: request ids, JSON logs without personal data, /healthz."""

from __future__ import annotations

import logging
import shutil
import time
from datetime import timedelta
from uuid import uuid4

from flask import Flask, Response, current_app, g, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from kernel import logs
from kernel.access import public
from kernel.jobs import worker_seen
from kernel.logs import mask

WORKER_LATE = timedelta(minutes=2)


def init_app(app: Flask) -> None:
    logs.init(app.testing)
    app.before_request(_begin)
    app.after_request(_finish)
    app.add_url_rule("/healthz", "healthz", healthz)


def _begin() -> None:
    g.request_id = uuid4().hex[:12]
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if current_app.config["ENVIRONMENT"] == "production":
        logging.getLogger("tirazh.request").info(
            "request",
            extra={
                "request_id": g.get("request_id"),
                "method": request.method,
                "path": mask(request.path),
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            },
        )
    return response


@public
def healthz() -> tuple[Response, int]:
    """Database, worker and disk, each true or false; 503 when the database or the disk is not well."""
    checks: dict[str, bool] = {}
    try:
        checks["worker"] = worker_seen(WORKER_LATE)
        checks["database"] = True
    except SQLAlchemyError:
        checks["database"] = checks["worker"] = False
    checks["disk"] = _free() > 200 * 1024 * 1024
    well = checks["database"] and checks["disk"]
    return jsonify(status="ok" if well else "unwell", **checks), 200 if well else 503


def _free() -> int:
    """Bytes left for data; none where their folder is gone."""
    try:
        return shutil.disk_usage(current_app.config["VAR"]).free
    except OSError:
        return 0

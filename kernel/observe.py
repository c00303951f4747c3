"""Watching it run: request ids, JSON logs without personal data, /healthz."""

from __future__ import annotations

import json
import logging
import re
import shutil
import sys
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Flask, Response, current_app, g, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from kernel.access import public
from kernel.jobs import worker_seen

_TOKEN = re.compile(r"(/(?:my|invitation|reset|feed|answer|author|launch)/)[^/?\s]+")
WORKER_LATE = timedelta(minutes=2)


def mask(path: str) -> str:
    """Hide the secrets of addresses from logs."""
    return _TOKEN.sub(r"\1***", path)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {"at": self.formatTime(record), "level": record.levelname, "name": record.name}
        line["message"] = mask(record.getMessage())
        for name in ("request_id", "status", "ms", "path", "method"):
            if hasattr(record, name):
                line[name] = getattr(record, name)
        if record.exc_info:
            line["trace"] = record.exc_text or mask(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class MaskedRecord(logging.LogRecord):
    """A record of any logger in the process, Flask's and the web server's own too: addresses lose their secrets."""

    def getMessage(self) -> str:
        return mask(super().getMessage())


def mask_all_logs() -> None:
    """From now on whatever is logged is masked, traces included."""
    logging.setLogRecordFactory(_record)


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = MaskedRecord(*args, **kwargs)
    if record.exc_info:
        record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
    return record


def init_app(app: Flask) -> None:
    mask_all_logs()
    logger = logging.getLogger("tirazh")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = app.testing
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
    checks["disk"] = shutil.disk_usage(current_app.config["VAR"]).free > 200 * 1024 * 1024
    well = checks["database"] and checks["disk"]
    return jsonify(status="ok" if well else "unwell", **checks), 200 if well else 503

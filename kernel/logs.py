"""Logs: secrets of addresses are masked where a record is made, so that no logger, ours or a library's, writes one."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from typing import Any

_SLASH = r"(?:/|%(?:25)*2F)"
_ADDRESS = re.compile(
    rf"({_SLASH}(?:my|invitation|reset|feed|answer|author|launch){_SLASH})"
    r"(?:%(?!(?:25)*(?:2F|3F|26|22|27|20))[0-9A-F]{2}|[^/?&\s\"'%])+",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\b[A-Z2-7]{26}\b")
"""As `kernel.secrets` makes them, wherever they stand."""
EXTRAS = ("request_id", "status", "ms", "path", "method")


def mask(text: str) -> str:
    """Hide the secrets of addresses, percent-encoded or not."""
    return _TOKEN.sub("***", _ADDRESS.sub(r"\1***", text))


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {"at": self.formatTime(record), "level": record.levelname, "name": record.name}
        line["message"] = mask(record.getMessage())
        for name in EXTRAS:
            if hasattr(record, name):
                line[name] = getattr(record, name)
        if record.exc_info:
            line["trace"] = record.exc_text or mask(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def init(testing: bool) -> None:
    """Mask every record of this process, and write ours as JSON lines."""
    logging.setLogRecordFactory(_masked)
    logger = logging.getLogger("tirazh")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = testing


def _masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A record whose message and trace hold no secret: formatters keep to `exc_text` where there is one."""
    record = logging.LogRecord(*args, **kwargs)
    try:
        record.msg, record.args = mask(record.getMessage()), None
    except Exception:  # a message that does not fit its arguments: the handler says so, without them
        record.msg, record.args = mask(str(record.msg)), None
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = mask("".join(traceback.format_exception(*record.exc_info)).rstrip("\n"))
    return record

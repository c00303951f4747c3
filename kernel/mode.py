"""Whether the current context may write: read by the engine when a transaction begins."""

from __future__ import annotations

from contextvars import ContextVar

_writing: ContextVar[bool] = ContextVar("writing", default=False)

is_writing = _writing.get
set_writing = _writing.set
reset = _writing.reset

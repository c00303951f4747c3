"""The shipped settings of gunicorn without its hooks, for the bare page."""

from __future__ import annotations

import runpy
from pathlib import Path

_shipped = runpy.run_path(str(Path(__file__).parent.parent / "bin" / "gunicorn.conf.py"))
globals().update(
    {name: value for name, value in _shipped.items() if isinstance(value, str | int) and not name.startswith("_")}
)

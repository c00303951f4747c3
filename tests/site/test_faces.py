"""The small faces hold exactly the characters the style sheet promises of them."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_style_sheet_and_the_cut_name_the_same_characters() -> None:
    cuts = runpy.run_path(str(ROOT / "bin" / "faces.py"))["CUTS"]
    style = (ROOT / "static" / "css" / "tokens.css").read_text()
    faces = re.findall(r'url\("../vendor/([^"]+)"\)[^}]*?unicode-range:([^;]+);', style)
    promised = {name: "".join(ranges.replace("U+", "").split()) for name, ranges in faces if name in cuts}
    assert promised == {name: characters for name, (_source, characters) in cuts.items()}

"""Cut from the typeface of npm what nearly every page needs: 40 kB in the place of 61 (decision 23).

python bin/faces.py FOLDER    (FOLDER holds golos-text-{cyrillic,latin}-wght-normal.woff2)
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, parse_unicodes, save_font

CUTS = {
    "golos-text-russian.woff2": ("golos-text-cyrillic-wght-normal.woff2", "0301,0401,0410-044F,0451,2116"),
    "golos-text-basic.woff2": (
        "golos-text-latin-wght-normal.woff2",
        "0020-007E,00A0,00A7,00A9,00AB,00B0-00B2,00B7,00BB,00BD,00D7,2000-206F,2212",
    ),
}
"""As the ranges of `static/css/tokens.css` say; a test compares them."""


def main(folder: Path) -> None:
    for target, (source, characters) in CUTS.items():
        options = Options()
        options.flavor = "woff2"
        options.layout_features = ["kern", "mark", "mkmk", "ccmp", "tnum", "calt", "locl"]
        options.drop_tables += ["VVAR", "vhea", "vmtx"]
        font = load_font(str(folder / source), options)
        cutter = Subsetter(options)
        cutter.populate(unicodes=parse_unicodes(characters))
        cutter.subset(font)
        save_font(font, str(folder / target), options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

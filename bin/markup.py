"""Templates as a person reads them: djHTML indents elements and Jinja blocks; what goes on over several lines inside one
Jinja tag is indented here by its brackets, which djHTML does not know.

python bin/markup.py            rewrites templates/
python bin/markup.py --check    says which differ, and which lines are longer than 120 characters; exit 1 if any
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
LONGEST_LINE = 120
STEP = "  "
STRING = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
JINJA = re.compile(rf"\{{#.*?#\}}|\{{([{{%])-?(?:{STRING}|[^\"'])*?-?[}}%]\}}", re.DOTALL)
STUB = re.compile(r"\{[{%#]-?(?: *\w+)? \x02(\d+)\x03 [#%}]\}")


def main() -> None:
    checking, wrong = "--check" in sys.argv, []
    for path in sorted(TEMPLATES.rglob("*.txt")):
        wrong += too_long(path, path.read_text(encoding="utf-8"))
    for path, shape in shaped(TEMPLATES).items():
        name = path.relative_to(TEMPLATES.parent)
        wrong += too_long(path, shape)
        if checking and shape != path.read_text(encoding="utf-8"):
            wrong.append(f"{name}: not indented as `python bin/markup.py` would")
        elif not checking:
            path.write_text(shape, encoding="utf-8")
    print("\n".join(wrong) or "templates: good")
    raise SystemExit(bool(wrong))


def too_long(path: Path, text: str) -> list[str]:
    """What is to be said of lines that nobody reads to their end."""
    return [
        f"{path.relative_to(TEMPLATES.parent)}:{number}: {len(line)} characters, at most {LONGEST_LINE}"
        for number, line in enumerate(text.split("\n"), 1)
        if len(line) > LONGEST_LINE
    ]


def shaped(folder: Path) -> dict[Path, str]:
    """Every template with its indentation made anew; nothing but white space at the beginning of lines changes."""
    held: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        copy = Path(shutil.copytree(folder, Path(name) / "templates"))
        files = sorted(copy.rglob("*.html"))
        for path in files:
            path.write_text(JINJA.sub(lambda tag: stub(tag.group(0), held), path.read_text("utf-8")), "utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "djhtml", "--tabwidth", str(len(STEP)), *map(str, files)],
            capture_output=True,
            text=True,
        )
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr)
        return {
            folder / path.relative_to(copy): "\n".join(
                released(line.rstrip(), held) for line in path.read_text("utf-8").split("\n")
            )
            for path in files
        }


def stub(tag: str, held: list[str]) -> str:
    """One line for a tag of several. The word that opens or closes a block stays in sight: djHTML goes by it."""
    if "\n" not in tag:
        return tag
    held.append(tag)
    word = re.match(r"\{%-? *\w+|\{.-?", tag)
    return f"{word.group(0) if word else ''} \x02{len(held) - 1}\x03 {tag[-2:]}"


def released(line: str, held: list[str]) -> str:
    """The line with the tags it held for, their further lines indented from where the line begins."""
    base = line[: len(line) - len(line.lstrip())]

    def release(stub: re.Match[str]) -> str:
        return unfolded(held[int(stub.group(1))], base)

    return STUB.sub(release, line)


def unfolded(tag: str, base: str) -> str:
    first, *rest = tag.split("\n")
    out, depth = [first.rstrip()], brackets(first)
    for part in rest:
        text = part.strip()
        closers = len(re.match(r"[)\]}]*", text.replace("}}", "")).group(0))  # type: ignore[union-attr]
        out.append((base + STEP * max(depth - closers, 0 if closers else 1) + text) if text else "")
        depth += brackets(text)
    return "\n".join(out)


def brackets(text: str) -> int:
    """How many more brackets a line opens than it closes, the tag's own braces and strings apart."""
    bare = re.sub(rf"{STRING}|\{{[{{%#]-?|-?[}}%#]\}}", "", text)
    return sum(bare.count(sign) for sign in "([{") - sum(bare.count(sign) for sign in ")]}")


if __name__ == "__main__":
    main()

"""Collect every text that a user can see into one file, to be read through as a whole.

Run by ``make sentences``; writes ``docs/sentences.txt``. A text is a string of the source that
holds a space between letters and is no docstring; its variable parts stand as ``{...}``.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "fieldkit"
LIST = ROOT / "docs" / "sentences.txt"
SEEN_BY_NOBODY = ("server/database", "protocol/wire", "store/files/migrations", "schema.py")
"""Packages whose strings never reach a person."""
_WORDS = re.compile(r"[A-Za-z]{2}.* .*[A-Za-z]|[A-Z][a-z]+[.:?]")
_CODE = re.compile(r"[{}=]\s*$|^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|WITH|DROP|ALTER)\b")


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string that is neither a docstring nor one word."""
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    silent = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if id(node) in inner or id(node) in silent:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{...}"
                for part in node.values
            )
        else:
            continue
        text = " ".join(text.split())
        if _WORDS.search(text) and not _CODE.search(text):
            yield node.lineno, text


def main() -> int:
    """Write the list; return 0."""
    lines: list[str] = []
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith(SEEN_BY_NOBODY):
            continue
        found = list(texts(ast.parse(path.read_text(encoding="utf-8"))))
        if found:
            lines += ["", name, *(f"  {line:4}  {text}" for line, text in found)]
    LIST.write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")
    print(f"{sum(line.startswith('  ') for line in lines)} texts in {LIST.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

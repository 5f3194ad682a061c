"""``python -m tests.pictures`` draws the pictures of the documents again, in ``docs/pictures``."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.pictures.home import Block, build, fixed
from tests.pictures.taking import PICTURES, SIZES, THEMES, path_of, take_all


async def draw(block: Block) -> int:
    """Draw every screen in every size and theme; return how many."""
    many = 0
    for size in SIZES:
        for theme in THEMES:
            for name, svg in (await take_all(block, size, theme)).items():
                path_of(name, size, theme).write_text(svg, encoding="utf-8")
                many += 1
    return many


def main() -> None:
    """Make the home and draw the pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, fixed():
        print(f"{asyncio.run(draw(build(Path(folder))))} pictures in {PICTURES}")


if __name__ == "__main__":
    main()

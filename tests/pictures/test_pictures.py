"""Every main screen looks as its picture in the documents; ``make pictures`` draws them again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.pictures.home import Block, build, fixed
from tests.pictures.taking import SIZES, path_of, take_all


@pytest.fixture(scope="module")
def block(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Block]:
    with fixed():
        yield build(tmp_path_factory.mktemp("pictures"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_screen_looks_as_its_picture(
    block: Block, size: tuple[int, int], tmp_path: Path
) -> None:
    changed = []
    for name, svg in asyncio.run(take_all(block, size, "dark")).items():
        if path_of(name, size, "dark").read_text(encoding="utf-8") != svg:
            (tmp_path / f"{name}.svg").write_text(svg, encoding="utf-8")
            changed.append(name)
    assert not changed, f"{', '.join(changed)} differ, see {tmp_path}; if meant: make pictures"

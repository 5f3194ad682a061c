"""Goes through the main screens of a home and takes a picture of each."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from benchmarks.keystrokes.hand import Hand
from tests.pictures.home import Block

from fieldkit.app import FieldkitApp
from fieldkit.keys.keyfile import KeyFile
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.look.chosen import keep_look
from fieldkit.screens.protection.unlock_page import UnlockPage
from fieldkit.settings import KEYS
from fieldkit.store import Store

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SIZES = ((80, 24), (120, 36))
THEMES = {"dark": "chinar-dark", "light": "chinar-light"}


class Shot(NamedTuple):
    """A picture: its name, and the keys from Home that lead to the screen."""

    name: str
    keys: tuple[str, ...] = ()


def shots(block: Block) -> list[Shot]:
    """Return the main screens; what each leaves behind is the same every time."""
    entry: tuple[str, ...] = (
        "<ctrl+n>",
        "Zooni Akhter",
        "<enter>",
        "d",
        "<enter>",
        "Abdul Gani Lone",
        "<enter>",
    )
    entry += ("2301 1992", "<enter>", "94190 1143", "<enter>", "0143", "<enter>", "gen", "<enter>")
    return [
        Shot("form", (*entry, "Kralpora", "<enter>", "tai")),
        Shot("home"),
        Shot("find", ("gulam mohd",)),
        Shot("person", (block.person, "<enter>")),
        Shot("history", (block.person, "<enter>", "h")),
        Shot("group", (block.group, "<enter>")),
        Shot("list", ("6", "<enter>", "artisans", "<enter>")),
        Shot("filter", ("6", "<enter>", "toolkits", "<enter>", "f")),
        Shot("due", ("/", "due", "<enter>")),
        Shot("progress", ("9", "<enter>", "r1", "<enter>")),
        Shot("scoreboard", ("9", "<enter>", "targets", "<enter>")),
        Shot("sync", ("8", "<enter>")),
        Shot("settle", ("8", "<enter>", "<enter>")),
        Shot("import", ("7", "<enter>")),
        Shot("menu", ("<ctrl+p>",)),
        Shot("help", ("<f1>",)),
    ]


async def take_all(block: Block, size: tuple[int, int], theme: str) -> dict[str, str]:
    """Return the SVG of each screen by name, at a size in cells, in a theme."""
    taken: dict[str, str] = {}
    keep_look(block.home, "Asha", theme=THEMES[theme], glyphs="full")
    app = FieldkitApp(block.home, pace=None)
    async with app.run_test(size=size) as pilot:
        hand = Hand(pilot, app)
        await hand.settle()
        for shot in shots(block):
            await hand.press(*shot.keys)
            taken[shot.name] = app.export_screenshot(title="fieldkit", simplify=True)
            while not isinstance(app.screen, HomePage) or app.screen.picker.typed.text:
                await hand.press("<escape>")
        taken["unlock"] = await _unlock_page(hand)
    app.close_store()
    with closing(Store.open(block.home)) as store:
        for draft in store.drafts.of("Asha"):
            if draft.id is not None:
                store.drafts.drop(draft.id)
    return taken


async def _unlock_page(hand: Hand) -> str:
    """Return the unlock page of two operators, with a part of a passphrase typed."""
    app = hand.app
    file, key = KeyFile.new(app.home)
    for name in ("Asha", "Reyaz"):
        file.add(name, "walnut river carpet", key)
    app.push_screen(UnlockPage(_stay))
    await hand.settle()
    (app.home / KEYS).unlink()
    await hand.press("walnut river")
    return app.export_screenshot(title="fieldkit", simplify=True)


async def _stay(_operator: str, _key: bytes) -> None:
    """Stay on the unlock page."""


def path_of(name: str, size: tuple[int, int], theme: str) -> Path:
    """Return where a picture is kept."""
    return PICTURES / f"{name}-{size[0]}-{theme}.svg"

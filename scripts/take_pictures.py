"""Draw the pictures of the README: real screens at 80x24 with made-up people.

Run by ``make pictures``; writes ``docs/pictures/*.svg``.
"""

import asyncio
import tempfile
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from fieldkit.app import FieldkitApp
from fieldkit.cli import run
from fieldkit.files import load_folder
from fieldkit.server.operation.local import code, local_server
from fieldkit.store import Edit, Store
from fieldkit.store.clock import DAY, laptop_clock
from fieldkit.sync.client import enrol, sync

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
PEOPLE, OF_TODAY = 600, 14
"""People entered the day before, and on the day of the pictures."""
DISTRICT, BLOCK = 2, 16
"""Chadoora in Budgam."""
NAMED = {" ": "space", "/": "slash", "?": "question_mark", "=": "equals_sign"}


class Photographer:
    """Types into the application and saves its screens."""

    def __init__(self, app: FieldkitApp, pilot: Pilot[int]) -> None:
        self._app, self._pilot = app, pilot

    async def press(self, *keys: str) -> None:
        """Type texts letter by letter, and keys in angle brackets; wait for the application."""
        for key in keys:
            named = key.startswith("<")
            for letter in [key[1:-1]] if named else key:
                self._app.post_message(
                    events.Key(NAMED.get(letter, letter), None if named else letter)
                )
            await self.settle()

    async def settle(self) -> None:
        """Wait until all keys, workers and messages are processed."""
        for _ in range(3):
            await self._pilot.pause()
            await self._app.keys_handled()
            await self._app.workers.wait_for_complete()
        await self._pilot.pause()

    def take(self, name: str) -> None:
        """Save the screen as a picture."""
        picture = self._app.export_screenshot(title="fieldkit")
        (PICTURES / f"{name}.svg").write_text(picture, encoding="utf-8")


def richest(store: Store, kind: str) -> str:
    """Return the id of the record with the longest timeline, among the first 300."""
    records = store.page(kind, limit=300).records
    return max(records, key=lambda record: len(store.timeline(record.id))).id


async def take_all(home: Path, person: str, group: str) -> None:
    """Walk through the application and take each picture."""
    app = FieldkitApp(home, pace=None)
    async with app.run_test(size=(80, 24)) as pilot:
        hand = Photographer(app, pilot)
        await hand.settle()
        await hand.press("<ctrl+n>", "Zooni Akhter", "<enter>", "d", "<enter>", "Abdul Gani Lone")
        await hand.press("<enter>", "2301 1992", "<enter>", "94190 1143", "<enter>", "0143")
        await hand.press("<enter>", "gen", "<enter>", "Kralpora", "<enter>", "tai")
        hand.take("form")
        await hand.press("<escape>")
        hand.take("home")
        await hand.press("gulam mohd")
        hand.take("find")
        await hand.press("<escape>", person, "<enter>")
        hand.take("person")
        await hand.press("<escape>", "<escape>", group, "<enter>")
        hand.take("group")
        await hand.press("<escape>", "<escape>", "8", "<enter>")
        hand.take("sync")
        await hand.press("<enter>")
        hand.take("settle")
    app.close_store()


def sample(folder: Path, people: int, seed: int) -> Path:
    """Write made-up records of the block and return their folder."""
    target = folder / f"sample-{seed}"
    area = ["--district", str(DISTRICT), "--block", str(BLOCK)]
    run(["sample", "--people", str(people), *area, "--seed", str(seed), "--out", str(target)])
    return target


def the_day_before(home: Path, folder: Path, url: str) -> None:
    """Import records dated yesterday, and sync them."""
    store = Store.open(home, clock=lambda: laptop_clock() - DAY)
    store.init("Asha", DISTRICT, BLOCK)
    load_folder(store, sample(folder, PEOPLE, 7), operator="Asha")
    store.close()
    store, colleague = Store.open(home), Store.open(folder / "colleague")
    colleague.init("Reyaz", DISTRICT, BLOCK)
    for laptop in (store, colleague):
        enrol(laptop, url, code(folder / "server.sqlite3"))
        sync(laptop)
    disagree(store, colleague)
    store.close()
    colleague.close()


def disagree(store: Store, colleague: Store) -> None:
    """Give one artisan two mobile numbers, typed on two offline laptops."""
    (artisan,) = store.page("beneficiary", limit=1).records
    for laptop, who, mobile in (
        (colleague, "Reyaz", "9419011432"),
        (store, "Asha", "9419011433"),
    ):
        laptop.save([Edit(type(artisan), {"mobile": mobile}, id=artisan.id)], who)
    sync(colleague)
    sync(store)


def a_days_work(store: Store, folder: Path) -> None:
    """Import today's records and edit three; none of it is sent yet."""
    load_folder(store, sample(folder, OF_TODAY, 11), operator="Asha")
    for person in store.page("beneficiary", limit=3).records:
        store.save([Edit(type(person), {"remarks": "Came in person."}, id=person.id)], "Asha")


def main() -> None:
    """Create a home with sample data and take the pictures of it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        with local_server(Path(folder) / "server.sqlite3") as url:
            the_day_before(home, Path(folder), url)
            store = Store.open(home)
            a_days_work(store, Path(folder))
            person, group = richest(store, "beneficiary"), richest(store, "self_help_group")
            store.close()
            asyncio.run(take_all(home, person, group))


if __name__ == "__main__":
    main()

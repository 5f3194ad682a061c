"""The encrypted store compared with the plain one, on the same data, in alternating runs."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.figures import MILLI, Figure, p95
from benchmarks.homes import KEPT, home_of_people
from benchmarks.saving import artisan
from benchmarks.searching import typed_texts
from fieldkit.keys.passphrase import new_key, unwrap_by_passphrase, wrap_by_passphrase
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.search.glance import glance
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, Store, convert

SAVES = 200
COPIES = 7
FIRST_SEARCHES = 40

Pair = tuple[list[float], list[float]]
"""Milliseconds of the encrypted and of the plain store."""


def measure(people: int) -> list[Figure]:
    """Search, save and back up with both; convert; derive a key."""
    plain_home, sealed_home = (_copy(people, name) for name in ("plain", "sealed"))
    key = new_key()
    converting = _timed(lambda: convert(sealed_home, key))
    glances = _alternate(
        FIRST_SEARCHES,
        lambda n: glance(sealed_home / DATABASE, _word(n), key=key),
        lambda n: glance(plain_home / DATABASE, _word(n)),
    )
    plain, sealed = Store.open(plain_home), Store.open(sealed_home, key=key)
    texts = list(typed_texts(plain))
    for store in (plain, sealed):
        store.find("warm")
    searches = _alternate(
        len(texts), lambda n: sealed.find(texts[n]), lambda n: plain.find(texts[n])
    )
    saves = _alternate(SAVES, lambda n: _save(sealed, n), lambda n: _save(plain, n))
    copies = _alternate(
        COPIES,
        lambda n: sealed.back_up(KEPT / "encryption" / f"sealed-{n}.sqlite3"),
        lambda n: plain.back_up(KEPT / "encryption" / f"plain-{n}.sqlite3"),
    )
    sizes = [(home / DATABASE).stat().st_size / 1e6 for home in (sealed_home, plain_home)]
    plain.close()
    sealed.close()
    shutil.rmtree(KEPT / "encryption")
    named = f"encrypted, {people:,} people"
    return [
        Figure(f"search, {named}, p95", p95(searches[0]), p95(searches[1]), "ms", budget=1.15),
        Figure("search, median", median(searches[0]), median(searches[1]), "ms", budget=1.15),
        Figure("first search, median", median(glances[0]), median(glances[1]), "ms"),
        Figure("save, median", median(saves[0]), median(saves[1]), "ms", budget=1.5),
        Figure("save, p95", p95(saves[0]), p95(saves[1]), "ms"),
        Figure("backup, median", median(copies[0]), median(copies[1]), "ms", budget=4),
        Figure("data file", sizes[0], sizes[1], "MB"),
        Figure("encrypt the plain file in its place", converting, None, "ms"),
        Figure("derive the key of a passphrase", _derivation(), None, "ms", limit=500),
    ]


def _copy(people: int, name: str) -> Path:
    home = KEPT / "encryption" / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    shutil.copy(home_of_people(people) / DATABASE, home / DATABASE)
    Store.open(home).close()  # it is known as a copy now
    return home


def _alternate(
    many: int, encrypted: Callable[[int], object], plain: Callable[[int], object]
) -> Pair:
    """Call both as often, each first every second time."""
    ours: list[float] = []
    baseline: list[float] = []
    for number in range(many):
        runs = [(ours, encrypted), (baseline, plain)]
        for times, call in runs if number % 2 else reversed(runs):
            started = time.perf_counter()
            call(number)
            times.append((time.perf_counter() - started) * MILLI)
    return ours, baseline


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * MILLI


def _word(number: int) -> str:
    return ("gulam mohd", "zooni", "bashir ahmad", "akhter")[number % 4]


def _save(store: Store, number: int) -> None:
    store.save([Edit(Beneficiary, artisan(number))], operator="Asha")


def _derivation() -> float:
    wrapped = wrap_by_passphrase(new_key(), "walnut river carpet")
    return median(
        _timed(lambda: unwrap_by_passphrase(wrapped, "walnut river carpet")) for _ in range(5)
    )

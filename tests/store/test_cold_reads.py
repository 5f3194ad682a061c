"""How many pages of the file are read does not depend on how long the log is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.store import Edit, State, Store

_COUNTERS = Path("/proc/thread-self/io")
MANY = 3000
pytestmark = pytest.mark.skipif(not _COUNTERS.exists(), reason="the system counts no reads")


def _reads() -> int:
    found = re.search(r"syscr: (\d+)", _COUNTERS.read_text("ascii"))
    assert found is not None
    return int(found[1])


def pages_read(home: Path, question: Callable[[Store], object]) -> int:
    """Return how often a store that was just opened reads the file for a question."""
    store = Store.open(home)
    try:
        _reads()
        before = _reads()
        question(store)
        return _reads() - before - 1
    finally:
        store.close()


QUESTIONS: dict[str, tuple[Callable[[Store], object], int]] = {
    "what an operator saved last": (lambda store: store.last_saved(2, "New", "beneficiary"), 20),
    "what was saved last": (lambda store: store.last_saved(3), 20),
    "today": (lambda store: store.today(), 10),
    "counts": (lambda store: store.counts(), 10),
    "unsent": (lambda store: store.outbox.unsent(), 20),
    "outbox": (lambda store: store.outbox.counts(), 30),
    "findings": (lambda store: store.review.count_findings(), 10),
    "the clock": (lambda store: store.clock_doubt(), 20),
    "conflicts": (lambda store: store.review.conflicts(), 20),
}


def test_what_a_key_waits_for_reads_few_pages_however_long_the_log(home: Path) -> None:
    store = Store.open(home)
    store.save([Edit(Beneficiary, {"name": "Zooni Akhter", "trade_code": "CARP"})], "Asha")
    store.close()
    short = {name: pages_read(home, question) for name, (question, _) in QUESTIONS.items()}
    store = Store.open(home)
    edits = [Edit(VillageOrganisation, {"name": f"Noor VO {n}"}) for n in range(MANY)]
    store.load(edits, "Asha")
    assert store.today() == {"beneficiary": 1, "village_organisation": MANY}
    assert store.outbox.unsent() == store.outbox.counts()[State.QUEUED] == MANY + 1
    store.close()
    for name, (question, most) in QUESTIONS.items():
        assert pages_read(home, question) <= min(most, short[name] + 12), name
